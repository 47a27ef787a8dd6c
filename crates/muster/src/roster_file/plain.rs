//! Our own schedule file: names as in the API, wall times with a zone of the IANA database.
//!
//! `docs/FILES.md` describes it, with an example.

use muster_core::id::ShiftId;
use muster_core::limits;
use muster_core::zone::{Disambiguation, Zone};

use super::cells::{self, Cells};
use super::error::Errors;
use super::header::{self, Columns, Key, Known, Need};
use super::line::{Line, Span};
use super::text::Row;
use super::time::{self, Moment};
use super::{FileActivity, ReadOptions};

/// The columns of the format. Of `end` and `length_minutes`, a file has one; likewise of
/// `activity_end` and `activity_length_minutes`, if it has activities.
pub(super) const KNOWN: &[Known] = &[
    known(Key::Agent, "agent", Need::Required),
    known(Key::Start, "start", Need::Required),
    known(Key::End, "end", Need::Optional),
    known(Key::Length, "length_minutes", Need::Optional),
    known(Key::Zone, "time_zone", Need::Optional),
    known(Key::Activity, "activity", Need::Optional),
    known(Key::ActivityStart, "activity_start", Need::Optional),
    known(Key::ActivityEnd, "activity_end", Need::Optional),
    known(Key::ActivityLength, "activity_length_minutes", Need::Optional),
    known(Key::Paid, "paid", Need::Optional),
    known(Key::ShiftId, "shift_id", Need::Optional),
    known(Key::ExternalId, "external_id", Need::Optional),
    known(Key::Note, "note", Need::Optional),
    known(Key::Tags, "tags", Need::Optional),
    known(Key::Disambiguation, "disambiguation", Need::Optional),
];

const fn known(key: Key, name: &'static str, need: Need) -> Known {
    Known { key, name, need, others: &[] }
}

const UNKNOWN_ZONE: &str = "is not a time zone of the IANA database (such as Europe/Paris)";

/// Finds the columns; each length is given one way.
pub(super) fn columns(head: &Row<'_>, errors: &mut Errors) -> Option<Columns> {
    let columns = header::columns(head, KNOWN, errors)?;
    let mut complete = header::one_of(head, &columns, [Key::End, Key::Length], errors);
    let ends = [Key::ActivityEnd, Key::ActivityLength];
    let parts = [Key::Activity, Key::ActivityStart];
    if header::any_of(&columns, &parts) || header::any_of(&columns, &ends) {
        complete &= header::all_of(head, &columns, &parts, errors);
        complete &= header::one_of(head, &columns, ends, errors);
    }
    complete.then_some(columns)
}

/// Reads one row.
pub(super) fn line(cells: &mut Cells<'_>, options: &ReadOptions<'_>) -> Option<Line> {
    let own_zone = cells.required(Key::Agent, |agent| options.zone_of(agent));
    let zone = cells
        .optional(Key::Zone, |name| Zone::find(name).map_err(|_| UNKNOWN_ZONE.to_owned()))
        .and_then(|named| named.or(own_zone.clone()));
    let policy = cells.optional(Key::Disambiguation, disambiguation);
    let start = cells.required(Key::Start, time::iso_date_time);
    let end = extent(cells, cells.columns().end());
    let activity = activity_parts(cells);
    let paid = cells.optional(Key::Paid, paid);
    let id =
        cells.optional(Key::ShiftId, |id| ShiftId::parse(id).map_err(|e| format!("is no id: {e}")));
    let external_id = cells.optional(Key::ExternalId, |id| cells::at_most(limits::NAME_LEN, id));
    let note = cells.optional(Key::Note, |note| cells::at_most(limits::NOTE_LEN, note));
    let tags = cells.optional(Key::Tags, tags);

    own_zone?;
    let clock = Clock { zone: zone?, policy: policy?.unwrap_or(options.ambiguous) };
    let span = clock.span(cells, [Key::Start, cells.columns().end()], (start?, end?))?;
    let length_min = cells.check(cells.columns().end(), span.length_min())?;
    let activity = activity.and_then(|parts| clock.activity(cells, span, parts, paid.flatten()));
    Some(Line {
        line: cells.line(),
        agent: cells.text(Key::Agent).to_owned(),
        zone: clock.zone,
        start: span.start,
        start_text: cells.text(Key::Start).to_owned(),
        length_min,
        end_text: cells.text(cells.columns().end()).to_owned(),
        base_activity: None,
        activity,
        activity_text: cells.text(Key::ActivityStart).to_owned(),
        note: note.flatten(),
        id: id.flatten(),
        external_id: external_id.flatten(),
        tags: tags.flatten().unwrap_or_default(),
    })
}

