//! Trying a remedy on the state that the command was decided on.
//!
//! It works when the conflict is gone after it, and nothing stands in the way that did not stand
//! there before or that has grown.

use std::collections::{BTreeMap, BTreeSet};

use crate::acknowledge::Answers;
use crate::change::part::agents_of;
use crate::change::{self, Component};
use crate::command::{Action, Command, Terms};
use crate::conflict::{Finding, Fingerprint, Severity};
use crate::decide::{Rejection, decide, evaluate};
use crate::draft::{Edits, ShiftEdit};
use crate::entry::Entry;
use crate::explain::remedy::is_taken;
use crate::explain::scene::edits;
use crate::explain::{Remedy, Scene, Way};
use crate::feed::touch::{Pair, Touch};
use crate::id::{AgentId, CommandId, ShiftId};
use crate::roster::Roster;

pub(super) fn works(scene: &Scene<'_>, finding: &Finding, remedy: &Remedy) -> bool {
    let command = Command::new(scene.command.actor.clone(), remedy.action.clone());
    if remedy.way == Way::Instead {
        return comes_instead(scene, &command);
    }
    // What cannot be sent again as it was has nothing to be cleared for it.
    if let (Way::First, Action::PublishDocument { id, .. }) = (remedy.way, &scene.command.action)
        && is_taken(scene.roster, id)
    {
        return false;
    }
    if let Some(terms) = scene.terms() {
        let followed = Followed::new(scene, command, terms);
        return followed.is_some_and(|followed| clears(scene, finding, terms, &followed));
    }
    let after = match remedy.way {
        Way::Itself => refusal(scene.roster, &command, scene),
        Way::First | Way::Instead => {
            applied(scene, &command).and_then(|(then, _)| refusal(&then, scene.command, scene))
        }
    };
    let before =
        scene.gates.get_or_init(|| refusal(scene.roster, scene.command, scene).unwrap_or_default());
    after.is_some_and(|after| is_cleared(finding, before, &after))
}

/// A change of shifts once a remedy was followed.
struct Followed {
    roster: Roster,
    /// What is wanted of shifts then; nothing, if that is the same.
    edits: Option<Edits>,
    terms: Terms,
    /// What following it touched.
    touch: Touch,
}

impl Followed {
    fn new(scene: &Scene<'_>, remedy: Command, terms: &Terms) -> Option<Self> {
        let (roster, touch) = (scene.roster.clone(), Touch::default());
        if let Action::EditShifts { edits, terms } | Action::PublishDocument { edits, terms, .. } =
            remedy.action
        {
            return Some(Self { roster, edits: Some(edits), terms, touch });
        }
        if let Some(terms) = remedy.action.terms() {
            return Some(Self { roster, edits: None, terms: terms.clone(), touch });
        }
        let (roster, entry) = applied(scene, &remedy)?;
        let mut touch = Touch::default();
        touch.add(Pair { before: scene.roster, after: &roster }, &entry);
        let is_redrafted = matches!(remedy.action, Action::EditDraft { .. });
        let edits = is_redrafted.then(|| edits(&roster, &scene.command.action));
        Some(Self { roster, edits, terms: terms.clone(), touch })
    }

    /// What is wanted otherwise of which shifts; nothing of those that are left alone.
    fn changed<'e>(&'e self, scene: &'e Scene<'_>) -> BTreeMap<&'e ShiftId, Option<&'e ShiftEdit>> {
        let Some(edits) = &self.edits else { return BTreeMap::new() };
        let (was, is) = (&scene.edits.shifts, &edits.shifts);
        if was == is {
            return BTreeMap::new();
        }
        let new = is.iter().filter(|edit| scene.edit(&edit.id) != Some(*edit));
        let kept: BTreeSet<&ShiftId> = is.iter().map(|edit| &edit.id).collect();
        let gone = was.iter().filter(|edit| !kept.contains(&edit.id));
        let gone = gone.map(|edit| (&edit.id, None));
        new.map(|edit| (&edit.id, Some(edit))).chain(gone).collect()
    }

    /// The agents about whom something else may be found then; nothing, if that may be everybody.
    fn agents(
        &self,
        scene: &Scene<'_>,
        terms: &Terms,
        changed: &BTreeMap<&ShiftId, Option<&ShiftEdit>>,
    ) -> Option<BTreeSet<AgentId>> {
        let mut agents = self.touch.agents()?.clone();
        let (was, is) = (terms.resolved(), self.terms.resolved());
        let decided = was.keys().chain(is.keys()).filter(|place| was.get(place) != is.get(place));
        let shifts = decided.map(|(id, _)| id).chain(self.touch.shifts());
        for id in shifts.chain(changed.keys().copied()) {
            let edits = scene.edit(id).into_iter().chain(changed.get(id).copied().flatten());
            for edit in edits {
                agents.extend(agents_of(scene.roster, edit));
                agents.extend(agents_of(&self.roster, edit));
            }
        }
        Some(agents)
    }
}

