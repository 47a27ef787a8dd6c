//! The schedule file of NICE CXone WFM ("Import Schedule").
//!
//! Names, seen in the vendor's page "Importing Schedule via CSV"
//! (help.nice-incontact.com/content/workforcemanagement/importingscheduleviacsv.htm):
//! `*Username` (lowercase), `*Shift Start Date and Time`, `*Shift End Date and Time`
//! (`mm/dd/yyyy hh:mm:ss`, 24 hours), `*Local Time Zone` (`UTC+05:30`), `*Base Activity Name`,
//! `Shift Notes` (at most 500 characters), `Activity Start Date and Time`; `*` marks what is
//! required, a shift may take several lines, and a comma inside a field loses the whole shift.
//! Inferred, as the copy we have of that page ends there: `Activity End Date and Time` and
//! `Activity Name`. Hence those optional columns are found by a few likely names, and a column
//! that is not known is refused only when something stands in it.
//!
//! The vendor means by the offset that of the agent's scheduling unit. A caller whose agents live
//! in other zones than their units answers with the unit's zone in [`ReadOptions`].
//!
//! A row has one fixed offset, and it counts only where the agent's zone has that offset at that
//! local time; otherwise the file means one of two instants, and only its author knows which. So
//! the offset of the winter in a summer's file is an error, and a night shift across a clock
//! change cannot be written in this format at all: one of its ends always has the other offset.
//! In the hour that comes twice, the offset says which of the two is meant.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use muster_core::instant::Instant;
use muster_core::zone::Zone;

use super::ReadOptions;
use super::cells::{self, Cells};
use super::error::Errors;
use super::header::{self, Columns, Key, Known, Need};
use super::line::{Line, Span};
use super::text::Row;
use super::time;

/// Longest `Shift Notes`, in characters.
const NOTE_LEN: usize = 500;

/// The columns of the format.
pub(super) const KNOWN: &[Known] = &[
    Known { key: Key::Agent, name: "*Username", need: Need::Required, others: &[] },
    Known {
        key: Key::Start,
        name: "*Shift Start Date and Time",
        need: Need::Required,
        others: &[],
    },
    Known { key: Key::End, name: "*Shift End Date and Time", need: Need::Required, others: &[] },
    Known { key: Key::Zone, name: "*Local Time Zone", need: Need::Required, others: &[] },
    Known {
        key: Key::BaseActivity,
        name: "*Base Activity Name",
        need: Need::Required,
        others: &[],
    },
    Known { key: Key::Note, name: "Shift Notes", need: Need::Optional, others: &["shift note"] },
    Known {
        key: Key::ActivityStart,
        name: "Activity Start Date and Time",
        need: Need::Optional,
        others: &["activity start"],
    },
    Known {
        key: Key::ActivityEnd,
        name: "Activity End Date and Time",
        need: Need::Optional,
        others: &["activity end"],
    },
    Known {
        key: Key::Activity,
        name: "Activity Name",
        need: Need::Optional,
        others: &["activity", "scheduled activity name"],
    },
];

/// The columns of activities.
const ACTIVITY: [Key; 3] = [Key::ActivityStart, Key::ActivityEnd, Key::Activity];

/// Finds the columns; those of activities come together or not at all.
pub(super) fn columns(head: &Row<'_>, errors: &mut Errors) -> Option<Columns> {
    let columns = header::columns(head, KNOWN, errors)?;
    let complete =
        !header::any_of(&columns, &ACTIVITY) || header::all_of(head, &columns, &ACTIVITY, errors);
    complete.then_some(columns)
}

/// Reads one row.
pub(super) fn line(cells: &mut Cells<'_>, options: &ReadOptions<'_>) -> Option<Line> {
    let agent = cells.required(Key::Agent, |name| {
        let lower = name.to_lowercase();
        if name == lower { Ok(lower) } else { Err(format!("must be in lowercase, {lower:?}")) }
    });
    let zone = agent.and_then(|agent| cells.check(Key::Agent, options.zone_of(&agent)));
    let offset = cells.required(Key::Zone, time::utc_offset);
    let start = cells.required(Key::Start, time::us_date_time);
    let end = cells.required(Key::End, time::us_date_time);
    let base_activity = cells.required(Key::BaseActivity, cells::name);
    let note = cells.optional(Key::Note, |note| cells::at_most(NOTE_LEN, note));
    let activity = activity_times(cells);

    let clock = Clock { zone: zone?, offset: offset? };
    let start = cells.check(Key::Start, clock.read(start?))?;
    let end = cells.check(Key::End, clock.read_later(end?))?;
    let span = Span { start, end };
    let length_min = cells.check(Key::End, span.length_min())?;
    let activity = activity.and_then(|(start, end)| {
        let start = cells.check(Key::ActivityStart, clock.read_later(start))?;
        let end = cells.check(Key::ActivityEnd, clock.read_later(end))?;
        cells.activity(span, Span { start, end }, None)
    });
    Some(Line {
        line: cells.line(),
        agent: cells.text(Key::Agent).to_owned(),
        zone: clock.zone,
        start,
        start_text: cells.text(Key::Start).to_owned(),
        length_min,
        end_text: cells.text(Key::End).to_owned(),
        base_activity,
        activity,
        activity_text: cells.text(Key::ActivityStart).to_owned(),
        note: note.flatten(),
        id: None,
        external_id: None,
        tags: Vec::new(),
    })
}

