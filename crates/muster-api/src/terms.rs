//! How a change is to be made, and what a decider says.

use std::borrow::Cow;

use muster_core::acknowledge::{AckRule, Acknowledgement};
use muster_core::command::{Mode, Resolution, Terms, Verdict};
use muster_core::decide::Plan;
use muster_core::id::AgentId;
use muster_core::{Instant, Revision};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::BadInput;
use crate::input::Long;
use muster_core::limits;

/// `POST …/publish` and `…/validate`; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TermsIn {
    /// Whether it stands or falls as one.
    pub mode: Mode,
    /// Findings that somebody answers for.
    #[schemars(length(max = limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Vec<Acknowledgement>,
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
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn terms(self) -> Result<Terms, BadInput> {
        check(&self.acknowledge)?;
        Ok(Terms {
            mode: self.mode,
            acknowledge: self.acknowledge,
            resolutions: self.resolutions,
            suspects: Vec::new(),
            only: self.agent_ids,
            reason: self.reason.map(|reason| reason.0),
        })
    }
}

/// Rules say what they are about, and why; and nobody sends more than can be looked through.
pub(crate) fn check(acknowledge: &[Acknowledgement]) -> Result<(), BadInput> {
    let (mut rules, mut names) = (0, acknowledge.len());
    for (n, one) in acknowledge.iter().enumerate() {
        if let Acknowledgement::Rule(rule) = one {
            check_rule(rule).map_err(|wrong| wrong.within(&format!("/acknowledge/{n}")))?;
            (rules, names) = (rules + 1, names + rule.place.names());
        }
    }
    let most = [(rules, limits::ACK_RULES, "rules"), (names, limits::ACKNOWLEDGEMENTS, "names")];
    match most.into_iter().find(|(count, most, _)| count > most) {
        None => Ok(()),
        Some((count, most, what)) => {
            let problem = format!("are more acknowledgements ({what}) than {most}");
            Err(BadInput::invalid("/acknowledge", &count, problem))
        }
    }
}

/// Without saying where, a rule would let everything pass.
fn check_rule(rule: &AckRule) -> Result<(), BadInput> {
    if rule.place.is_anywhere() {
        let problem = "covers everything: name agents, a management unit, shifts, days or \
                       fingerprints";
        return Err(BadInput::invalid("/where", &"{}", problem));
    }
    if let (Some(from), Some(until)) = (rule.place.from, rule.place.until)
        && until < from
    {
        return Err(BadInput::invalid("/where/until", &until, format!("is before {from}")));
    }
    let length = rule.reason.chars().count();
    if rule.reason.trim().is_empty() {
        return Err(BadInput::invalid("/reason", &format!("{:?}", rule.reason), "says nothing"));
    }
    if length > limits::NOTE_LEN {
        let problem = format!("characters are more than {}", limits::NOTE_LEN);
        return Err(BadInput::invalid("/reason", &length, problem));
    }
    Ok(())
}

/// A decision on a swap or a request; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VerdictIn {
    /// Findings that the decider answers for.
    #[schemars(length(max = limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Vec<Acknowledgement>,
    /// Why.
    pub reason: Option<Long>,
}

impl VerdictIn {
    /// The core's verdict.
    ///
    /// # Errors
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn verdict(self) -> Result<Verdict, BadInput> {
        check(&self.acknowledge)?;
        Ok(Verdict { acknowledge: self.acknowledge, reason: self.reason.map(|reason| reason.0) })
    }
}

/// `POST …/revert`; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RevertIn {
    /// The publish to undo; the last one, when absent.
    pub revision: Option<Revision>,
    /// Whether it stands or falls as one.
    pub mode: Mode,
    /// Findings that somebody answers for.
    #[schemars(length(max = limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Vec<Acknowledgement>,
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
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn terms(self) -> Result<Terms, BadInput> {
        let Self { revision: _, mode, acknowledge, resolutions, agent_ids, reason } = self;
        TermsIn { mode, acknowledge, resolutions, agent_ids, reason, ..TermsIn::default() }.terms()
    }
}

/// Names a plan: what it was made on and when, and for which version of the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanToken {
    /// The revision it was planned on.
    pub revision: Revision,
    /// The draft's version.
    pub draft_version: Revision,
    /// The time it was planned at.
    pub at: Instant,
}

impl JsonSchema for PlanToken {
    fn schema_name() -> Cow<'static, str> {
        "PlanToken".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Names a plan, as `validate` answered it.",
            "type": "string",
            "pattern": "^plan\\.[0-9]{1,18}\\.[0-9]{1,18}\\.-?[0-9]{1,18}$",
            "examples": ["plan.20.20.1774854000000"],
        })
    }
}

impl From<&Plan> for PlanToken {
    fn from(plan: &Plan) -> Self {
        Self { revision: plan.revision, draft_version: plan.draft_version, at: plan.at }
    }
}

impl From<PlanToken> for String {
    fn from(token: PlanToken) -> Self {
        format!("plan.{}.{}.{}", token.revision, token.draft_version, token.at.ms())
    }
}