/// Weighs those again about whom something else may be found; with all the others, where all agents
/// together are asked for something.
fn clears(scene: &Scene<'_>, finding: &Finding, terms: &Terms, then: &Followed) -> bool {
    let actor = &scene.command.actor;
    let changed = then.changed(scene);
    let agents = then.agents(scene, terms, &changed).map(|mut agents| {
        agents.extend(finding.agent.clone());
        let spoken = finding.shifts().filter_map(|id| scene.edit(id));
        agents.extend(spoken.flat_map(|edit| agents_of(scene.roster, edit)));
        scene.tied(agents)
    });
    let wanted = agents.as_ref().map_or_else(|| scene.edits.clone(), |agents| scene.part(agents));
    let mut edits = wanted.clone();
    edits.shifts.retain(|edit| !changed.contains_key(&edit.id));
    edits.shifts.extend(changed.into_values().flatten().cloned());
    edits.shifts.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(Edits { commitments, .. }) = &then.edits {
        let is_meant = |agent| agents.as_ref().is_none_or(|agents| agents.contains(agent));
        let own = commitments.iter().filter(|edit| is_meant(&edit.agent));
        edits.commitments = own.cloned().collect();
    }
    let after = change::alone(&then.roster, actor, &edits, &then.terms, scene.now);
    let Some(all) = scene.everybody() else {
        let before = change::alone(scene.roster, actor, &wanted, terms, scene.now);
        let before = gates(scene.roster, &before.iter().collect::<Vec<_>>(), terms);
        let after = gates(&then.roster, &after.iter().collect::<Vec<_>>(), &then.terms);
        return finding.agent.is_some() && is_cleared(finding, &before, &after);
    };
    let is_other = |component: &&Component| {
        agents.as_ref().is_some_and(|agents| component.agents.is_disjoint(agents))
    };
    let others = all.iter().filter(is_other);
    let before =
        scene.gates.get_or_init(|| gates(scene.roster, &all.iter().collect::<Vec<_>>(), terms));
    let after = gates(&then.roster, &others.chain(&after).collect::<Vec<_>>(), &then.terms);
    is_cleared(finding, before, &after)
}

/// What stops these components.
fn gates(roster: &Roster, components: &[&Component], terms: &Terms) -> Vec<Fingerprint> {
    let together = change::together(roster, components, terms);
    let answers = Answers::new(roster, &terms.acknowledge);
    let stops = |n: usize, finding: &Finding| {
        finding.is_gating() && terms.wants(&components[n].agents) && !answers.covers(finding)
    };
    let own = components.iter().enumerate().flat_map(|(n, component)| {
        let own = component.gating.iter().filter(move |finding| stops(n, finding));
        own.map(Finding::fingerprint)
    });
    let together = together.iter().flat_map(|(n, found)| {
        found.iter().filter(move |finding| stops(*n, finding)).map(Finding::fingerprint)
    });
    own.chain(together).collect()
}

/// The finding is gone, and nothing stands there that did not stand there before, no larger.
fn is_cleared(finding: &Finding, before: &[Fingerprint], after: &[Fingerprint]) -> bool {
    let key = finding.fingerprint().key();
    let mut known: BTreeMap<u64, Vec<&Fingerprint>> = BTreeMap::new();
    before.iter().for_each(|one| known.entry(one.key()).or_default().push(one));
    let stood = |one: &Fingerprint| {
        known.get(&one.key()).is_some_and(|known| known.iter().any(|known| known.covers(one)))
    };
    after.iter().all(|one| one.key() != key && stood(one))
}

/// What stops a command that is no edit of shifts; `None` when it is something else than findings.
fn refusal(roster: &Roster, command: &Command, scene: &Scene<'_>) -> Option<Vec<Fingerprint>> {
    match decide(roster, command, scene.now) {
        Ok(_) => Some(Vec::new()),
        Err(Rejection::Conflict { findings }) => {
            let answers = Answers::new(roster, command.action.acknowledged());
            let left = findings.iter().filter(|finding| !answers.covers(finding));
            Some(left.map(Finding::fingerprint).collect())
        }
        Err(_) => None,
    }
}

fn applied(scene: &Scene<'_>, command: &Command) -> Option<(Roster, Entry)> {
    let decision = decide(scene.roster, command, scene.now).ok()?;
    let mut roster = scene.roster.clone();
    let id = CommandId::parse("remedy").expect("it is an id");
    let entry = decision.entry(&roster, command, &id, scene.now)?;
    roster.apply(&entry);
    Some((roster, entry))
}

/// It is accepted; and what it offers can be approved, as far as the rules go.
fn comes_instead(scene: &Scene<'_>, remedy: &Command) -> bool {
    if let Action::OfferSwap(offer) = &remedy.action {
        let findings = evaluate(scene.roster, &remedy.actor, offer, scene.now);
        if findings.iter().any(|found| found.severity >= Severity::Block) {
            return false;
        }
    }
    applied(scene, remedy).is_some()
}
