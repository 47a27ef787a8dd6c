//! Texts to wall times, and wall times to instants.

use std::ops::RangeInclusive;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use muster_core::instant::Instant;
use muster_core::zone::{Disambiguation, LocalTimeError, Zone};

/// Years that a schedule can be about; anything else is a slip of the pen.
const YEARS: RangeInclusive<i16> = 2000..=2199;

/// A date and time as the plain format has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// What a clock on the wall shows.
    Wall(DateTime),
    /// A wall time with the offset that is meant.
    Offset(DateTime, Offset),
    /// An instant: a time in UTC, whatever the zone.
    Utc(Instant),
}

impl Moment {
    /// The instant it names in a zone.
    pub(super) fn resolve(self, zone: &Zone, policy: Disambiguation) -> Result<Instant, String> {
        match self {
            Self::Wall(local) => zone.resolve(local, policy).map_err(|error| match error {
                LocalTimeError::Ambiguous { zone, earlier, later, .. } => format!(
                    "comes twice in {zone}, as {earlier} and as {later}; \
                     give the offset, or a disambiguation"
                ),
                LocalTimeError::Nonexistent { zone, earlier, later, .. } => format!(
                    "does not exist in {zone}, where clocks jump over it; \
                     it could be read as {earlier} or {later}"
                ),
            }),
            Self::Offset(local, offset) => with_offset(local, offset, zone),
            Self::Utc(at) => Ok(at),
        }
    }
}

/// The instant that a wall time with an offset names, if the zone has that offset then.
///
/// Where clocks are set back, the zone has two offsets for one wall time, and both are right.
pub(super) fn with_offset(local: DateTime, offset: Offset, zone: &Zone) -> Result<Instant, String> {
    let at = instant(local, offset);
    if zone.wall(at) == local {
        return Ok(at);
    }
    let theirs = match zone.resolve(local, Disambiguation::Reject) {
        Ok(at) => format!("{zone} has {} then and reads {at}", shown(zone.offset_min(at))),
        Err(LocalTimeError::Ambiguous { earlier, later, .. }) => {
            format!("it comes twice in {zone}, as {earlier} and as {later}")
        }
        Err(LocalTimeError::Nonexistent { earlier, later, .. }) => {
            format!("clocks jump over it in {zone}, where it could be {earlier} or {later}")
        }
    };
    let offset_min = i64::from(offset.seconds() / 60);
    Err(format!("with {} reads {at}, but {theirs}", shown(offset_min)))
}

fn instant(local: DateTime, offset: Offset) -> Instant {
    offset.to_timestamp(local).map_or(Instant::MAX, Instant::from_timestamp)
}