/// How far something goes.
#[derive(Debug, Clone, Copy)]
enum Extent {
    /// Until then.
    Until(Moment),
    /// For so many elapsed minutes.
    Minutes(i64),
}

fn extent(cells: &mut Cells<'_>, key: Key) -> Option<Extent> {
    cells.required(key, |text| match key {
        Key::Length | Key::ActivityLength => minutes(text).map(Extent::Minutes),
        _ => time::iso_date_time(text).map(Extent::Until),
    })
}

fn minutes(text: &str) -> Result<i64, String> {
    let max = limits::SHIFT_MIN;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let found = text.parse().ok().filter(|found| digits && (1..=i64::from(max)).contains(found));
    found.ok_or_else(|| format!("is not a length in whole minutes, 1 to {max}"))
}

/// The times of the row's activity, if it has one.
fn activity_parts(cells: &mut Cells<'_>) -> Option<(Moment, Extent)> {
    let end = cells.columns().activity_end();
    let parts = [Key::Activity, Key::ActivityStart, end, Key::Paid];
    if parts.iter().all(|part| cells.text(*part).is_empty()) {
        return None;
    }
    let name = cells.required(Key::Activity, cells::name);
    let start = cells.required(Key::ActivityStart, time::iso_date_time);
    let end = extent(cells, end);
    name.and(start.zip(end))
}

/// How a row's wall times are read.
struct Clock {
    zone: Zone,
    policy: Disambiguation,
}

impl Clock {
    fn span(
        &self,
        cells: &mut Cells<'_>,
        [start_key, end_key]: [Key; 2],
        (start, end): (Moment, Extent),
    ) -> Option<Span> {
        let start = cells.check(start_key, start.resolve(&self.zone, self.policy));
        let end = match end {
            Extent::Until(end) => cells.check(end_key, end.resolve(&self.zone, self.policy)),
            Extent::Minutes(minutes) => start.map(|start| start.plus_min(minutes)),
        };
        Some(Span { start: start?, end: end? })
    }

    fn activity(
        &self,
        cells: &mut Cells<'_>,
        shift: Span,
        parts: (Moment, Extent),
        paid: Option<bool>,
    ) -> Option<FileActivity> {
        let keys = [Key::ActivityStart, cells.columns().activity_end()];
        let span = self.span(cells, keys, parts)?;
        cells.activity(shift, span, paid)
    }
}

fn disambiguation(text: &str) -> Result<Disambiguation, String> {
    match text {
        "reject" => Ok(Disambiguation::Reject),
        "earlier" => Ok(Disambiguation::Earlier),
        "later" => Ok(Disambiguation::Later),
        "compatible" => Ok(Disambiguation::Compatible),
        _ => Err("is not one of reject, earlier, later, compatible".to_owned()),
    }
}

fn paid(text: &str) -> Result<bool, String> {
    // Spreadsheets write TRUE.
    match text.to_lowercase().as_str() {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err("is not one of true, false, yes, no".to_owned()),
    }
}

