use expect_test::expect;

use super::*;
use crate::parse;
use crate::testing::{json, unit};

fn change(body: &str) -> Result<StaffingChange, BadInput> {
    parse::<StaffingIn>(body.as_bytes())?.change(&unit().zone)
}

#[test]
fn wall_times_are_those_of_the_unit() {
    let change = change(
        r#"{"from":{"local":"2026-03-29T00:00"},"to":{"local":"2026-03-30T00:00"},
            "staffing":[{"skill":"fr","intervals":[{"start":{"local":"2026-03-29T08:00"},
            "end":"2026-03-29T07:00:00Z","agents":3,"present":1,"missing":2}]}],"version":7}"#,
    );
    expect![[r#"
        Interval {
            start: 2026-03-28T23:00:00Z,
            end: 2026-03-29T22:00:00Z,
        }"#]]
    .assert_eq(&format!("{:#?}", change.unwrap().during));
}

#[test]
fn what_ends_before_it_begins_is_named() {
    let pointer = |body: &str| change(body).unwrap_err().pointer;
    let at = "2026-03-29T07:00:00Z";
    let same = format!(r#"{{"from":"{at}","to":"{at}","staffing":[]}}"#);
    assert_eq!(pointer(&same), "/to");
    let twice = r#"{"from":"2026-10-25T00:00:00Z","to":"2026-10-26T00:00:00Z","staffing":[
        {"intervals":[{"start":{"local":"2026-10-25T02:30"},"end":"2026-10-25T07:00:00Z",
        "agents":1}]}]}"#;
    assert_eq!(pointer(twice), "/staffing/0/intervals/0/start");
    let unknown = format!(r#"{{"from":"{at}","to":"{at}","staffing":[],"skills":[]}}"#);
    assert_eq!(pointer(&unknown), "/skills");
    let negative = r#"{"trunks":[{"id":"eu","capacity":-1}]}"#;
    assert_eq!(parse::<TrunksIn>(negative.as_bytes()).unwrap_err().pointer, "/trunks/0/capacity");
    let no_id = r#"{"sites":[{"seats":1}]}"#;
    assert_eq!(parse::<SitesIn>(no_id.as_bytes()).unwrap_err().pointer, "/sites/0/id");
}

#[test]
fn a_unit_that_asks_for_nothing_says_so() {
    let (unit, levels) = (unit().id, Levels::default());
    assert_eq!(
        json(&TrunksView::new(&unit, &levels)).to_string(),
        r#"{"businessUnitId":"bu1","trunks":[],"version":0}"#
    );
    assert_eq!(
        json(&SitesView::new(&unit, &levels)).to_string(),
        r#"{"businessUnitId":"bu1","sites":[],"version":0}"#
    );
}