impl TryFrom<String> for PlanToken {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (revision, rest) = text.strip_prefix("plan.")?.split_once('.')?;
            let (version, at) = rest.split_once('.')?;
            let number = |text: &str| Some(Revision(text.parse().ok()?));
            let (revision, draft_version) = (number(revision)?, number(version)?);
            Some(Self { revision, draft_version, at: Instant::from_ms(at.parse().ok()?) })
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
            "planToken":"plan.12.11.60000","reason":"agreed by phone","scheduleVersion":9}"#;
        let parsed: TermsIn = parse(body).unwrap();
        let token = parsed.plan_token.unwrap();
        assert_eq!((token.revision, token.draft_version), (Revision(12), Revision(11)));
        assert_eq!((token.at.ms(), String::from(token)), (60_000, "plan.12.11.60000".into()));
        assert_eq!(parsed.schedule_version, Some(Revision(9)));
        let terms = parsed.terms().unwrap();
        expect![[r#"
            Terms {
                mode: Atomic,
                acknowledge: [
                    Finding(
                        00000000000000ff.30,
                    ),
                ],
                resolutions: [
                    Resolution {
                        shift_id: s1,
                        atom: Span,
                        keep: Live,
                    },
                ],
                suspects: [],
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

    fn verdict(acknowledge: &str) -> Result<Verdict, BadInput> {
        let body = format!(r#"{{"acknowledge":[{acknowledge}],"reason":"by phone"}}"#);
        parse::<VerdictIn>(body.as_bytes())?.verdict()
    }

    #[test]
    fn fingerprints_and_rules_stand_in_one_list_and_are_said_again_as_they_are() {
        let list = concat!(
            r#""00000000000000ff.30",{"kind":"REST_TIME_SHORT","where":{"agentIds":["ana"],"#,
            r#""managementUnitId":"north","shiftIds":["s1"],"from":"2026-03-30","#,
            r#""until":"2026-04-05","fingerprints":["00000000000000ff.30"]},"upTo":60,"#,
            r#""reason":"agreed"}"#,
        );
        let said = verdict(list).unwrap();
        let [Acknowledgement::Finding(_), Acknowledgement::Rule(rule)] = &said.acknowledge[..]
        else {
            panic!("{said:?}");
        };
        assert_eq!((rule.up_to, &*rule.reason), (Some(60), "agreed"));
        assert_eq!(serde_json::to_string(&said.acknowledge).unwrap(), format!("[{list}]"));
    }

    #[test]
    fn a_rule_that_says_too_little_is_named_by_what_it_lacks() {
        let rule = |place: &str, rest: &str| {
            format!(r#""00000000000000ff.1",{{"kind":"REST_TIME_SHORT","where":{place}{rest}}}"#)
        };
        let because = r#","reason":"agreed""#;
        let days = r#"{"from":"2026-04-05","until":"2026-04-04"}"#;
        let long = format!(r#","reason":"{}""#, "x".repeat(2_001));
        let ana = r#"{"agentIds":["ana"]}"#;
        let cases = [
            (rule("{}", because), "/acknowledge/1/where"),
            (rule(r#"{"agentIds":null}"#, because), "/acknowledge/1/where"),
            (rule(ana, r#","reason":" ""#), "/acknowledge/1/reason"),
            (rule(ana, ""), "/acknowledge/1/reason"),
            (rule(ana, &long), "/acknowledge/1/reason"),
            (rule(days, because), "/acknowledge/1/where/until"),
            (rule(r#"{"agents":["ana"]}"#, because), "/acknowledge/1/where/agents"),
            (rule(r#"{"agentIds":["a b"]}"#, because), "/acknowledge/1/where/agentIds/0"),
            (rule(ana, r#","upTo":-1,"reason":"x""#), "/acknowledge/1/upTo"),
            (rule(ana, r#","force":true,"reason":"x""#), "/acknowledge/1/force"),
            (rule(r#""everywhere""#, because), "/acknowledge/1/where"),
            (r#"{"kind":"ANY","where":{},"reason":"x"}"#.to_owned(), "/acknowledge/0/kind"),
            (r#"{"where":{"agentIds":["a"]},"reason":"x"}"#.to_owned(), "/acknowledge/0/kind"),
            ("7".to_owned(), "/acknowledge/0"),
            ("null".to_owned(), "/acknowledge/0"),
            ("[]".to_owned(), "/acknowledge/0"),
        ];
        for (list, pointer) in cases {
            let wrong = verdict(&list).expect_err(&list);
            assert_eq!((wrong.pointer.as_str(), wrong.status), (pointer, 422), "{list}: {wrong}");
        }
    }

    #[test]
    fn more_acknowledgements_than_can_be_looked_through_are_refused() {
        let rule = r#"{"kind":"REST_TIME_SHORT","where":{"agentIds":["ana"]},"reason":"x"}"#;
        assert!(verdict(&vec![rule; 100].join(",")).is_ok());
        let wrong = verdict(&vec![rule; 101].join(",")).unwrap_err();
        assert_eq!((wrong.pointer.as_str(), wrong.value.as_str()), ("/acknowledge", "101"));
        let names: Vec<String> = (0..10_000).map(|n| format!(r#""a{n}""#)).collect();
        let names = names.join(",");
        let many = format!(
            r#"{{"kind":"REST_TIME_SHORT","where":{{"agentIds":[{names}]}},"reason":"x"}}"#
        );
        let wrong = verdict(&many).unwrap_err();
        assert_eq!((wrong.pointer.as_str(), wrong.value.as_str()), ("/acknowledge", "10001"));
    }
}