fn tags(text: &str) -> Result<Vec<String>, String> {
    let tags = text.split(';').map(str::trim).filter(|tag| !tag.is_empty());
    tags.map(cells::name).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use muster_core::zone::Disambiguation;

    use super::super::testing::{check, check_as};

    #[test]
    fn every_column_is_read() {
        check(
            "agent,start,end,time_zone,activity,activity_start,activity_end,paid,shift_id,\
             external_id,note,tags\n\
             ana,2026-06-24 09:00,2026-06-24 17:00,,Lunch,2026-06-24 12:00,2026-06-24 12:30,no,\
             s-1,T/77,\"two\nlines, 1 note\",skill:fr; vip ;skill:fr\n\
             ana,2026-06-24T09:00:00,2026-06-24T17:00:00,America/Chicago,Break,\
             2026-06-24T15:00Z,2026-06-24T10:15-05:00,TRUE,,,,late\n\
             zoe,2026-06-24 09:00,2026-06-24 17:00,Asia/Singapore,,,,,,,,\n",
            expect![[r#"
                Plain
                line 2: ana 2026-06-24T14:00:00Z 480 min America/Chicago
                  note: "two\nlines, 1 note"
                  id: "s-1"
                  external: "T/77"
                  tags: ["late", "skill:fr", "vip"]
                  line 4: 2026-06-24T15:00:00Z 15 min "Break" paid
                  line 2: 2026-06-24T17:00:00Z 30 min "Lunch" unpaid
                line 5: zoe 2026-06-24T01:00:00Z 480 min Asia/Singapore
            "#]],
        );
    }

    #[test]
    fn lengths_in_minutes_are_elapsed_time() {
        // A night of 8 hours on each clock change of Paris: it ends at 07:00 and at 05:00.
        check(
            "agent,start,length_minutes,activity,activity_start,activity_length_minutes\n\
             zoe,2026-03-28 22:00,480,Meal,2026-03-29 01:30,60\n\
             zoe,2026-10-24 22:00,480,,,\n",
            expect![[r#"
                Plain
                line 2: zoe 2026-03-28T21:00:00Z 480 min Europe/Paris
                  line 2: 2026-03-29T00:30:00Z 60 min "Meal"
                line 3: zoe 2026-10-24T20:00:00Z 480 min Europe/Paris
            "#]],
        );
    }

    #[test]
    fn nights_across_a_clock_change_have_their_true_length() {
        check(
            "agent,start,end\n\
             zoe,2026-03-28 22:00,2026-03-29 06:00\n\
             zoe,2026-10-24 22:00,2026-10-25 06:00\n\
             ana,2026-03-07 22:00,2026-03-08 06:00\n",
            expect![[r#"
                Plain
                line 4: ana 2026-03-08T04:00:00Z 420 min America/Chicago
                line 2: zoe 2026-03-28T21:00:00Z 420 min Europe/Paris
                line 3: zoe 2026-10-24T20:00:00Z 540 min Europe/Paris
            "#]],
        );
    }

    const AMBIGUOUS: &str = "agent,start,end,activity,activity_start,activity_end\n\
         ana,2026-11-01 00:00,2026-11-01 08:00,Break,2026-11-01 01:30,2026-11-01 02:15\n\
         ana,2026-03-08 02:30,2026-03-08 08:00,,,\n";

    #[test]
    fn ambiguous_and_skipped_times_are_named_with_both_readings() {
        check(
            AMBIGUOUS,
            expect![[r#"
            line 2, column "activity_start": "2026-11-01 01:30" comes twice in
                America/Chicago, as 2026-11-01T06:30:00Z and as 2026-11-01T07:30:00Z; give
                the offset, or a disambiguation
            line 3, column "start": "2026-03-08 02:30" does not exist in America/Chicago,
                where clocks jump over it; it could be read as 2026-03-08T07:30:00Z or
                2026-03-08T08:30:00Z
        "#]],
        );
    }

    #[test]
    fn a_shift_that_starts_and_ends_at_half_past_one_may_last_an_hour() {
        check(
            "agent,start,end\n\
             ana,2026-11-01T01:30-05:00,2026-11-01T01:30-06:00\n",
            expect![[r#"
                Plain
                line 2: ana 2026-11-01T06:30:00Z 60 min America/Chicago
            "#]],
        );
        check(
            "agent,start,end\nana,2026-11-01 01:30,2026-11-01 01:30\n",
            expect![[r#"
            line 2, column "start": "2026-11-01 01:30" comes twice in America/Chicago, as
                2026-11-01T06:30:00Z and as 2026-11-01T07:30:00Z; give the offset, or a
                disambiguation
            line 2, column "end": "2026-11-01 01:30" comes twice in America/Chicago, as
                2026-11-01T06:30:00Z and as 2026-11-01T07:30:00Z; give the offset, or a
                disambiguation
        "#]],
        );
    }

    #[test]
    fn the_caller_may_say_how_to_read_them() {
        for (policy, expect) in [
            (
                Disambiguation::Earlier,
                expect![[r#"
                Plain
                line 3: ana 2026-03-08T07:30:00Z 330 min America/Chicago
                line 2: ana 2026-11-01T05:00:00Z 540 min America/Chicago
                  line 2: 2026-11-01T06:30:00Z 105 min "Break"
            "#]],
            ),
            (
                Disambiguation::Later,
                expect![[r#"
                Plain
                line 3: ana 2026-03-08T08:30:00Z 270 min America/Chicago
                line 2: ana 2026-11-01T05:00:00Z 540 min America/Chicago
                  line 2: 2026-11-01T07:30:00Z 45 min "Break"
            "#]],
            ),
        ] {
            check_as(AMBIGUOUS, policy, expect);
        }
    }

    #[test]
    fn a_row_may_say_it_before_the_caller() {
        let file = |word: &str| {
            format!("agent,start,length_minutes,disambiguation\nana,2026-11-01 01:30,60,{word}\n")
        };
        let check = |word, expect: Expect| {
            check_as(&file(word), Disambiguation::Earlier, expect);
        };
        check(
            "",
            expect![[r#"
            Plain
            line 2: ana 2026-11-01T06:30:00Z 60 min America/Chicago
        "#]],
        );
        check(
            "later",
            expect![[r#"
            Plain
            line 2: ana 2026-11-01T07:30:00Z 60 min America/Chicago
        "#]],
        );
        check(
            "reject",
            expect![[r#"
            line 2, column "start": "2026-11-01 01:30" comes twice in America/Chicago, as
                2026-11-01T06:30:00Z and as 2026-11-01T07:30:00Z; give the offset, or a
                disambiguation
        "#]],
        );
        check(
            "perhaps",
            expect![[r#"
            line 2, column "disambiguation": "perhaps" is not one of reject, earlier, later,
                 compatible
        "#]],
        );
    }

    #[test]
    fn an_offset_that_the_zone_does_not_have_is_named_with_both_readings() {
        check(
            "agent,start,end\n\
             ana,2026-03-08T12:00-06:00,2026-03-08T20:00-05:00\n\
             ana,2026-11-01T01:30-06:00,2026-11-01 03:00\n\
             lin,2026-11-01T00:00Z,2026-11-01T01:00+00:00\n",
            expect![[r#"
                line 2, column "start": "2026-03-08T12:00-06:00" with UTC-06:00 reads
                    2026-03-08T18:00:00Z, but America/Chicago has UTC-05:00 then and reads
                    2026-03-08T17:00:00Z
                line 4, column "end": "2026-11-01T01:00+00:00" with UTC+00:00 reads
                    2026-11-01T01:00:00Z, but Asia/Singapore has UTC+08:00 then and reads
                    2026-10-31T17:00:00Z
            "#]],
        );
    }

    #[test]
    fn every_damaged_value_is_named_with_its_column() {
        check(
            "agent,start,end,time_zone,activity,activity_start,activity_end,paid,shift_id,tags,\
             external_id\n\
             eve,tomorrow,,Mars/Olympus,,soon,,maybe,a b,,\n\
             ana,2026-06-24 09:00,2026-06-24 09:00,,,,,,,,\n\
             ana,2026-06-25 09:00,2026-06-25 08:00,,,,,,,,\n\
             ana,2026-06-26 09:00,2026-06-28 09:01,,,,,,,,\n\
             ana,2026-07-01 09:00,2026-07-01 17:00,,Late,2026-07-01 16:45,2026-07-01 17:15,,,,\n\
             ana,2026-07-01 09:00,2026-07-01 17:00,,Early,2026-07-01 08:45,2026-07-01 09:15,,,,\n\
             ana,2026-07-01 09:00,2026-07-01 17:00,,None,2026-07-01 12:00,2026-07-01 12:00,,,,\n\
             ana,2026-07-01 09:00,2026-07-01 17:00,,Back,2026-07-01 12:00,2026-07-01 11:00,,,,\n\
             ana,2026-07-01 09:00,2026-07-01 17:00,,,,,yes,,,\n",
            expect![[r#"
                line 2, column "agent": "eve" is not a known agent
                line 2, column "time_zone": "Mars/Olympus" is not a time zone of the IANA
                    database (such as Europe/Paris)
                line 2, column "start": "tomorrow" is not a date and time (yyyy-mm-dd hh:mm,
                    with Z or an offset such as +01:00 if it is not local)
                line 2, column "end": a value is required
                line 2, column "activity": a value is required
                line 2, column "activity_start": "soon" is not a date and time (yyyy-mm-dd
                    hh:mm, with Z or an offset such as +01:00 if it is not local)
                line 2, column "activity_end": a value is required
                line 2, column "paid": "maybe" is not one of true, false, yes, no
                line 2, column "shift_id": "a b" is no id: an id consists of letters, digits,
                    '.', '_', ':' and '-', not ' '
                line 3, column "end": "2026-06-24 09:00" ends as it starts, at
                    2026-06-24T14:00:00Z; a length of 0 is not allowed
                line 4, column "end": "2026-06-25 08:00" reads 2026-06-25T13:00:00Z, which is
                    before the start, 2026-06-25T14:00:00Z
                line 5, column "end": "2026-06-28 09:01" makes it 2881 min long, at most 2880
                    min are allowed
                line 6, column "activity_end": "2026-07-01 17:15" reads 2026-07-01T22:15:00Z,
                    outside the shift, 2026-07-01T14:00:00Z to 2026-07-01T22:00:00Z
                line 7, column "activity_start": "2026-07-01 08:45" reads 2026-07-01T13:45:00Z,
                    outside the shift, 2026-07-01T14:00:00Z to 2026-07-01T22:00:00Z
                line 8, column "activity_end": "2026-07-01 12:00" ends as it starts, at
                    2026-07-01T17:00:00Z; a length of 0 is not allowed
                line 9, column "activity_end": "2026-07-01 11:00" reads 2026-07-01T16:00:00Z,
                    which is before the start, 2026-07-01T17:00:00Z
                line 10, column "activity": a value is required
                line 10, column "activity_start": a value is required
                line 10, column "activity_end": a value is required
            "#]],
        );
    }

    #[test]
    fn lengths_are_whole_minutes_up_to_two_days() {
        for (text, allowed) in [
            ("1", true),
            ("2880", true),
            ("0", false),
            ("2881", false),
            ("+60", false),
            ("1.5", false),
        ] {
            let file = format!("agent,start,length_minutes\nana,2026-06-24 09:00,{text}\n");
            let read = super::super::testing::read_as(file.as_bytes(), Disambiguation::Reject);
            assert_eq!(read.is_ok(), allowed, "{text}");
        }
    }
}
