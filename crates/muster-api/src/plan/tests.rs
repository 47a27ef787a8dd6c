use std::collections::BTreeMap;

use expect_test::expect;
use muster_core::conflict::{Kind, Severity};
use muster_core::decide::AgentPlan;

use super::*;
use crate::testing::{agent, at, json, pretty};

fn planned(outcome: PlanOutcome, findings: Vec<Finding>) -> AgentPlan {
    let changed = outcome != PlanOutcome::Unchanged;
    AgentPlan { outcome, findings, tied: Vec::new(), changed }
}

fn disliked(minutes: i64, standing: bool) -> Finding {
    let finding = Finding::new(Kind::PreferenceViolated, Severity::Info, Some(&agent("cem")));
    Finding { standing, ..finding.measured_min(minutes, 0) }
}

fn plan() -> Plan {
    let finding = Finding::new(Kind::TimeOffPendingOverlap, Severity::Ack, Some(&agent("ben")));
    let agents = [
        ("ana", planned(PlanOutcome::Merged, Vec::new())),
        ("ben", planned(PlanOutcome::NeedsAck, vec![finding])),
        ("cem", planned(PlanOutcome::Unchanged, vec![disliked(30, true), disliked(45, false)])),
    ];
    let mut agents: BTreeMap<_, _> =
        agents.into_iter().map(|(id, planned)| (agent(id), planned)).collect();
    agents.get_mut(&agent("ana")).unwrap().tied = vec![agent("cem")];
    Plan {
        week: jiff::civil::date(2026, 3, 23),
        revision: Revision(12),
        at: muster_core::Instant::from_ms(1_774_000_800_000),
        draft_version: Revision(11),
        agents,
    }
}

#[test]
fn a_plan_counts_outcomes_and_names_who_is_told() {
    let at = EvaluatedAt::new(Revision(12), at("2026-03-20T12:00:00Z"));
    let id = ScheduleId::parse("d1").unwrap();
    let mut view = PlanView::new(&id, &plan(), at, ConflictView::plain);
    assert_eq!(view.agents[1].findings.len(), 1);
    view.agents.iter_mut().for_each(|agent| agent.findings.clear());
    expect![[r#"
        {
          "scheduleId": "d1",
          "revision": 12,
          "summary": {
            "agents": 3,
            "unchanged": 1,
            "fastForward": 0,
            "merged": 1,
            "needsAck": 1,
            "blocked": 0
          },
          "preferences": {
            "violated": 2,
            "newlyViolated": 1,
            "minutes": 75
          },
          "agents": [
            {
              "agentId": "ana",
              "outcome": "merged",
              "tiedTo": [
                "cem"
              ],
              "findings": []
            },
            {
              "agentId": "ben",
              "outcome": "needs_ack",
              "findings": []
            },
            {
              "agentId": "cem",
              "outcome": "unchanged",
              "findings": []
            }
          ],
          "notified": [
            "ana",
            "ben"
          ],
          "planToken": "plan.12.11.1774000800000",
          "evaluatedAt": {
            "revision": 12,
            "at": "2026-03-20T12:00:00Z"
          }
        }"#]]
    .assert_eq(&pretty(&view));
}

#[test]
fn a_plan_token_names_revision_version_and_time() {
    assert_eq!(json(&PlanToken::from(&plan())), "plan.12.11.1774000800000");
}
