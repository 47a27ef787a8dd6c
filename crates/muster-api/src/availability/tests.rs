use expect_test::expect;

use super::*;
use crate::input::parse;

fn told(bodies: &[&str]) -> String {
    let zone = Zone::find("Europe/Paris").unwrap();
    let read = |input: AvailabilityIn| {
        input.availability("ana".parse().unwrap(), "school".parse().unwrap(), &zone)
    };
    let told = bodies.iter().map(|body| match parse(body.as_bytes()).and_then(read) {
        Err(bad) => format!("{bad}\n"),
        Ok(said) => format!("{} {:?}\n", said.says.name(), said.when),
    });
    told.collect()
}

#[test]
fn each_form_is_read() {
    let bodies = [
        r#"{"says":"UNAVAILABLE","fullDays":["2026-04-02","2026-04-01"],"note":"exams"}"#,
        r#"{"id":"school","agentId":"ana","says":"PREFERS_OFF","start":"2026-04-01T09:00:00Z",
            "end":{"local":"2026-04-01T12:00"},"version":7,"findings":[]}"#,
        r#"{"says":"PREFERS_WITHIN","weekly":{"daysOfWeek":["Monday","Monday"],"from":"18:00",
            "to":"24:00","validFrom":"2026-04-01"}}"#,
        r#"{"says":"UNAVAILABLE","weekly":{}}"#,
    ];
    expect![[r#"
        UNAVAILABLE On(FullDays([2026-04-01, 2026-04-02]))
        PREFERS_OFF On(Partial(Interval { start: 2026-04-01T09:00:00Z, end: 2026-04-01T10:00:00Z }))
        PREFERS_WITHIN Weekly(Weekly { days: {Monday}, hours: Some((18:00:00, 00:00:00)), first: Some(2026-04-01), last: None })
        UNAVAILABLE Weekly(Weekly { days: {Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday}, hours: None, first: None, last: None })
    "#]].assert_eq(&told(&bodies));
}

#[test]
fn what_cannot_be_names_its_field() {
    let weekly = |inside: &str| format!(r#"{{"says":"UNAVAILABLE","weekly":{{{inside}}}}}"#);
    let bodies = [
        r#"{"weekly":{}}"#,
        r#"{"says":"UNAVAILABLE"}"#,
        r#"{"says":"SOMETIMES","weekly":{}}"#,
        r#"{"says":"UNAVAILABLE","weekly":{},"fullDays":["2026-04-01"]}"#,
        &weekly(r#""from":"18:00""#),
        &weekly(r#""to":"18:00""#),
        &weekly(r#""from":"24:00","to":"08:00""#),
        &weekly(r#""from":"9","to":"08:00""#),
        &weekly(r#""daysOfWeek":["Mon"]"#),
        &weekly(r#""days":["Monday"]"#),
        r#"{"id":"other","says":"UNAVAILABLE","weekly":{}}"#,
        r#"{"agentId":"ben","says":"UNAVAILABLE","weekly":{}}"#,
    ];
    expect![[r#"
        /says: null is missing
        /weekly: null is missing
        /says: "SOMETIMES" cannot be taken: unknown variant `SOMETIMES`, expected one of `UNAVAILABLE`, `PREFERS_OFF`, `PREFERS_WITHIN`
        /weekly: a pattern cannot stand beside fullDays, start or end: send one or the other
        /weekly/to: null is missing
        /weekly/from: null is missing
        /weekly/from: 24:00 is not a time of day such as 18:00
        /weekly/from: 9 is not a time of day such as 18:00
        /weekly/daysOfWeek/0: "Mon" cannot be taken: unknown variant `Mon`, expected one of `Monday`, `Tuesday`, `Wednesday`, `Thursday`, `Friday`, `Saturday`, `Sunday`
        /weekly/days: ["Monday"] is not a known field
        /id: other is not school, which the path names
        /agentId: ben is not ana, which the path names
    "#]].assert_eq(&told(&bodies));
}
