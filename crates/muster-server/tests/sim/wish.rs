//! Requests: what a client wants of a unit.

use muster_core::command::{Action, Command};
use muster_core::entry::Actor;
use muster_core::id::{CommandId, Revision};
use muster_core::{Roster, diff};
use muster_ledger::UnitKey;

use crate::setting;

/// Makes a whole record of what is known and what is wanted of it.
pub(crate) type Make = Box<dyn Fn(&Roster) -> Action + Send + Sync>;

/// What is wanted.
pub(crate) enum Wish {
    /// A command as it is.
    Plain(Box<Action>),
    /// A record put whole, though only a part of it is named.
    Put(Make),
    /// To undo the publish that led to a revision.
    Revert(Revision),
}

/// A wish of a client, and the key it is sent with.
pub(crate) struct Request {
    pub(crate) unit: UnitKey,
    pub(crate) actor: Actor,
    pub(crate) wish: Wish,
    pub(crate) key: Option<CommandId>,
    /// Told in traces.
    pub(crate) what: String,
}

impl Request {
    pub(crate) fn command(&self, action: Action) -> Command {
        Command::new(self.actor.clone(), action)
    }

    /// The command that it is on a state.
    pub(crate) fn command_on<'a>(
        &self,
        head: &Roster,
        past: impl Fn(Revision) -> &'a Roster,
    ) -> Command {
        self.command(match &self.wish {
            Wish::Plain(action) => (**action).clone(),
            Wish::Put(make) => make(head),
            Wish::Revert(publication) => {
                revert(past(Revision(publication.0 - 1)), past(*publication))
            }
        })
    }
}

/// The command that undoes what happened between two states.
pub(crate) fn revert(before: &Roster, after: &Roster) -> Action {
    Action::Revert {
        week: setting::week(),
        publication: after.revision(),
        edits: diff::inverse(before, after),
        terms: muster_core::command::Terms::default(),
    }
}
