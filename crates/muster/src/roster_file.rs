//! Schedule files: bytes in, shifts out, or every error at once; nothing is half-imported.
//!
//! [`read`] knows two formats and tells them apart by the header row: the schedule file of NICE
//! CXone WFM (`cxone`) and our own (`plain`). `docs/FILES.md` describes both for those who write
//! such files. Nothing here reads a disk, a clock or the server: agents' zones come in as a
//! function.
//!
//! A format turns each row into a [`line::Line`], complaining about what one row can show to be
//! wrong; `group` joins lines into shifts and complains about what only several can.

mod cells;
mod cxone;
mod error;
mod group;
mod header;
#[cfg(test)]
mod laws;
mod line;
mod plain;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod time;

use std::collections::BTreeMap;

use muster_core::id::ShiftId;
use muster_core::instant::Instant;
use muster_core::limits;
use muster_core::zone::{Disambiguation, Zone};

use cells::Cells;
use error::Errors;
pub(crate) use error::FileError;
use header::{Columns, Key};
use line::Line;
use text::Row;

/// What a schedule file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RosterFile {
    /// How it is written.
    pub(crate) format: Format,
    /// Its shifts, sorted by agent and start; no two of one agent overlap.
    pub(crate) shifts: Vec<FileShift>,
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The schedule file of NICE CXone WFM: local times with a fixed offset from UTC.
    Cxone,
    /// Our own: local times with a zone of the IANA database, or times with an offset.
    Plain,
}

/// One shift of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileShift {
    /// The line it starts on.
    pub(crate) line: u64,
    /// Who works it, as the file names the agent: an id or a username.
    pub(crate) agent: String,
    /// Its first instant.
    pub(crate) start: Instant,
    /// Its elapsed length in minutes; never 0.
    pub(crate) length_min: u32,
    /// The zone it was written in.
    pub(crate) zone: Zone,
    /// What the time outside its activities is spent on, where the file says so.
    pub(crate) base_activity: Option<String>,
    /// Its activities, sorted by start; each lies inside the shift and overlaps no other.
    pub(crate) activities: Vec<FileActivity>,
    /// A remark.
    pub(crate) note: Option<String>,
    /// The shift's id, where the file names one.
    pub(crate) id: Option<ShiftId>,
    /// Its id in another system.
    pub(crate) external_id: Option<String>,
    /// Its labels, sorted.
    pub(crate) tags: Vec<String>,
}

impl FileShift {
    /// The first instant after it.
    pub(crate) fn end(&self) -> Instant {
        self.start.plus_min(i64::from(self.length_min))
    }
}

/// A stretch of a shift, as a file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileActivity {
    /// The line it is on.
    pub(crate) line: u64,
    /// The name of an activity, or the id of an activity code.
    pub(crate) name: String,
    /// Its first instant.
    pub(crate) start: Instant,
    /// Its elapsed length in minutes; never 0.
    pub(crate) length_min: u32,
    /// Whether it is paid, where the file says so.
    pub(crate) paid: Option<bool>,
}

impl FileActivity {
    /// The first instant after it.
    pub(crate) fn end(&self) -> Instant {
        self.start.plus_min(i64::from(self.length_min))
    }
}

/// What a file does not say itself.
pub(crate) struct ReadOptions<'a> {
    /// The zone of an agent by id or username; `None` for one that is not known.
    pub(crate) zone_of: &'a dyn Fn(&str) -> Option<Zone>,
    /// What to do with a wall time that a clock change makes ambiguous or skips. Only the plain
    /// format has such times, and its rows may say otherwise.
    pub(crate) ambiguous: Disambiguation,
}

impl ReadOptions<'_> {
    fn zone_of(&self, agent: &str) -> Result<Zone, String> {
        (self.zone_of)(agent).ok_or_else(|| "is not a known agent".to_owned())
    }
}

/// Reads a schedule file.
///
/// # Errors
/// Everything that is wrong with the file, sorted by line; beyond the first 200 errors, a last
/// one says that there are more.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<RosterFile, Vec<FileError>> {
    let mut errors = Errors::default();
    let file = read_rows(&text::rows(bytes, &mut errors), options, &mut errors);
    errors.finish()?;
    Ok(file.expect("a file that is not read leaves an error"))
}

