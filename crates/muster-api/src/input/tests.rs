use expect_test::{Expect, expect};

use super::*;
use crate::shift::ShiftIn;
use crate::swap::SwapIn;

fn check<T: DeserializeOwned + std::fmt::Debug>(body: &str, expect: Expect) {
    let BadInput { status, code, pointer, value, problem, readings: _ } =
        parse::<T>(body.as_bytes()).unwrap_err();
    let problem = problem.replace(muster_core::Zone::release(), "<release>");
    let text = format!("{status} {code} {pointer:?} {value} {problem}");
    expect.assert_eq(&crate::testing::wrapped(&text));
}

#[test]
fn what_is_no_json_is_400() {
    check::<ShiftIn>(
        "{",
        expect![[r#"
        400 MALFORMED_JSON "" the body is not JSON: EOF while parsing an object at line
            1 column 1"#]],
    );
    check::<ShiftIn>(
        "{} {}",
        expect![[r#"
        400 MALFORMED_JSON "" the body is not JSON: trailing characters at line 1 column
            4"#]],
    );
}

#[test]
fn an_unknown_field_is_named_by_its_pointer() {
    check::<ShiftIn>(
        r#"{"colour":"red"}"#,
        expect![[r#"422 UNKNOWN_FIELD "/colour" "red" is not a known field"#]],
    );
    check::<ShiftIn>(
        r#"{"activities":[{"activityCodeId":"Meal","offsetMinutes":1,"lengthMinutes":5,"a/b":1}]}"#,
        expect![[r#"422 UNKNOWN_FIELD "/activities/0/a~1b" 1 is not a known field"#]],
    );
    check::<ShiftIn>(
        r#"{"start":{"local":"2026-03-29T02:30","zone":"Europe/Paris"}}"#,
        expect![[r#"422 UNKNOWN_FIELD "/start/zone" "Europe/Paris" is not a known field"#]],
    );
}

#[test]
fn a_missing_field_is_named_by_its_pointer() {
    check::<ShiftIn>(
        r#"{"activities":[{"activityCodeId":"Meal","offsetMinutes":1}]}"#,
        expect![[r#"422 MISSING_FIELD "/activities/0/lengthMinutes" null is missing"#]],
    );
}

#[test]
fn a_value_that_cannot_be_is_named_with_what_can() {
    check::<ShiftIn>(
        r#"{"timeZone":"Mars/Olympus"}"#,
        expect![[r#"
        422 INVALID "/timeZone" "Mars/Olympus" cannot be taken: "Mars/Olympus" is not a
            time zone of the IANA database <release>"#]],
    );
    check::<ShiftIn>(
        r#"{"lengthMinutes":-5}"#,
        expect![[r#"
        422 INVALID "/lengthMinutes" -5 cannot be taken: invalid value: integer `-5`,
            expected a whole number, not negative"#]],
    );
    check::<ShiftIn>(
        r#"{"start":"2026-03-29T02:30"}"#,
        expect![[r#"
        422 INVALID "/start" "2026-03-29T02:30" cannot be taken: "2026-03-29T02:30" is
            no RFC 3339 time with an offset or Z"#]],
    );
    check::<SwapIn>(
        r#"{"initiator":{"agentId":"a b"}}"#,
        expect![[r#"
        422 INVALID "/initiator/agentId" "a b" cannot be taken: an id consists of
            letters, digits, '.', '_', ':' and '-', not ' '"#]],
    );
    check::<ShiftIn>(
        r#"{"start":[]}"#,
        expect![[r#"
        422 INVALID "/start" [] cannot be taken: invalid type: sequence, expected an RFC
            3339 time with an offset, or {"local", "timeZone"}"#]],
    );
    check::<ShiftIn>(
        r#"{"activities":[7]}"#,
        expect![[r#"
        422 INVALID "/activities/0" 7 cannot be taken: invalid type: integer `7`,
            expected an object"#]],
    );
    check::<ShiftIn>(
        "7",
        expect![[
            r#"422 INVALID "" 7 cannot be taken: invalid type: integer `7`, expected an object"#
        ]],
    );
    check::<ShiftIn>("[]", expect![[r#"422 INVALID "" a list is not an object"#]]);
}

#[test]
fn texts_have_limits() {
    let long = format!(r#"{{"note":"{}"}}"#, "x".repeat(2_001));
    let error = parse::<ShiftIn>(long.as_bytes()).unwrap_err();
    assert_eq!(error.pointer, "/note");
    assert!(error.value.ends_with('…') && error.value.chars().count() == 201);
    assert!(error.problem.contains("2001 characters, at most 2000"), "{}", error.problem);
}

#[test]
fn an_external_id_may_be_a_number() {
    let shift: ShiftIn = parse(br#"{"trade_id":4711}"#).unwrap();
    assert_eq!(shift.trade_id, Some(ExternalId("4711".into())));
    check::<ShiftIn>(
        r#"{"externalIds":{"hr":""}}"#,
        expect![[r#"422 INVALID "/externalIds/hr" "" cannot be taken: it is empty"#]],
    );
}

#[test]
fn null_is_not_absent() {
    let absent: ShiftIn = parse(b"{}").unwrap();
    assert_eq!(absent.note, None);
    let none: ShiftIn = parse(br#"{"note":null,"site":null,"workPlan":"late"}"#).unwrap();
    assert_eq!((none.note, none.site), (Some(None), Some(None)));
    assert_eq!(none.work_plan, Some(Some(Short("late".into()))));
}
