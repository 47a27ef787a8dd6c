use expect_test::{Expect, expect};

use super::*;
use crate::input::parse;

fn check(json: &str, zone: &str, expect: Expect) {
    let time: TimeIn = parse(json.as_bytes()).unwrap();
    let text = match time.resolve(&Zone::find(zone).unwrap(), "/start") {
        Ok(at) => at.to_string(),
        Err(bad) => {
            let reading = bad.readings.unwrap();
            let (earlier, later) = (reading.earlier.0, reading.later.0);
            format!("{} {} {} {earlier} {later}", bad.status, bad.code, bad.pointer)
        }
    };
    expect.assert_eq(&text);
}

#[test]
fn an_offset_decides_and_milliseconds_are_kept() {
    check(
        r#""2026-03-29T02:30:05.250+02:00""#,
        "America/Chicago",
        expect!["2026-03-29T00:30:05.25Z"],
    );
    check(r#""2026-03-29T00:30:00.1239Z""#, "UTC", expect!["2026-03-29T00:30:00.123Z"]);
}

#[test]
fn a_wall_time_is_read_in_its_zone_or_the_records() {
    check(r#"{"local":"2026-03-30T09:00"}"#, "Europe/Paris", expect!["2026-03-30T07:00:00Z"]);
    check(
        r#"{"local":"2026-03-30T09:00","timeZone":"Asia/Singapore"}"#,
        "Europe/Paris",
        expect!["2026-03-30T01:00:00Z"],
    );
}

#[test]
fn a_wall_time_that_comes_twice_is_refused_with_both_readings() {
    let twice = r#"{"local":"2026-11-01T01:30"}"#;
    check(
        twice,
        "America/Chicago",
        expect!["422 LOCAL_TIME_AMBIGUOUS /start 2026-11-01T06:30:00Z 2026-11-01T07:30:00Z"],
    );
    let later = r#"{"local":"2026-11-01T01:30","disambiguation":"later"}"#;
    check(later, "America/Chicago", expect!["2026-11-01T07:30:00Z"]);
}

#[test]
fn a_wall_time_that_does_not_exist_is_refused_with_both_readings() {
    check(
        r#"{"local":"2026-03-29T02:30","timeZone":"Europe/Paris","disambiguation":"reject"}"#,
        "UTC",
        expect!["422 LOCAL_TIME_NONEXISTENT /start 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z"],
    );
    let compatible = r#"{"local":"2026-03-29T02:30","disambiguation":"compatible"}"#;
    check(compatible, "Europe/Paris", expect!["2026-03-29T01:30:00Z"]);
}

#[test]
fn a_bound_may_be_a_day_in_the_zone_asked_about() {
    let paris = Zone::find("Europe/Paris").unwrap();
    let day: Bound = "2026-03-30".parse().unwrap();
    assert_eq!(day.instant(&paris).to_string(), "2026-03-29T22:00:00Z");
    let at: Bound = "2026-03-30T00:00:00Z".parse().unwrap();
    assert_eq!(at.instant(&paris).to_string(), "2026-03-30T00:00:00Z");
    assert!("2026-02-30".parse::<Bound>().is_err());
    assert!("2026-03-30T00:00:00".parse::<Bound>().is_err());
}

#[test]
fn instants_are_written_as_the_general_formatter_writes_them() {
    let step = 7_919_999_123;
    let odd = [-1, 0, 1, 999, 1_000, Instant::MAX.ms(), Instant::MIN.ms()];
    for ms in odd.into_iter().chain((0..30_000).map(|n| n * step)) {
        for ms in [ms, ms / 1_000 * 1_000] {
            let at = Instant::from_ms(ms);
            assert_eq!(serde_json::to_string(&At(at)).unwrap(), format!("\"{at}\""));
        }
    }
}
