use std::time::Duration;

use expect_test::{Expect, expect};
use muster_core::conflict::{Finding, Kind, Severity, Subject};
use muster_core::decide::{Rejection, Thing};

use super::*;
use crate::BadInput;
use crate::testing::{agent, pretty, shift_id, wrapped};

fn check(problem: &Problem, expect: Expect) {
    expect.assert_eq(&pretty(problem));
}

/// The next snapshot that is missing: a new refusal fails to compile here until it has one.
fn snapshot(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Unknown { .. } => "what_is_unknown_is_404",
        Rejection::Taken { .. } => "an_id_that_is_taken_is_409",
        Rejection::Invalid { .. } => "a_value_that_cannot_be_is_422",
        Rejection::NotNow { .. } => "what_cannot_be_done_now_is_409",
        Rejection::NeedsBase { .. } => "a_document_without_a_base_is_428",
        Rejection::NotOwn { .. } => "what_is_not_an_agents_own_is_403",
        Rejection::Changed { .. } => "a_version_that_is_not_current_is_409",
        Rejection::IsThere { .. } => "what_should_not_be_there_is_412",
        Rejection::Conflict { .. } => "a_conflict_is_409_with_its_conflicts",
    }
}

fn rejected(rejection: &Rejection, name: &str, expect: Expect) {
    assert_eq!(snapshot(rejection), name);
    check(&Problem::from_rejection(rejection).context("req-1"), expect);
}

#[test]
fn what_is_unknown_is_404() {
    let rejection = Rejection::Unknown { what: Thing::Shift, id: "s9".into() };
    rejected(
        &rejection,
        "what_is_unknown_is_404",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/not-found",
          "title": "there is no such thing",
          "status": 404,
          "detail": "there is no shift \"s9\"",
          "code": "NOT_FOUND",
          "message": "there is no shift \"s9\"",
          "contextId": "req-1",
          "details": [
            {
              "errorCode": "NOT_FOUND",
              "entityId": "s9"
            }
          ],
          "retry": {
            "class": "never"
          }
        }"#]],
    );
}

#[test]
fn an_id_that_is_taken_is_409() {
    let rejection = Rejection::Taken { what: Thing::Swap, id: "w1".into() };
    rejected(
        &rejection,
        "an_id_that_is_taken_is_409",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/already-exists",
          "title": "the id is taken",
          "status": 409,
          "detail": "swap \"w1\" exists already with other content",
          "code": "ALREADY_EXISTS",
          "message": "swap \"w1\" exists already with other content",
          "contextId": "req-1",
          "details": [
            {
              "errorCode": "ALREADY_EXISTS",
              "fieldName": "/id",
              "entityId": "w1"
            }
          ],
          "retry": {
            "class": "never"
          }
        }"#]],
    );
}

#[test]
fn a_value_that_cannot_be_is_422() {
    let rejection = Rejection::Invalid {
        pointer: "/lengthMinutes".into(),
        value: "0".into(),
        problem: "is not within 1..=2880".into(),
    };
    rejected(
        &rejection,
        "a_value_that_cannot_be_is_422",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/invalid",
          "title": "a value cannot be",
          "status": 422,
          "detail": "/lengthMinutes: 0 is not within 1..=2880",
          "code": "INVALID",
          "message": "/lengthMinutes: 0 is not within 1..=2880",
          "contextId": "req-1",
          "details": [
            {
              "errorCode": "INVALID",
              "fieldName": "/lengthMinutes",
              "entityId": "0"
            }
          ],
          "retry": {
            "class": "never"
          }
        }"#]],
    );
}

#[test]
fn what_cannot_be_done_now_is_409() {
    let rejection = Rejection::NotNow {
        what: Thing::Schedule,
        id: "d1".into(),
        problem: "is closed: everything in it went live".into(),
    };
    rejected(
        &rejection,
        "what_cannot_be_done_now_is_409",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/not-in-state",
          "title": "not in a state for this",
          "status": 409,
          "detail": "schedule \"d1\" is closed: everything in it went live",
          "code": "NOT_IN_STATE",
          "message": "schedule \"d1\" is closed: everything in it went live",
          "contextId": "req-1",
          "details": [
            {
              "errorCode": "NOT_IN_STATE",
              "entityId": "d1"
            }
          ],
          "retry": {
            "class": "rebase"
          }
        }"#]],
    );
}

