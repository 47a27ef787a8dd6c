//! Trying a remedy on the state that the command was decided on.
//!
//! It works when the conflict is gone after it, and nothing stands in the way that did not stand
//! there before or that has grown.

use crate::acknowledge::Answers;
use crate::change;
use crate::command::{Action, Command, Terms};
use crate::conflict::{Finding, Fingerprint, Severity};
use crate::decide::{Rejection, decide, evaluate};
use crate::draft::Edits;
use crate::explain::remedy::is_taken;
use crate::explain::{Remedy, Scene, Way, edits};
use crate::id::CommandId;
use crate::roster::Roster;

pub(super) fn works(scene: &Scene<'_>, finding: &Finding, remedy: &Remedy) -> bool {
    let mut command = Command { actor: scene.command.actor.clone(), action: remedy.action.clone() };
    if remedy.way == Way::Instead {
        return comes_instead(scene, &command);
    }
    // What cannot be sent again as it was has nothing to be cleared for it.
    if let (Way::First, Action::PublishDocument { id, .. }) = (remedy.way, &scene.command.action)
        && is_taken(scene.roster, id)
    {
        return false;
    }
    let Some(terms) = scene.terms() else {
        let after = match remedy.way {
            Way::Itself => refusal(scene.roster, &command, scene),
            Way::First | Way::Instead => {
                applied(scene, &command).and_then(|then| refusal(&then, scene.command, scene))
            }
        };
        let before = scene
            .gates
            .get_or_init(|| refusal(scene.roster, scene.command, scene).unwrap_or_default());
        return after.is_some_and(|after| is_cleared(finding, before, &after));
    };
    // What hangs on others is weighed with everything, as far as that goes.
    if (scene.is_tied || finding.agent.is_none()) && scene.may_reweigh() {
        let edits = &scene.edits;
        let before = scene.gates.get_or_init(|| gates(scene, scene.roster, edits, terms));
        let after = gates_after(scene, &command, edits, terms);
        return after.is_some_and(|after| is_cleared(finding, before, &after));
    }
    let Some(agent) = &finding.agent else { return false };
    let edits = scene.component(std::slice::from_ref(agent));
    let before = gates(scene, scene.roster, &edits, terms);
    if let Action::EditShifts { edits: all, .. } | Action::PublishDocument { edits: all, .. } =
        &mut command.action
    {
        scene.keep(all, &edits);
    }
    let after = gates_after(scene, &command, &edits, terms);
    after.is_some_and(|after| is_cleared(finding, &before, &after))
}

/// What stops these edits once a remedy was followed; `None` when it cannot be.
fn gates_after(
    scene: &Scene<'_>,
    remedy: &Command,
    wanted: &Edits,
    terms: &Terms,
) -> Option<Vec<Finding>> {
    Some(match (&remedy.action, remedy.action.terms()) {
        (Action::EditShifts { edits, terms } | Action::PublishDocument { edits, terms, .. }, _) => {
            gates(scene, scene.roster, edits, terms)
        }
        (_, Some(terms)) => gates(scene, scene.roster, wanted, terms),
        (_, None) => {
            let then = applied(scene, remedy)?;
            if matches!(remedy.action, Action::EditDraft { .. }) {
                // The wishes are others then.
                let wanted = edits(&then, &scene.command.action);
                return Some(gates(scene, &then, &wanted, terms));
            }
            gates(scene, &then, wanted, terms)
        }
    })
}

fn is_cleared(finding: &Finding, before: &[Finding], after: &[Finding]) -> bool {
    let known: Vec<Fingerprint> = before.iter().map(Finding::fingerprint).collect();
    let key = finding.fingerprint().key();
    let is_gone = after.iter().all(|f| f.fingerprint().key() != key);
    is_gone && after.iter().all(|f| change::is_covered(f, &known))
}

fn gates(scene: &Scene<'_>, roster: &Roster, edits: &Edits, terms: &Terms) -> Vec<Finding> {
    let actor = &scene.command.actor;
    let components = change::weigh(roster, actor, edits, terms, scene.now);
    let wanted = components.into_iter().filter(|component| terms.wants(&component.agents));
    let gating = wanted.flat_map(|component| component.gating);
    let answers = Answers::new(roster, &terms.acknowledge);
    gating.filter(|finding| !answers.covers(finding)).collect()
}

/// What stops a command that is no edit of shifts; `None` when it is something else than findings.
fn refusal(roster: &Roster, command: &Command, scene: &Scene<'_>) -> Option<Vec<Finding>> {
    match decide(roster, command, scene.now) {
        Ok(_) => Some(Vec::new()),
        Err(Rejection::Conflict { findings }) => {
            let answers = Answers::new(roster, command.action.acknowledged());
            Some(findings.into_iter().filter(|finding| !answers.covers(finding)).collect())
        }
        Err(_) => None,
    }
}

fn applied(scene: &Scene<'_>, command: &Command) -> Option<Roster> {
    let decision = decide(scene.roster, command, scene.now).ok()?;
    let mut roster = scene.roster.clone();
    let id = CommandId::parse("remedy").expect("it is an id");
    let entry = decision.entry(&roster, command, &id, scene.now)?;
    roster.apply(&entry);
    Some(roster)
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
