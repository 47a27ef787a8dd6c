use expect_test::expect;

use super::*;
use crate::parse;
use crate::testing::{json, unit};

fn read(body: &str, known: &RuleSet) -> Result<RuleSet, BadInput> {
    let change = parse::<RulesIn>(body.as_bytes()).unwrap().change(known)?;
    Ok(known.changed(&change))
}

fn view(rules: &RuleSet) -> serde_json::Value {
    json(&RulesView::new(&unit().id, rules, Revision(7)))
}

#[test]
fn every_kind_that_can_be_set_is_shown_as_it_holds() {
    let view = view(&RuleSet::default());
    let rules = view["rules"].as_array().unwrap().iter().map(|rule| {
        let text = |field: &str| rule[field].to_string().replace('"', "");
        format!("{} {} {}", text("kind"), text("severity"), text("params"))
    });
    expect![[r#"
        SHIFT_OVERLAP block {}
        FIELD_CHANGED_BOTH block {}
        DELETED_BUT_CHANGED block {}
        CHANGED_BUT_DELETED block {}
        STALE_OVERWRITE_SUSPECTED ack {}
        EXTERNAL_ID_DUPLICATE block {}
        TIME_OFF_OVERLAPS_TIME_OFF block {}
        ACTIVITY_OUTSIDE_SHIFT block {}
        TIME_OFF_APPROVED_OVERLAP block {}
        TIME_OFF_PENDING_OVERLAP ack {}
        UNAVAILABLE ack {}
        PREFERENCE_VIOLATED info {}
        REST_TIME_SHORT block {minRestMinutes:660}
        MAX_CONSECUTIVE_HOURS block {maxMinutes:720}
        SKILL_MISSING block {}
        MAX_HOURS_DAY off {counted:paid,maxMinutes:600,window:civilDay}
        MAX_HOURS_WEEK off {attribution:byStart,counted:paid,maxMinutes:2880,payDayOfWeek:sunday}
        MIN_HOURS_WEEK off {attribution:byStart,counted:paid,minMinutes:2100,payDayOfWeek:sunday}
        MAX_HOURS_PERIOD off {anchor:2026-01-05,counted:paid,maxMinutes:11520,weeks:4}
        MIN_HOURS_PERIOD off {anchor:2026-01-05,counted:paid,minMinutes:8400,weeks:4}
        MAX_HOURS_AVERAGE off {counted:paid,maxMinutes:2880,weeks:17}
        MAX_CONSECUTIVE_DAYS off {maxDays:6}
        MIN_CONSECUTIVE_DAYS off {minDays:2}
        MIN_DAYS_OFF off {minDays:2}
        MAX_WEEKENDS off {anchor:2026-01-05,maxWeekends:2,weeks:4}
        MAX_SHIFTS off {anchor:2026-01-05,maxShifts:22,types:,weeks:4}
        SUCCESSION_FORBIDDEN off {first:,next:}
        WEEKLY_REST_SHORT off {days:7,minRestMinutes:2100,window:rolling}
        BREAK_MISSING off {breakMinutes:20,counting:longest,fromMinutes:361,latestMinutes:0}
        MAX_NIGHT_HOURS off {averageDays:0,counted:paid,maxMinutes:480,nightFrom:22:00,nightMinutes:180,nightUntil:06:00}
        FORBIDDEN_HOURS off {from:22:00,until:06:00}
        STAFFING_BELOW_MINIMUM off {}
        TRUNK_CAPACITY_EXCEEDED off {}
        SITE_SEATS_EXCEEDED off {}
        NOTICE_SHORT off {graceMinutes:30,lostPercent:50,noticeDays:14,premiumMinutes:60}
        PERIOD_LOCKED off {through:0001-01-01}
        SWAP_TIME_UNEQUAL off {maxDifferenceMinutes:0}
        SWAP_ONE_SIDED off {}
        SWAP_NOTICE_SHORT off {minNoticeMinutes:1440}
        SWAP_LIMIT_REACHED off {maxPerWeek:2}
        TIME_OFF_LIMIT_EXHAUSTED ack {}
        SHIFT_STARTED block {}"#]]
    .assert_eq(&rules.collect::<Vec<_>>().join("\n"));
}

#[test]
fn rules_that_were_read_can_be_sent_back() {
    let known = read(
        r#"{"autoApprove":true,"rules":[
            {"kind":"MAX_HOURS_WEEK","severity":"warn","params":{"maxMinutes":2400}},
            {"kind":"MAX_HOURS_WEEK","name":"law","scope":{"contract":"part time"},"severity":"ack",
             "effectiveFrom":"2026-01-01","effectiveUntil":"2026-12-31","statutory":true,
             "source":"the agreement"},
            {"kind":"REST_TIME_SHORT","scope":{"minors":true},"params":{"minRestMinutes":720}}]}"#,
        &RuleSet::default(),
    );
    let known = known.unwrap();
    let sent = read(&view(&known).to_string(), &known).unwrap();
    assert_eq!(view(&sent), view(&known));
}

#[test]
fn what_is_absent_of_a_rule_stays() {
    let body = r#"{"rules":[{"kind":"REST_TIME_SHORT","params":{"minRestMinutes":600}}]}"#;
    let known = read(body, &RuleSet::default()).unwrap();
    let known = read(r#"{"rules":[{"kind":"REST_TIME_SHORT","severity":"ack"}]}"#, &known).unwrap();
    let setting = known.usual(Kind::RestTimeShort);
    let rest = &setting.params["minRestMinutes"];
    assert_eq!((setting.severity, rest), (Severity::Ack, &Value::Number(600)));
    assert!(!known.auto_approve);
}

#[test]
fn what_cannot_be_set_is_named() {
    let pointer = |rule: &str| {
        let body = format!(r#"{{"rules":[{{"kind":"SHIFT_OVERLAP"}},{rule}]}}"#);
        read(&body, &RuleSet::default()).unwrap_err().pointer
    };
    assert_eq!(pointer(r#"{"kind":"SHIFT_OVERLAP"}"#), "/rules/1/kind");
    assert_eq!(pointer(r#"{"kind":"SUBJECT_GONE"}"#), "/rules/1/kind");
    let clash = r#"{"kind":"FIELD_CHANGED_BOTH","severity":"warn"}"#;
    assert_eq!(pointer(clash), "/rules/1/severity");
    let scoped = r#"{"kind":"SKILL_MISSING","scope":{"managementUnitId":"mu1","minors":true}}"#;
    assert_eq!(pointer(scoped), "/rules/1/scope");
    let text = r#"{"kind":"REST_TIME_SHORT","params":{"minRestMinutes":"11 h"}}"#;
    assert_eq!(pointer(text), "/rules/1/params/minRestMinutes");
    let unknown = r#"{"kind":"REST_TIME_SHORT","params":{"hours":11}}"#;
    assert_eq!(pointer(unknown), "/rules/1/params/hours");
    let far = r#"{"kind":"REST_TIME_SHORT","params":{"minRestMinutes":0}}"#;
    assert_eq!(pointer(far), "/rules/1/params/minRestMinutes");
    assert_eq!(
        read(r#"{"rules":[{"kind":"SKILL_MISSING","scope":null}]}"#, &RuleSet::default())
            .unwrap()
            .all()
            .len(),
        1
    );
}

#[test]
fn an_unknown_kind_is_refused() {
    let error = parse::<RulesIn>(br#"{"rules":[{"kind":"NO_FUN"}]}"#).unwrap_err();
    assert_eq!((error.pointer.as_str(), error.value.as_str()), ("/rules/0/kind", "\"NO_FUN\""));
}
