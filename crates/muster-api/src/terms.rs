//! How a change is to be made, and what a decider says.

use muster_core::Revision;
use muster_core::command::{Mode, Resolution, Terms, Verdict};
use muster_core::conflict::Fingerprint;
use muster_core::decide::Plan;
use muster_core::id::AgentId;
use serde::{Deserialize, Serialize};

use crate::BadInput;
use crate::input::Long;
use muster_core::limits;

/// `POST …/publish` and `…/validate`; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TermsIn {
    /// Whether it stands or falls as one.
    pub mode: Mode,
    /// Findings that somebody answers for.
    pub acknowledge: Vec<Fingerprint>,
    /// Decisions about clashes.
    pub resolutions: Vec<Resolution>,
    /// Only these agents, and those tied to them.
    pub agent_ids: Option<Vec<AgentId>>,
    /// The plan that somebody has looked at.
    pub plan_token: Option<PlanToken>,
    /// Why.
    pub reason: Option<Long>,
    /// The version of the schedule that the client had read.
    pub schedule_version: Option<Revision>,
}

impl TermsIn {
    /// The core's terms.
    ///
    /// # Errors
    /// [`BadInput`] when there are more acknowledgements than are taken.
    pub fn terms(self) -> Result<Terms, BadInput> {
        check_count(&self.acknowledge)?;
        Ok(Terms {
            mode: self.mode,
            acknowledge: self.acknowledge,
            resolutions: self.resolutions,
            only: self.agent_ids,
            reason: self.reason.map(|reason| reason.0),
        })
    }
}

pub(crate) fn check_count(acknowledge: &[Fingerprint]) -> Result<(), BadInput> {
    if acknowledge.len() <= limits::ACKNOWLEDGEMENTS {
        return Ok(());
    }
    let problem = format!("are more acknowledgements than {}", limits::ACKNOWLEDGEMENTS);
    Err(BadInput::invalid("/acknowledge", &acknowledge.len(), problem))
}

/// A decision on a swap or a request; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VerdictIn {
    /// Findings that the decider answers for.
    pub acknowledge: Vec<Fingerprint>,
    /// Why.
    pub reason: Option<Long>,
}

impl VerdictIn {
    /// The core's verdict.
    ///
    /// # Errors
    /// [`BadInput`] when there are more acknowledgements than are taken.
    pub fn verdict(self) -> Result<Verdict, BadInput> {
        check_count(&self.acknowledge)?;
        Ok(Verdict { acknowledge: self.acknowledge, reason: self.reason.map(|reason| reason.0) })
    }
}

/// `POST …/revert`; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RevertIn {
    /// The publish to undo; the last one, when absent.
    pub revision: Option<Revision>,
    /// Whether it stands or falls as one.
    pub mode: Mode,
    /// Findings that somebody answers for.
    pub acknowledge: Vec<Fingerprint>,
    /// Decisions about clashes.
    pub resolutions: Vec<Resolution>,
    /// Only these agents, and those tied to them.
    pub agent_ids: Option<Vec<AgentId>>,
    /// Why.
    pub reason: Option<Long>,
}

impl RevertIn {
    /// The core's terms.
    ///
    /// # Errors
    /// [`BadInput`] when there are more acknowledgements than are taken.
    pub fn terms(self) -> Result<Terms, BadInput> {
        let Self { revision: _, mode, acknowledge, resolutions, agent_ids, reason } = self;
        TermsIn { mode, acknowledge, resolutions, agent_ids, reason, ..TermsIn::default() }.terms()
    }
}

/// Names a plan: what it was made on, and for which version of the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanToken {
    /// The revision it was planned on.
    pub revision: Revision,
    /// The draft's version.
    pub draft_version: Revision,
}

impl From<&Plan> for PlanToken {
    fn from(plan: &Plan) -> Self {
        Self { revision: plan.revision, draft_version: plan.draft_version }
    }
}

impl From<PlanToken> for String {
    fn from(token: PlanToken) -> Self {
        format!("plan.{}.{}", token.revision, token.draft_version)
    }
}

impl TryFrom<String> for PlanToken {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (revision, version) = text.strip_prefix("plan.")?.split_once('.')?;
            let revision = Revision(revision.parse().ok()?);
            Some(Self { revision, draft_version: Revision(version.parse().ok()?) })
        };
        parse().ok_or_else(|| format!("{text:?} is no plan token"))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::{parse, parse_or_default};

    #[test]
    fn terms_may_be_left_out() {
        let terms = parse_or_default::<TermsIn>(b" \n").unwrap();
        assert_eq!(terms, TermsIn::default());
        assert_eq!(parse::<TermsIn>(b"{}").unwrap().terms().unwrap(), Terms::default());
    }

    #[test]
    fn terms_say_everything_the_core_knows() {
        let body = br#"{"mode":"atomic","acknowledge":["00000000000000ff.30"],
            "resolutions":[{"shiftId":"s1","atom":"span","keep":"live"}],"agentIds":["ana"],
            "planToken":"plan.12.11","reason":"agreed by phone","scheduleVersion":9}"#;
        let parsed: TermsIn = parse(body).unwrap();
        let token = parsed.plan_token.unwrap();
        assert_eq!((token.revision, token.draft_version), (Revision(12), Revision(11)));
        assert_eq!(String::from(token), "plan.12.11");
        assert_eq!(parsed.schedule_version, Some(Revision(9)));
        let terms = parsed.terms().unwrap();
        expect![[r#"
            Terms {
                mode: Atomic,
                acknowledge: [
                    00000000000000ff.30,
                ],
                resolutions: [
                    Resolution {
                        shift_id: s1,
                        atom: Span,
                        keep: Live,
                    },
                ],
                only: Some(
                    [
                        ana,
                    ],
                ),
                reason: Some(
                    "agreed by phone",
                ),
            }
        "#]]
        .assert_debug_eq(&terms);
    }

    #[test]
    fn a_wrong_fingerprint_is_named() {
        let error = parse::<VerdictIn>(br#"{"acknowledge":["00000000000000ff.1","all"]}"#);
        let error = error.unwrap_err();
        assert_eq!((error.pointer.as_str(), error.value.as_str()), ("/acknowledge/1", "\"all\""));
    }
}