#[test]
fn a_version_that_is_not_current_is_409() {
    let rejection = Rejection::Changed { expected: Revision(803), current: Revision(811) };
    rejected(
        &rejection,
        "a_version_that_is_not_current_is_409",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/version-mismatch",
          "title": "not the version you read",
          "status": 409,
          "detail": "version 803 is not the current one: that is 811",
          "code": "VERSION_MISMATCH",
          "message": "version 803 is not the current one: that is 811",
          "contextId": "req-1",
          "retry": {
            "class": "merge"
          },
          "currentVersion": 811
        }"#]],
    );
}

#[test]
fn what_should_not_be_there_is_412() {
    let rejection = Rejection::IsThere { current: Revision(811) };
    rejected(
        &rejection,
        "what_should_not_be_there_is_412",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/precondition-failed",
          "title": "a condition does not hold",
          "status": 412,
          "detail": "it exists already, at version 811",
          "code": "PRECONDITION_FAILED",
          "message": "it exists already, at version 811",
          "contextId": "req-1",
          "retry": {
            "class": "rebase"
          },
          "currentVersion": 811
        }"#]],
    );
}

#[test]
fn what_is_not_an_agents_own_is_403() {
    let rejection = Rejection::NotOwn { agent: agent("ana") };
    rejected(
        &rejection,
        "what_is_not_an_agents_own_is_403",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/forbidden",
          "title": "the token does not reach that far",
          "status": 403,
          "detail": "agent ana may do this only to what is ana's own",
          "code": "FORBIDDEN",
          "message": "agent ana may do this only to what is ana's own",
          "contextId": "req-1",
          "details": [
            {
              "errorCode": "FORBIDDEN",
              "entityId": "ana"
            }
          ],
          "retry": {
            "class": "never"
          }
        }"#]],
    );
}