fn shown(offset_min: i64) -> String {
    let sign = if offset_min < 0 { '-' } else { '+' };
    let minutes = offset_min.abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `mm/dd/yyyy hh:mm:ss`, 24 hours.
pub(super) fn us_date_time(text: &str) -> Result<DateTime, String> {
    const SHAPE: &str = "mm/dd/yyyy hh:mm:ss";
    let Some([month, day, year, hour, minute, second]) = numbers(text, "00/00/0000 00:00:00")
    else {
        return Err(format!("is not a date ({SHAPE})"));
    };
    let swapped = if month > 12 && day <= 12 { "; are day and month swapped?" } else { "" };
    date_time([year, month, day, hour, minute, second], &format!("({SHAPE}){swapped}"))
}

/// `yyyy-mm-dd hh:mm`, with `T` and seconds if one likes, with `Z` or an offset.
pub(super) fn iso_date_time(text: &str) -> Result<Moment, String> {
    const SHAPE: &str = "(yyyy-mm-dd hh:mm, with Z or an offset such as +01:00 if it is not local)";
    let bad = || format!("is not a date and time {SHAPE}");
    let shapes = ["0000-00-00 00:00", "0000-00-00T00:00"];
    let (date, rest) = text.split_at_checked(shapes[0].len()).ok_or_else(bad)?;
    let [year, month, day, hour, minute] =
        shapes.iter().find_map(|shape| numbers(date, shape)).ok_or_else(bad)?;
    let (second, rest) = match rest.split_at_checked(":00".len()) {
        Some((start, rest)) if start.starts_with(':') => {
            let [second] = numbers(start, ":00").ok_or_else(bad)?;
            (second, rest)
        }
        _ => (0, rest),
    };
    let local = date_time([year, month, day, hour, minute, second], SHAPE)?;
    match rest {
        "" => Ok(Moment::Wall(local)),
        "Z" => Ok(Moment::Utc(instant(local, Offset::UTC))),
        _ => Ok(Moment::Offset(local, offset(rest).ok_or_else(bad)?)),
    }
}

/// `UTC-06:00`.
pub(super) fn utc_offset(text: &str) -> Result<Offset, String> {
    let found = text.strip_prefix("UTC").and_then(offset);
    found.ok_or_else(|| "is not an offset from UTC (UTC+hh:mm or UTC-hh:mm)".to_owned())
}

/// `-06:00`; no place on Earth is further from UTC than 14 hours.
fn offset(text: &str) -> Option<Offset> {
    let (sign, text) = match text.split_at_checked(1)? {
        ("+", text) => (1, text),
        ("-", text) => (-1, text),
        _ => return None,
    };
    let [hours, minutes] = numbers(text, "00:00")?;
    let total = i32::from(hours) * 60 + i32::from(minutes);
    (minutes < 60 && total <= 14 * 60).then(|| Offset::from_seconds(sign * total * 60).ok())?
}

/// The numbers of a text that has a shape, in which `0` stands for any digit.
fn numbers<const N: usize>(text: &str, shape: &str) -> Option<[i16; N]> {
    let alike = text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(found, wanted)| match wanted {
            b'0' => found.is_ascii_digit(),
            _ => found == wanted,
        });
    let numbers = || {
        let words = text.split(|found: char| !found.is_ascii_digit());
        words.filter_map(|word| word.parse().ok()).collect::<Vec<i16>>()
    };
    alike.then(numbers)?.try_into().ok()
}