fn read_rows(
    rows: &[Row<'_>],
    options: &ReadOptions<'_>,
    errors: &mut Errors,
) -> Option<RosterFile> {
    let Some((head, rows)) = rows.split_first() else {
        if errors.is_empty() {
            errors.push(1, "", "", "the file is empty");
        }
        return None;
    };
    let format = header::detect(head, errors)?;
    let columns = match format {
        Format::Cxone => cxone::columns(head, errors)?,
        Format::Plain => plain::columns(head, errors)?,
    };
    if rows.is_empty() {
        errors.push(head.line, "", "", "the file has a header and no shifts");
    }
    columns.refuse_unknown(rows, errors);
    let mut seen = BTreeMap::new();
    let mut lines = Vec::new();
    for row in rows {
        if let Some(first) = seen.insert(row.raw, row.line) {
            seen.insert(row.raw, first);
            errors.push(row.line, "", row.raw, format!("repeats line {first}"));
        } else if fits(row, &columns, format, errors) {
            lines.extend(read_row(row, &columns, format, options, errors));
        }
    }
    let shifts = group::shifts(lines, &columns, errors);
    if shifts.len() > limits::EDIT_SHIFTS {
        let (found, max) = (shifts.len(), limits::EDIT_SHIFTS);
        let problem = format!("the file has {found} shifts, at most {max} can be read at once");
        errors.push(head.line, "", "", problem);
    }
    Some(RosterFile { format, shifts })
}

fn read_row(
    row: &Row<'_>,
    columns: &Columns,
    format: Format,
    options: &ReadOptions<'_>,
    errors: &mut Errors,
) -> Option<Line> {
    let mut cells = Cells::new(row, columns, errors);
    match format {
        Format::Cxone => cxone::line(&mut cells, options),
        Format::Plain => plain::line(&mut cells, options),
    }
}

/// Whether a row has a field for each column, and line breaks only where they can be meant.
fn fits(row: &Row<'_>, columns: &Columns, format: Format, errors: &mut Errors) -> bool {
    let (found, width) = (row.cells.len(), columns.width());
    if found != width {
        let advice = match (found > width, format) {
            (false, _) => "",
            (true, Format::Plain) => "; a field with a comma in it stands in quotes",
            (true, Format::Cxone) => {
                "; a comma inside a field makes two of it, and this format has none there"
            }
        };
        let problem = format!("has {found} fields, the header has {width}{advice}");
        errors.push(row.line, "", row.raw, problem);
        return false;
    }
    let broken = row.cells.iter().enumerate().find(|(index, cell)| {
        let may_break = format == Format::Plain && columns.is(*index, Key::Note);
        cell.contains(['\r', '\n']) && !may_break
    });
    if let Some((index, cell)) = broken {
        errors.push(row.line, columns.name(index), cell, "has a line break in it");
    }
    broken.is_none()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::testing::{check, read_as};
    use super::*;

    #[test]
    fn a_file_without_shifts_is_an_error() {
        check(
            "",
            expect![[r#"
            line 1: the file is empty
        "#]],
        );
        check(
            "\u{FEFF}\r\n\r\n",
            expect![[r#"
            line 1: the file is empty
        "#]],
        );
        check(
            "\nagent,start,end\n\n,,\n",
            expect![[r#"
            line 2: the file has a header and no shifts
        "#]],
        );
    }

    #[test]
    fn rows_have_as_many_fields_as_the_header() {
        check(
            "agent,start,length_minutes,note\n\
             ana,2026-06-24 09:00,60\n\
             ana,2026-06-25 09:00,60,one, two\n\
             ana,2026-06-26 09:00,60,\"one, two\"\n",
            expect![[r#"
                line 2: "ana,2026-06-24 09:00,60" has 3 fields, the header has 4
                line 3: "ana,2026-06-25 09:00,60,one, two" has 5 fields, the header has 4; a
                    field with a comma in it stands in quotes
            "#]],
        );
        check(
            "*Username,*Shift Start Date and Time,*Shift End Date and Time,*Local Time Zone,\
             *Base Activity Name\n\
             lin@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC+08:00,Open, late\n",
            expect![[r#"
                line 2: "lin@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC+08:00,Open,
                    late" has 6 fields, the header has 5; a comma inside a field makes two of
                    it, and this format has none there
            "#]],
        );
    }

    #[test]
    fn a_line_that_comes_twice_is_named() {
        check(
            "agent,start,length_minutes\r\n\
             ana,2026-06-24 09:00,60\r\n\
             ben,2026-06-24 09:00,60\r\n\r\n\
             ana,2026-06-24 09:00,60\r\n\
             ana,2026-06-24 09:00,60",
            expect![[r#"
                line 5: "ana,2026-06-24 09:00,60" repeats line 2
                line 6: "ana,2026-06-24 09:00,60" repeats line 2
            "#]],
        );
    }

    #[test]
    fn line_breaks_stand_in_notes_alone() {
        check(
            "agent,start,length_minutes,note,tags\n\
             ana,2026-06-24 09:00,60,\"one\ntwo\",\n\
             ana,2026-06-25 09:00,60,,\"one\ntwo\"\n\
             eve,2026-06-25 09:00,60,,\n",
            expect![[r#"
                line 4, column "tags": "one\ntwo" has a line break in it
                line 6, column "agent": "eve" is not a known agent
            "#]],
        );
    }

    #[test]
    fn one_bad_line_keeps_the_others_from_being_read() {
        let file =
            b"agent,start,length_minutes\nana,2026-06-24 09:00,60\neve,2026-06-24 09:00,60\n";
        let errors = read_as(file, Disambiguation::Reject).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].to_string(), "line 3, column \"agent\": \"eve\" is not a known agent");
    }

    #[test]
    fn a_file_has_at_most_as_many_shifts_as_one_edit() {
        let times = (0..=limits::EDIT_SHIFTS).map(|n| (n / 1_440, n % 1_440 / 60, n % 60));
        let rows = times.map(|(day, hour, minute)| {
            let (month, day) = (1 + day / 28, 1 + day % 28);
            format!("lin,2026-{month:02}-{day:02} {hour:02}:{minute:02},1\n")
        });
        let file = format!("agent,start,length_minutes\n{}", rows.collect::<String>());
        check(
            &file,
            expect![[r#"
            line 1: the file has 200001 shifts, at most 200000 can be read at once
        "#]],
        );
    }

    #[test]
    fn the_vendors_week_and_our_own_say_the_same() {
        let vendors = include_bytes!("../tests/schedules/cxone-week.csv");
        let ours = include_bytes!("../tests/schedules/plain-week.csv");
        let [vendors, ours] = [vendors.as_slice(), ours.as_slice()].map(|file| {
            let file = read_as(file, Disambiguation::Reject).unwrap();
            let shifts = file.shifts.into_iter().map(|shift| {
                let agent = shift.agent.trim_end_matches("@x.com").to_owned();
                let spans = shift.activities.into_iter();
                let spans = spans.map(|part| (part.name, part.start, part.length_min)).collect();
                (agent, shift.start, shift.length_min, shift.zone, shift.note, spans)
            });
            (file.format, shifts.collect::<Vec<(_, _, _, _, _, Vec<_>)>>())
        });
        assert_eq!((vendors.0, ours.0), (Format::Cxone, Format::Plain));
        assert_eq!(vendors.1, ours.1);
        assert_eq!(vendors.1.len(), 15);
    }

    #[test]
    fn the_examples_of_the_manual_can_be_read() {
        let manual = include_str!("../../../docs/FILES.md");
        let examples = manual.split("```csv\n").skip(1).filter_map(|rest| rest.split("```").next());
        let formats = examples.map(|example| {
            let file = read_as(example.as_bytes(), Disambiguation::Reject);
            file.map(|file| (file.format, file.shifts.len()))
        });
        assert_eq!(formats.collect::<Vec<_>>(), [Ok((Format::Plain, 3)), Ok((Format::Cxone, 2))]);
    }
}
