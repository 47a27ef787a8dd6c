//! From bad input and the core's refusals to problems.

use muster_core::conflict::Finding;
use muster_core::decide::Rejection;

use super::{Code, Problem};
use crate::conflict::ConflictView;
use crate::input::BadInput;

impl From<BadInput> for Problem {
    fn from(bad: BadInput) -> Self {
        let detail = match bad.pointer.as_str() {
            "" => format!("{} {}", bad.value, bad.problem),
            pointer => format!("{pointer}: {} {}", bad.value, bad.problem),
        };
        let mut problem = Self::new(bad.code, detail).about(Some(bad.pointer), Some(bad.value));
        problem.status = bad.status;
        problem.earlier = bad.readings.map(|readings| readings.earlier);
        problem.later = bad.readings.map(|readings| readings.later);
        problem
    }
}

impl Problem {
    /// A refusal of the core, its conflicts without causes and remedies.
    #[must_use]
    pub fn from_rejection(rejection: &Rejection) -> Self {
        Self::from_rejection_with(rejection, ConflictView::plain)
    }

    /// A refusal of the core, its conflicts as `view` shows them.
    #[must_use]
    pub fn from_rejection_with(
        rejection: &Rejection,
        view: impl FnMut(&Finding) -> ConflictView,
    ) -> Self {
        let detail = rejection.to_string();
        match rejection {
            Rejection::Unknown { what: _, id } => {
                Self::new(Code::NotFound, detail).about(None, Some(id.clone()))
            }
            Rejection::Taken { what: _, id } => {
                Self::new(Code::AlreadyExists, detail).about(Some("/id".into()), Some(id.clone()))
            }
            Rejection::Invalid { pointer, value, problem: _ } => {
                Self::new(Code::Invalid, detail).about(Some(pointer.clone()), Some(value.clone()))
            }
            Rejection::NotNow { what: _, id, problem: _ } => {
                Self::new(Code::NotInState, detail).about(None, Some(id.clone()))
            }
            Rejection::NeedsBase { agents, version } => {
                let mut problem = Self::new(Code::BaseRequired, detail).version(*version);
                problem.agent_ids.clone_from(agents);
                problem
            }
            Rejection::NotOwn { agent } => {
                Self::new(Code::Forbidden, detail).about(None, Some(agent.to_string()))
            }
            Rejection::Changed { expected: _, current } => {
                Self::new(Code::VersionMismatch, detail).version(*current)
            }
            Rejection::IsThere { current } => {
                Self::new(Code::PreconditionFailed, detail).version(*current)
            }
            Rejection::Conflict { findings } => {
                let conflicts: Vec<_> = findings.iter().map(view).collect();
                let detail = match conflicts.split_first() {
                    None => detail,
                    Some((first, [])) => first.message.clone(),
                    Some((first, rest)) => format!("{} (and {} more)", first.message, rest.len()),
                };
                Self::new(Code::Conflict, detail).conflicts(conflicts)
            }
        }
    }
}

impl BadInput {
    /// A value that the core refuses.
    #[must_use]
    pub fn from_core(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Invalid { pointer, value, problem } => {
                Self::invalid(pointer, &value, problem)
            }
            other => Self::invalid("", &"the request", other.to_string()),
        }
    }
}