fn date_time(numbers: [i16; 6], shape: &str) -> Result<DateTime, String> {
    let [year, month, day, hour, minute, second] = numbers;
    let byte = |number: i16| i8::try_from(number).unwrap_or(i8::MAX);
    let found =
        DateTime::new(year, byte(month), byte(day), byte(hour), byte(minute), byte(second), 0);
    let Ok(found) = found else { return Err(format!("is not a date {shape}")) };
    if !YEARS.contains(&year) {
        return Err(format!("has year {year}, outside {} to {}", YEARS.start(), YEARS.end()));
    }
    if second != 0 {
        return Err(format!("has {second} seconds; schedules are kept in whole minutes"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(result: Result<impl std::fmt::Debug, String>, expected: &str) {
        let shown = match result {
            Ok(value) => format!("{value:?}"),
            Err(problem) => problem,
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn vendor_dates_have_one_shape() {
        let date = "is not a date (mm/dd/yyyy hh:mm:ss)";
        for (text, expected) in [
            ("06/24/2022 14:00:00", "2022-06-24T14:00:00"),
            ("02/29/2028 00:00:00", "2028-02-29T00:00:00"),
            ("13/45/2026 00:00:00", date),
            ("13/05/2026 00:00:00", &format!("{date}; are day and month swapped?")),
            ("02/29/2026 00:00:00", date),
            ("06/24/2022 24:00:00", date),
            ("06/24/2022 14:60:00", date),
            ("6/24/2022 14:00", date),
            ("06/24/22 14:00:00", date),
            ("06/24/2022T14:00:00", date),
            ("06/24/2022 02:00:00 PM", date),
            ("٠6/24/2022 14:00:0", date),
            ("2022-06-24 14:00:00", date),
            ("06/24/1999 14:00:00", "has year 1999, outside 2000 to 2199"),
            ("06/24/2022 14:00:30", "has 30 seconds; schedules are kept in whole minutes"),
        ] {
            shows(us_date_time(text), expected);
        }
    }

    #[test]
    fn offsets_have_one_shape() {
        let bad = "is not an offset from UTC (UTC+hh:mm or UTC-hh:mm)";
        for (text, seconds) in
            [("UTC+05:30", 19_800), ("UTC-06:00", -21_600), ("UTC+14:00", 50_400)]
        {
            assert_eq!(utc_offset(text).unwrap().seconds(), seconds);
        }
        for text in ["UTC", "UTC+5:30", "utc+05:30", "UTC+14:01", "UTC+05:60", "CST", "UTC−06:00"]
        {
            assert_eq!(utc_offset(text).unwrap_err(), bad, "{text}");
        }
    }

    #[test]
    fn iso_dates_are_local_unless_they_say_otherwise() {
        let local = date_time([2026, 3, 8, 12, 0, 0], "").unwrap();
        for text in ["2026-03-08 12:00", "2026-03-08T12:00", "2026-03-08 12:00:00"] {
            assert_eq!(iso_date_time(text), Ok(Moment::Wall(local)));
        }
        let utc = Moment::Utc(instant(local, Offset::UTC));
        assert_eq!(iso_date_time("2026-03-08T12:00Z"), Ok(utc));
        let offset = Moment::Offset(local, Offset::constant(-5));
        assert_eq!(iso_date_time("2026-03-08T12:00:00-05:00"), Ok(offset));
        let bad = [
            "",
            "2026-03-08",
            "2026-3-8 12:00",
            "2026-03-08 12:00:0",
            "2026-03-08 12:00z",
            "2026-03-08 12:00 +01:00",
            "2026-03-08 12:00:00.5Z",
            "2026-03-08 12:00+0100",
            "2026-03-08t12:00",
            "2026-13-08 12:00",
            "2026-02-29 12:00",
            "03/08/2026 12:00:00",
            "2026-03-08é12:0",
            "2026-03-08 12:00é",
            "2026-03-08 12:00:é0",
        ];
        for text in bad {
            let problem = iso_date_time(text).unwrap_err();
            assert!(problem.starts_with("is not a date"), "{text}: {problem}");
        }
    }

    #[test]
    fn an_offset_must_be_the_zones_own() {
        let chicago = Zone::find("America/Chicago").unwrap();
        let read = |text, offset| {
            with_offset(us_date_time(text).unwrap(), utc_offset(offset).unwrap(), &chicago)
        };
        shows(
            read("03/08/2026 12:00:00", "UTC-06:00"),
            "with UTC-06:00 reads 2026-03-08T18:00:00Z, \
             but America/Chicago has UTC-05:00 then and reads 2026-03-08T17:00:00Z",
        );
        shows(read("03/08/2026 12:00:00", "UTC-05:00"), "2026-03-08T17:00:00Z");
        // Both offsets of a repeated hour are the zone's own, and say which of the two is meant.
        shows(read("11/01/2026 01:30:00", "UTC-05:00"), "2026-11-01T06:30:00Z");
        shows(read("11/01/2026 01:30:00", "UTC-06:00"), "2026-11-01T07:30:00Z");
        shows(
            read("11/01/2026 01:30:00", "UTC+00:00"),
            "with UTC+00:00 reads 2026-11-01T01:30:00Z, but it comes twice in America/Chicago, \
             as 2026-11-01T06:30:00Z and as 2026-11-01T07:30:00Z",
        );
        shows(
            read("03/08/2026 02:30:00", "UTC-06:00"),
            "with UTC-06:00 reads 2026-03-08T08:30:00Z, but clocks jump over it in \
             America/Chicago, where it could be 2026-03-08T07:30:00Z or 2026-03-08T08:30:00Z",
        );
    }
}