/// The wall times of the row's activity, if it has one.
fn activity_times(cells: &mut Cells<'_>) -> Option<(DateTime, DateTime)> {
    if ACTIVITY.iter().all(|part| cells.text(*part).is_empty()) {
        return None;
    }
    let name = cells.required(Key::Activity, cells::name);
    let start = cells.required(Key::ActivityStart, time::us_date_time);
    let end = cells.required(Key::ActivityEnd, time::us_date_time);
    name.and(start.zip(end))
}

/// A row's offset beside the zone of its agent.
struct Clock {
    zone: Zone,
    offset: Offset,
}

impl Clock {
    fn read(&self, local: DateTime) -> Result<Instant, String> {
        time::with_offset(local, self.offset, &self.zone)
    }

    /// Reads a time in a row whose start has been read, so that its offset is right at the start.
    fn read_later(&self, local: DateTime) -> Result<Instant, String> {
        self.read(local).map_err(|problem| {
            format!(
                "{problem}; a row has one offset, so a shift across a clock change \
                 has to be given in the plain format"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use muster_core::zone::Disambiguation::Reject;

    use super::super::testing::{check, read_as};

    /// A file with the full header and these rows.
    fn rows(rows: &str) -> String {
        let header = super::KNOWN.iter().map(|known| known.name).collect::<Vec<_>>().join(",");
        format!("{header}\n{rows}")
    }

    #[test]
    fn a_shift_takes_as_many_lines_as_it_has_activities() {
        check(
            &rows(
                "ben@x.com,06/24/2026 14:00:00,06/24/2026 22:00:00,UTC-05:00,Open,,,,\n\
                 ana@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC-05:00,Open,\
                 \"first, day\",06/24/2026 12:00:00,06/24/2026 12:30:00,Lunch\n\
                 ana@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC-05:00,Open,\
                 ,06/24/2026 10:30:00,06/24/2026 10:45:00,Break\n\
                 ana@x.com,06/24/2026 17:00:00,06/24/2026 18:00:00,UTC-05:00,Late,,,,\n\
                 lin@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC+08:00,Open,,,,\n",
            ),
            expect![[r#"
                Cxone
                line 3: ana@x.com 2026-06-24T14:00:00Z 480 min America/Chicago
                  base: "Open"
                  note: "first, day"
                  line 4: 2026-06-24T15:30:00Z 15 min "Break"
                  line 3: 2026-06-24T17:00:00Z 30 min "Lunch"
                line 5: ana@x.com 2026-06-24T22:00:00Z 60 min America/Chicago
                  base: "Late"
                line 2: ben@x.com 2026-06-24T19:00:00Z 480 min America/Chicago
                  base: "Open"
                line 6: lin@x.com 2026-06-24T01:00:00Z 480 min Asia/Singapore
                  base: "Open"
            "#]],
        );
    }

    #[test]
    fn an_offset_of_the_other_season_is_named_once_with_both_readings() {
        check(
            &rows(
                "ana@x.com,03/08/2026 12:00:00,03/08/2026 20:00:00,UTC-06:00,Open,,\
                 03/08/2026 14:00:00,03/08/2026 14:30:00,Lunch\n",
            ),
            expect![[r#"
                line 2, column "*Shift Start Date and Time": "03/08/2026 12:00:00" with
                    UTC-06:00 reads 2026-03-08T18:00:00Z, but America/Chicago has UTC-05:00
                    then and reads 2026-03-08T17:00:00Z
            "#]],
        );
    }

    #[test]
    fn a_night_across_a_clock_change_is_named_at_its_end() {
        check(
            &rows(
                "zoe@x.com,03/28/2026 22:00:00,03/29/2026 06:00:00,UTC+01:00,Night,,,,\n\
                 zoe@x.com,10/24/2026 22:00:00,10/25/2026 06:00:00,UTC+02:00,Night,,,,\n\
                 zoe@x.com,10/25/2026 02:30:00,10/25/2026 06:00:00,UTC+01:00,Night,,,,\n\
                 zoe@x.com,03/29/2026 02:30:00,03/29/2026 06:00:00,UTC+01:00,Night,,,,\n",
            ),
            expect![[r#"
                line 2, column "*Shift End Date and Time": "03/29/2026 06:00:00" with UTC+01:00
                    reads 2026-03-29T05:00:00Z, but Europe/Paris has UTC+02:00 then and reads
                    2026-03-29T04:00:00Z; a row has one offset, so a shift across a clock
                    change has to be given in the plain format
                line 3, column "*Shift End Date and Time": "10/25/2026 06:00:00" with UTC+02:00
                    reads 2026-10-25T04:00:00Z, but Europe/Paris has UTC+01:00 then and reads
                    2026-10-25T05:00:00Z; a row has one offset, so a shift across a clock
                    change has to be given in the plain format
                line 5, column "*Shift Start Date and Time": "03/29/2026 02:30:00" with
                    UTC+01:00 reads 2026-03-29T01:30:00Z, but clocks jump over it in
                    Europe/Paris, where it could be 2026-03-29T00:30:00Z or 2026-03-29T01:30:00Z
            "#]],
        );
    }

    #[test]
    fn an_hour_that_comes_twice_is_told_apart_by_its_offset() {
        check(
            &rows(
                "ana@x.com,11/01/2026 01:30:00,11/01/2026 01:45:00,UTC-05:00,Open,,,,\n\
                 ana@x.com,11/01/2026 01:30:00,11/01/2026 09:00:00,UTC-06:00,Open,,,,\n",
            ),
            expect![[r#"
                Cxone
                line 2: ana@x.com 2026-11-01T06:30:00Z 15 min America/Chicago
                  base: "Open"
                line 3: ana@x.com 2026-11-01T07:30:00Z 450 min America/Chicago
                  base: "Open"
            "#]],
        );
    }

    #[test]
    fn every_damaged_value_is_named_with_its_column() {
        check(
            &rows(
                ",13/45/2026 00:00:00,06/24/2026,CST,,,,,\n\
                 Ana@X.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC-05:00,Open,,,,\n\
                 eve@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC-05:00,Open,,,,\n\
                 ana@x.com,06/25/2026 09:00:00,06/25/2026 09:00:00,UTC-05:00,Open,,,,\n\
                 ana@x.com,06/26/2026 09:00:00,06/26/2026 08:00:00,UTC-05:00,Open,,,,\n\
                 ana@x.com,06/27/2026 09:00:00,06/29/2026 09:01:00,UTC-05:00,Open,,,,\n\
                 ana@x.com,07/01/2026 09:00:00,07/01/2026 17:00:00,UTC-05:00,Open,,\
                 07/01/2026 12:00:00,,\n",
            ),
            expect![[r#"
                line 2, column "*Username": a value is required
                line 2, column "*Local Time Zone": "CST" is not an offset from UTC (UTC+hh:mm
                    or UTC-hh:mm)
                line 2, column "*Shift Start Date and Time": "13/45/2026 00:00:00" is not a
                    date (mm/dd/yyyy hh:mm:ss)
                line 2, column "*Shift End Date and Time": "06/24/2026" is not a date
                    (mm/dd/yyyy hh:mm:ss)
                line 2, column "*Base Activity Name": a value is required
                line 3, column "*Username": "Ana@X.com" must be in lowercase, "ana@x.com"
                line 4, column "*Username": "eve@x.com" is not a known agent
                line 5, column "*Shift End Date and Time": "06/25/2026 09:00:00" ends as it
                    starts, at 2026-06-25T14:00:00Z; a length of 0 is not allowed
                line 6, column "*Shift End Date and Time": "06/26/2026 08:00:00" reads
                    2026-06-26T13:00:00Z, which is before the start, 2026-06-26T14:00:00Z
                line 7, column "*Shift End Date and Time": "06/29/2026 09:01:00" makes it 2881
                    min long, at most 2880 min are allowed
                line 8, column "Activity Name": a value is required
                line 8, column "Activity End Date and Time": a value is required
            "#]],
        );
    }

    #[test]
    fn notes_have_at_most_500_characters() {
        let problem = |len: usize| {
            let note = "é".repeat(len);
            let row = "ana@x.com,06/24/2026 09:00:00,06/24/2026 10:00:00,UTC-05:00,Open";
            let read = read_as(rows(&format!("{row},{note},,,\n")).as_bytes(), Reject);
            read.err().map(|errors| errors[0].problem.clone())
        };
        assert_eq!(problem(500), None);
        assert_eq!(problem(501).unwrap(), "has 501 characters, at most 500 are allowed");
    }
}