#[test]
fn a_document_without_a_base_is_428() {
    let agents = vec![agent("ana"), agent("ben")];
    let rejection = Rejection::NeedsBase { agents, version: Revision(811) };
    rejected(
        &rejection,
        "a_document_without_a_base_is_428",
        expect![[r#"
            {
              "type": "https://muster.dev/problems/base-required",
              "title": "name the version you read",
              "status": 428,
              "detail": "2 agents have shifts in this week: name the version you read",
              "code": "BASE_REQUIRED",
              "message": "2 agents have shifts in this week: name the version you read",
              "contextId": "req-1",
              "retry": {
                "class": "rebase"
              },
              "currentVersion": 811,
              "agentIds": [
                "ana",
                "ben"
              ]
            }"#]],
    );
}

#[test]
fn a_conflict_is_409_with_its_conflicts() {
    let subjects = ["s1", "s2"].map(|id| Subject::Shift(shift_id(id)));
    let finding = Finding::new(Kind::ShiftOverlap, Severity::Block, Some(&agent("ana")))
        .about(subjects)
        .measured_min(30, 0);
    let rejection = Rejection::Conflict { findings: vec![finding] };
    rejected(
        &rejection,
        "a_conflict_is_409_with_its_conflicts",
        expect![[r#"
        {
          "type": "https://muster.dev/problems/conflict",
          "title": "a decision is needed",
          "status": 409,
          "detail": "shifts s1 and s2 overlap by 30 min",
          "code": "CONFLICT",
          "message": "shifts s1 and s2 overlap by 30 min",
          "contextId": "req-1",
          "retry": {
            "class": "never"
          },
          "conflicts": [
            {
              "fingerprint": "0ab8be0b59f63864.30",
              "kind": "SHIFT_OVERLAP",
              "severity": "block",
              "agentId": "ana",
              "subject": {
                "shiftId": "s1"
              },
              "subjects": [
                {
                  "shiftId": "s1"
                },
                {
                  "shiftId": "s2"
                }
              ],
              "observed": 30,
              "limit": 0,
              "magnitude": 30,
              "unit": "minutes",
              "message": "shifts s1 and s2 overlap by 30 min"
            }
          ]
        }"#]],
    );
}

#[test]
fn the_title_counts_agents_in_conflict() {
    let finding = |id: &str| Finding::new(Kind::ShiftOverlap, Severity::Block, Some(&agent(id)));
    let findings = vec![finding("ana"), finding("ana"), finding("ben")];
    let problem = Problem::from_rejection(&Rejection::Conflict { findings }).of_agents(500);
    assert_eq!(problem.title, "2 of 500 agents need a decision");
    assert!(problem.detail.ends_with("(and 2 more)"), "{}", problem.detail);
}

#[test]
fn bad_input_names_field_and_value() {
    let bad = BadInput::invalid("/start", &"soon", "is no time").within("/edits/0");
    check(
        &Problem::from(bad),
        expect![[r#"
        {
          "type": "https://muster.dev/problems/invalid",
          "title": "a value cannot be",
          "status": 422,
          "detail": "/edits/0/start: soon is no time",
          "code": "INVALID",
          "message": "/edits/0/start: soon is no time",
          "contextId": "",
          "details": [
            {
              "errorCode": "INVALID",
              "fieldName": "/edits/0/start",
              "entityId": "soon"
            }
          ],
          "retry": {
            "class": "never"
          }
        }"#]],
    );
}

#[test]
fn both_readings_of_a_wall_time_are_members() {
    let time: crate::time::TimeIn =
        crate::parse(br#"{"local":"2026-11-01T01:30","timeZone":"America/Chicago"}"#).unwrap();
    let bad = time.resolve(&muster_core::Zone::utc(), "/start").unwrap_err();
    let mut problem = Problem::from(bad);
    expect![[r#"
        /start: 2026-11-01T01:30:00 comes twice in America/Chicago: it may mean
            2026-11-01T06:30:00Z or 2026-11-01T07:30:00Z; send one of them, or say which by
            `disambiguation`: earlier, later, compatible"#]]
    .assert_eq(&wrapped(&problem.detail));
    (problem.detail, problem.message) = (String::new(), String::new());
    check(
        &problem,
        expect![[r#"
        {
          "type": "https://muster.dev/problems/local-time-ambiguous",
          "title": "a wall time that comes twice",
          "status": 422,
          "detail": "",
          "code": "LOCAL_TIME_AMBIGUOUS",
          "message": "",
          "contextId": "",
          "details": [
            {
              "errorCode": "LOCAL_TIME_AMBIGUOUS",
              "fieldName": "/start",
              "entityId": "2026-11-01T01:30:00"
            }
          ],
          "retry": {
            "class": "never"
          },
          "earlier": "2026-11-01T06:30:00Z",
          "later": "2026-11-01T07:30:00Z"
        }"#]],
    );
}

#[test]
fn a_wait_is_counted_in_milliseconds() {
    let problem =
        Problem::new(Code::RateLimited, "600 requests a minute").after(Duration::from_secs(2));
    assert_eq!(problem.retry, Retry { class: RetryClass::Wait, after_ms: Some(2_000) });
    assert_eq!(problem.status, 429);
}

/// The first cells of a table's rows in `docs/ERRORS.md`.
fn documented(heading: &str) -> Vec<String> {
    let page = include_str!("../../../../docs/ERRORS.md");
    let (_, section) = page.split_once(heading).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

#[test]
fn the_page_of_errors_lists_every_kind() {
    let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(documented("\n## Kinds of conflict and finding\n"), names);
}

#[test]
fn the_page_of_errors_lists_every_code_with_its_status() {
    let names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(documented("\n## Codes of the request itself\n"), names);
    let page = include_str!("../../../../docs/ERRORS.md");
    for code in Code::ALL {
        let row = format!("| `{code}` | {} | ", code.status());
        assert!(page.contains(&row), "{row}");
    }
}
