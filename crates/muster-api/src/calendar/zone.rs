//! Zones as calendars carry them (RFC 5545 §3.6.5): the offset that holds at first, and every
//! change of it, so that nothing has to be known of the zone but what stands there.

use jiff::civil::{Date, DateTime};
use muster_core::instant::{Instant, Interval};
use muster_core::zone::{Disambiguation, Zone};

use super::text::Lines;

/// A wall time as a value.
pub(super) fn wall(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// An instant as a value, in UTC.
pub(super) fn utc(at: Instant) -> String {
    format!("{}Z", wall(Zone::utc().wall(at)))
}

/// An instant as a property: in its zone's wall time, but in UTC where that is the second of two
/// such times, which cannot be said there.
pub(super) fn moment(lines: &mut Lines, name: &str, at: Instant, zone: &Zone) {
    let local = zone.wall(at);
    if zone.resolve(local, Disambiguation::Compatible) == Ok(at) {
        lines.line(&format!("{name};TZID={zone}"), &wall(local));
    } else {
        lines.line(name, &utc(at));
    }
}

/// Writes a zone as it is in all years that a stretch of time touches.
pub(super) fn write(lines: &mut Lines, zone: &Zone, during: Interval) {
    let Some(known) = years(during) else { return };
    let changes = zone.transitions(known);
    let first_min = zone.offset_min(known.start());
    lines.line("BEGIN", "VTIMEZONE");
    lines.line("TZID", zone.name());
    let goes_back = changes.first().is_some_and(|first| first.after_min < first.before_min);
    observance(lines, goes_back, known.start(), first_min, first_min);
    for change in changes {
        let goes_ahead = change.after_min > change.before_min;
        observance(lines, goes_ahead, change.at, change.before_min, change.after_min);
    }
    lines.line("END", "VTIMEZONE");
}

/// From the day before the first year to the end of the last: walls may still, or already, show
/// another year.
fn years(during: Interval) -> Option<Interval> {
    let year = |at| Zone::utc().date(at).year();
    let first = Date::new(year(during.start()), 1, 1).ok()?.yesterday().ok()?;
    let last = Date::new(year(during.end()), 12, 31).ok()?;
    Zone::utc().days(first, last)
}

/// From an instant on, an offset holds. It begins at what the clocks show just before.
fn observance(lines: &mut Lines, is_ahead: bool, at: Instant, from_min: i64, to_min: i64) {
    let name = if is_ahead { "DAYLIGHT" } else { "STANDARD" };
    lines.line("BEGIN", name);
    lines.line("DTSTART", &wall(Zone::utc().wall(at.plus_min(from_min))));
    lines.line("TZOFFSETFROM", &offset(from_min));
    lines.line("TZOFFSETTO", &offset(to_min));
    lines.line("END", name);
}

fn offset(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::testing::{at, during};

    fn check(zone: &str, from: &str, to: &str, expected: &Expect) {
        let mut lines = Lines::default();
        write(&mut lines, &Zone::find(zone).unwrap(), during(from, to));
        let text = lines.finish().replace("\r\n", "\n");
        let parts = text.split("BEGIN:").map(|part| {
            let lines: Vec<&str> = part.lines().filter(|l| !l.starts_with("END:")).collect();
            lines.join(" ")
        });
        expected.assert_eq(&parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn every_change_of_the_years_is_listed() {
        let spring = ("2026-03-20T00:00:00Z", "2026-04-20T00:00:00Z");
        check(
            "Europe/Paris",
            spring.0,
            spring.1,
            &expect![[r#"
            VTIMEZONE TZID:Europe/Paris
            STANDARD DTSTART:20251231T010000 TZOFFSETFROM:+0100 TZOFFSETTO:+0100
            DAYLIGHT DTSTART:20260329T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200
            STANDARD DTSTART:20261025T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100"#]],
        );
        check(
            "Australia/Lord_Howe",
            spring.0,
            spring.1,
            &expect![[r#"
            VTIMEZONE TZID:Australia/Lord_Howe
            DAYLIGHT DTSTART:20251231T110000 TZOFFSETFROM:+1100 TZOFFSETTO:+1100
            STANDARD DTSTART:20260405T020000 TZOFFSETFROM:+1100 TZOFFSETTO:+1030
            DAYLIGHT DTSTART:20261004T020000 TZOFFSETFROM:+1030 TZOFFSETTO:+1100"#]],
        );
        check(
            "Africa/Casablanca",
            spring.0,
            spring.1,
            &expect![[r#"
            VTIMEZONE TZID:Africa/Casablanca
            DAYLIGHT DTSTART:20251231T010000 TZOFFSETFROM:+0100 TZOFFSETTO:+0100
            STANDARD DTSTART:20260215T030000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000
            DAYLIGHT DTSTART:20260322T020000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100
            STANDARD DTSTART:20260920T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000"#]],
        );
        check(
            "Asia/Kolkata",
            spring.0,
            spring.1,
            &expect![[r#"
            VTIMEZONE TZID:Asia/Kolkata
            STANDARD DTSTART:20251231T053000 TZOFFSETFROM:+0530 TZOFFSETTO:+0530"#]],
        );
        check(
            "America/St_Johns",
            "2026-12-01T00:00:00Z",
            "2027-02-01T00:00:00Z",
            &expect![[r#"
                VTIMEZONE TZID:America/St_Johns
                STANDARD DTSTART:20251230T203000 TZOFFSETFROM:-0330 TZOFFSETTO:-0330
                DAYLIGHT DTSTART:20260308T020000 TZOFFSETFROM:-0330 TZOFFSETTO:-0230
                STANDARD DTSTART:20261101T020000 TZOFFSETFROM:-0230 TZOFFSETTO:-0330
                DAYLIGHT DTSTART:20270314T020000 TZOFFSETFROM:-0330 TZOFFSETTO:-0230
                STANDARD DTSTART:20271107T020000 TZOFFSETFROM:-0230 TZOFFSETTO:-0330"#]],
        );
    }

    #[test]
    fn the_second_of_two_wall_times_is_told_in_utc() {
        let paris = Zone::find("Europe/Paris").unwrap();
        let mut lines = Lines::default();
        for time in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"] {
            moment(&mut lines, "DTSTART", at(time), &paris);
        }
        let expected = "DTSTART;TZID=Europe/Paris:20261025T023000\r\nDTSTART:20261025T013000Z\r\n\
                        DTSTART;TZID=Europe/Paris:20261025T030000\r\n";
        assert_eq!(lines.finish(), expected);
    }
}
