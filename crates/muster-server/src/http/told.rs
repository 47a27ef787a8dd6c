//! Findings as answers: with causes and remedies where they stopped something.

use std::collections::{BTreeMap, BTreeSet};

use muster_api::clock_change::ClockChangesView;
use muster_api::conflict::ConflictView;
use muster_api::result::HeldView;
use muster_core::clock_change;
use muster_core::command::{Action, Command, Terms};
use muster_core::conflict::{Finding, Fingerprint};
use muster_core::decide::Held;
use muster_core::draft::{Draft, Edits};
use muster_core::explain::{Explained, explain, explain_rest, rest};
use muster_core::{Instant, Roster};

use crate::desk::Answer;

/// Explained findings, by fingerprint, to be placed where they belong.
pub(crate) struct Views(BTreeMap<Fingerprint, ConflictView>);

impl Views {
    /// The view of a finding: explained if it stopped something.
    pub(crate) fn take(&mut self, finding: &Finding) -> ConflictView {
        let known = self.0.get(&finding.fingerprint()).cloned();
        known.unwrap_or_else(|| ConflictView::plain(finding))
    }
}

/// Explains what stops a command on a state.
pub(crate) fn explained<'a>(
    roster: &Roster,
    command: &Command,
    findings: impl IntoIterator<Item = &'a Finding>,
    now: Instant,
) -> Views {
    let gating = gating(findings);
    views(&explain(roster, command, &gating, now), roster)
}

/// Explains what an answer holds back; its remedies are sent on the state that it led to.
pub(crate) fn answered<'a>(
    answer: &Answer,
    findings: impl IntoIterator<Item = &'a Finding>,
) -> Views {
    let Answer { before, after, command, .. } = answer;
    let rest = answer.result.as_ref().map(|outcome| rest(command, outcome));
    let rest = rest.unwrap_or_else(|_| command.clone());
    let gating = gating(findings);
    views(&explain_rest((before, command), (after, &rest), &gating, answer.at), after)
}

/// What stops something, once each: some of it holds many agents.
fn gating<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let gating =
        findings.into_iter().filter(|f| f.is_gating()).filter(|f| seen.insert(f.fingerprint()));
    gating.cloned().collect()
}

fn views(explained: &[Explained], roster: &Roster) -> Views {
    let view = |e: &Explained| (e.finding.fingerprint(), ConflictView::explained(e, roster));
    Views(explained.iter().map(view).collect())
}

/// Findings that stopped nothing.
pub(crate) fn findings(found: &[Finding]) -> Vec<ConflictView> {
    found.iter().map(ConflictView::plain).collect()
}

/// What clock changes do to the shifts that an answer made or changed.
pub(crate) fn clocks(answer: &Answer) -> Option<ClockChangesView> {
    ClockChangesView::new(&clock_change::between(&answer.before, &answer.after))
}

/// What clock changes do to the shifts that an edit of a draft speaks of.
pub(crate) fn drafted_clocks(answer: &Answer, draft: &Draft) -> Option<ClockChangesView> {
    let (Action::CreateDraft { edits, .. } | Action::EditDraft { edits, .. }) =
        &answer.command.action
    else {
        return None;
    };
    let shifts = edits.shifts.iter().filter_map(|edit| draft.shifts.get(&edit.id));
    let own = edits.commitments.iter().filter_map(|edit| draft.commitments.get(&edit.agent));
    let edits = Edits {
        shifts: shifts.map(|edit| (**edit).clone()).collect(),
        commitments: own.map(|edit| (**edit).clone()).collect(),
    };
    let clocks = clock_change::of_edits(&answer.after, &edits, &Terms::default());
    ClockChangesView::new(&clocks)
}

/// What an edit holds back.
pub(crate) fn held(answer: &Answer, held: &[Held]) -> Vec<HeldView> {
    let mut views = answered(answer, held.iter().flat_map(|held| &held.findings));
    HeldView::all(held, |finding| views.take(finding))
}
