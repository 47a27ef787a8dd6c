//! What somebody answered for: `GET /businessunits/{id}/acknowledgements`.

use std::collections::BTreeSet;
use std::sync::Arc;

use muster_core::Revision;
use muster_core::acknowledge::{AckRule, AckWhere};
use muster_core::conflict::Finding;
use muster_core::entry::{Entry, ReferenceKind};
use muster_core::roster::{Acknowledged, Roster};
use schemars::JsonSchema;
use serde::Serialize;

use crate::conflict::ConflictView;
use crate::time::At;

/// A finding that somebody answered for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcknowledgementView {
    /// The finding as it was.
    #[serde(flatten)]
    pub finding: ConflictView,
    /// Who answered for it.
    pub acknowledged_by: String,
    /// When.
    pub at: At,
    /// The entry that it let pass.
    pub revision: Revision,
    /// What that entry is about.
    pub about: AboutView,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
    /// The rule that covered it, as far as it speaks of this finding; absent where the fingerprint
    /// was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<AckRule>,
    /// Whether the finding is there, no larger than it was. Absent where an agent's weeks cannot
    /// tell: for kinds about all agents together, and those that were true of a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands: Option<bool>,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AboutView {
    /// The kind of thing.
    #[serde(rename = "type")]
    pub kind: ReferenceKind,
    /// Its id.
    pub id: Arc<str>,
}

impl AcknowledgementView {
    /// What was answered for, seen from a state.
    #[must_use]
    pub fn new(one: &Acknowledged, roster: &Roster) -> Self {
        let Acknowledged { fingerprint, finding, origin, reason, rule } = one;
        let about = &origin.about;
        Self {
            finding: ConflictView {
                fingerprint: fingerprint.clone(),
                ..ConflictView::plain(finding)
            },
            acknowledged_by: origin.actor.to_string(),
            at: At(origin.at),
            revision: origin.revision,
            about: AboutView { kind: about.kind, id: about.id.clone() },
            reason: reason.clone(),
            by_rule: rule.as_ref().map(|rule| speaking_of(rule, finding)),
            stands: one.stands(roster),
        }
    }

    /// What an entry says was answered for; whether it still stands is not looked at.
    #[must_use]
    pub fn of_entry(
        entry: &Entry,
        finding: &Finding,
        rule: Option<&AckRule>,
        reason: Option<&str>,
    ) -> Self {
        let Entry { revision, at, actor, about, .. } = entry;
        Self {
            finding: ConflictView::plain(finding),
            acknowledged_by: actor.to_string(),
            at: At(*at),
            revision: *revision,
            about: AboutView { kind: about.kind, id: about.id.clone() },
            reason: reason.map(Arc::from),
            by_rule: rule.map(|rule| speaking_of(rule, finding)),
            stands: None,
        }
    }
}

/// A rule without the names that have nothing to do with a finding: there may be thousands.
fn speaking_of(rule: &AckRule, finding: &Finding) -> AckRule {
    let AckRule { kind, place, up_to, reason } = rule;
    let AckWhere { agent_ids, management_unit_id, shift_ids, from, until, fingerprints } = place;
    let agents = finding.agent.iter().cloned().collect::<BTreeSet<_>>();
    let shifts = finding.shifts().cloned().collect::<BTreeSet<_>>();
    let key = finding.fingerprint().key();
    let place = AckWhere {
        agent_ids: agent_ids.as_ref().map(|known| known & &agents),
        management_unit_id: management_unit_id.clone(),
        shift_ids: shift_ids.as_ref().map(|known| known & &shifts),
        from: *from,
        until: *until,
        fingerprints: fingerprints
            .as_ref()
            .map(|known| known.iter().filter(|known| known.key() == key).cloned().collect()),
    };
    AckRule { kind: *kind, place, up_to: *up_to, reason: reason.clone() }
}
