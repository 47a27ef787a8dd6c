//! Lines to shifts: what only several lines together can show to be wrong.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::instant::Instant;
use muster_core::limits;

use super::error::Errors;
use super::header::{Columns, Key};
use super::line::Line;
use super::{FileActivity, FileShift};

/// Joins the lines of each shift (same agent, same start), sorted by agent and start.
pub(super) fn shifts(lines: Vec<Line>, columns: &Columns, errors: &mut Errors) -> Vec<FileShift> {
    let mut by_start: BTreeMap<(String, Instant), Vec<Line>> = BTreeMap::new();
    for line in lines {
        by_start.entry((line.agent.clone(), line.start)).or_default().push(line);
    }
    let (mut shifts, mut texts) = (Vec::new(), Vec::new());
    for lines in by_start.into_values() {
        let mut joining = Joining { lines: &lines, columns, errors };
        shifts.extend(joining.shift());
        texts.extend(lines.into_iter().next().map(|first| first.start_text));
    }
    overlaps(&shifts, &texts, columns.name_of(Key::Start), errors);
    repeated(
        &shifts,
        columns.name_of(Key::ShiftId),
        |shift| Some(shift.id.as_ref()?.as_str()),
        errors,
    );
    repeated(
        &shifts,
        columns.name_of(Key::ExternalId),
        |shift| shift.external_id.as_deref(),
        errors,
    );
    shifts
}

/// The lines of one shift.
struct Joining<'a> {
    lines: &'a [Line],
    columns: &'a Columns,
    errors: &'a mut Errors,
}

impl<'a> Joining<'a> {
    fn shift(&mut self) -> Option<FileShift> {
        let first = self.lines.first()?;
        self.agreed(self.columns.end(), |line| Some((line.length_min, &line.end_text)));
        self.agreed(Key::Zone, |line| Some((&line.zone, line.zone.name())));
        let base_activity = self.agreed(Key::BaseActivity, |line| text(&line.base_activity));
        let note = self.agreed(Key::Note, |line| text(&line.note));
        let id = self.agreed(Key::ShiftId, |line| line.id.as_ref().map(|id| (id, id.as_str())));
        let external_id = self.agreed(Key::ExternalId, |line| text(&line.external_id));
        let tags: BTreeSet<&String> = self.lines.iter().flat_map(|line| &line.tags).collect();
        let activities = self.activities();
        self.at_most(limits::TAGS, tags.len(), "tags", Key::Tags);
        self.at_most(limits::ACTIVITIES, activities.len(), "activities", Key::Activity);
        Some(FileShift {
            line: first.line,
            agent: first.agent.clone(),
            start: first.start,
            length_min: first.length_min,
            zone: first.zone.clone(),
            base_activity: base_activity.map(str::to_owned),
            activities,
            note: note.map(str::to_owned),
            id: id.cloned(),
            external_id: external_id.map(str::to_owned),
            tags: tags.into_iter().cloned().collect(),
        })
    }

    /// What the lines that say something say; all must say the same.
    fn agreed<T: PartialEq>(
        &mut self,
        key: Key,
        said: impl Fn(&'a Line) -> Option<(T, &'a str)>,
    ) -> Option<T> {
        let mut told: Option<(T, &str, u64)> = None;
        for line in self.lines {
            let Some((value, text)) = said(line) else { continue };
            let Some((first, first_text, first_line)) = &told else {
                told = Some((value, text, line.line));
                continue;
            };
            if *first != value {
                let problem =
                    format!("contradicts line {first_line} of the same shift, {first_text:?}");
                self.errors.push(line.line, self.columns.name_of(key), text, problem);
            }
        }
        told.map(|(value, _, _)| value)
    }

    fn at_most(&mut self, max: usize, found: usize, what: &str, key: Key) {
        if found > max {
            let problem = format!("the shift has {found} {what}, at most {max} are allowed");
            self.errors.push(self.lines[0].line, self.columns.name_of(key), "", problem);
        }
    }

    /// The activities by start; overlapping ones are an error of the later line.
    fn activities(&mut self) -> Vec<FileActivity> {
        let with_text = |line: &'a Line| Some((line.activity.as_ref()?, &line.activity_text));
        let mut found: Vec<(&FileActivity, &String)> =
            self.lines.iter().filter_map(with_text).collect();
        found.sort_by_key(|(activity, _)| activity.start);
        // The one that goes furthest so far: whatever starts before its end overlaps it.
        let mut furthest: Option<(&FileActivity, &String)> = None;
        for this in &found {
            if let Some(other) = furthest.filter(|other| this.0.start < other.0.end()) {
                let (first, second) =
                    if other.0.line < this.0.line { (other, *this) } else { (*this, other) };
                let FileActivity { line, name, start, .. } = first.0;
                let problem =
                    format!("overlaps {name:?} of line {line}, {start} to {}", first.0.end());
                let column = self.columns.name_of(Key::ActivityStart);
                self.errors.push(second.0.line, column, second.1, problem);
            }
            if furthest.is_none_or(|other| other.0.end() < this.0.end()) {
                furthest = Some(*this);
            }
        }
        found.into_iter().map(|(activity, _)| activity.clone()).collect()
    }
}

fn text(said: &Option<String>) -> Option<(&str, &str)> {
    said.as_deref().map(|text| (text, text))
}

/// Every two shifts of one agent that share time; touching ones do not.
fn overlaps(shifts: &[FileShift], texts: &[String], column: &str, errors: &mut Errors) {
    for (index, this) in shifts.iter().enumerate() {
        let later = shifts[index + 1..].iter().zip(&texts[index + 1..]);
        let overlapping =
            later.take_while(|(other, _)| other.agent == this.agent && other.start < this.end());
        for (other, other_text) in overlapping {
            // Pairs grow with the square of the shifts; nobody reads that many.
            if errors.is_full() {
                return;
            }
            let (first, second, text) = if this.line < other.line {
                (this, other, other_text)
            } else {
                (other, this, &texts[index])
            };
            let shared_min = other.start.minutes_until(this.end().min(other.end()));
            let problem = format!(
                "overlaps the shift of line {} by {shared_min} min, {} to {}",
                first.line,
                first.start,
                first.end()
            );
            errors.push(second.line, column, text, problem);
        }
    }
}

/// Ids that more than one shift has.
fn repeated(
    shifts: &[FileShift],
    column: &str,
    id: impl Fn(&FileShift) -> Option<&str>,
    errors: &mut Errors,
) {
    let mut lines_of: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for shift in shifts {
        if let Some(id) = id(shift) {
            lines_of.entry(id).or_default().push(shift.line);
        }
    }
    for (id, mut lines) in lines_of {
        lines.sort_unstable();
        for line in &lines[1..] {
            let problem = format!("is the id of another shift, on line {}", lines[0]);
            errors.push(*line, column, id, problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect;

    use super::super::testing::check;

    #[test]
    fn two_night_patterns_on_six_days_overlap_five_times() {
        let mut file = "agent,start,end\n".to_owned();
        for day in 1..=6 {
            let next = day + 1;
            writeln!(file, "ana,2026-06-{day:02} 22:00,2026-06-{next:02} 06:00").unwrap();
        }
        for day in 1..=6 {
            writeln!(file, "ana,2026-06-{day:02} 02:00,2026-06-{day:02} 08:00").unwrap();
        }
        check(
            &file,
            expect![[r#"
            line 9, column "start": "2026-06-02 02:00" overlaps the shift of line 2 by 240
                min, 2026-06-02T03:00:00Z to 2026-06-02T11:00:00Z
            line 10, column "start": "2026-06-03 02:00" overlaps the shift of line 3 by 240
                min, 2026-06-03T03:00:00Z to 2026-06-03T11:00:00Z
            line 11, column "start": "2026-06-04 02:00" overlaps the shift of line 4 by 240
                min, 2026-06-04T03:00:00Z to 2026-06-04T11:00:00Z
            line 12, column "start": "2026-06-05 02:00" overlaps the shift of line 5 by 240
                min, 2026-06-05T03:00:00Z to 2026-06-05T11:00:00Z
            line 13, column "start": "2026-06-06 02:00" overlaps the shift of line 6 by 240
                min, 2026-06-06T03:00:00Z to 2026-06-06T11:00:00Z
        "#]],
        );
    }

    #[test]
    fn touching_shifts_and_those_of_different_agents_do_not_overlap() {
        check(
            "agent,start,length_minutes\n\
             ana,2026-06-24 17:00,60\n\
             ben,2026-06-24 08:30,60\n\
             ana,2026-06-24 09:00,480\n",
            expect![[r#"
                Plain
                line 4: ana 2026-06-24T14:00:00Z 480 min America/Chicago
                line 2: ana 2026-06-24T22:00:00Z 60 min America/Chicago
                line 3: ben 2026-06-24T13:30:00Z 60 min America/Chicago
            "#]],
        );
    }

    #[test]
    fn a_long_shift_overlaps_every_one_inside_it() {
        check(
            "agent,start,length_minutes\n\
             ana,2026-06-24 10:00,30\n\
             ana,2026-06-24 12:00,30\n\
             ana,2026-06-24 09:00,480\n",
            expect![[r#"
                line 4, column "start": "2026-06-24 09:00" overlaps the shift of line 2 by 30
                    min, 2026-06-24T15:00:00Z to 2026-06-24T15:30:00Z
                line 4, column "start": "2026-06-24 09:00" overlaps the shift of line 3 by 30
                    min, 2026-06-24T17:00:00Z to 2026-06-24T17:30:00Z
            "#]],
        );
    }

    #[test]
    fn lines_of_one_shift_must_say_the_same() {
        check(
            "agent,start,end,time_zone,note,shift_id,external_id\n\
             zoe,2026-06-24 07:00Z,2026-06-24 15:00Z,,,,\n\
             zoe,2026-06-24 07:00Z,2026-06-24 16:00Z,UTC,one,s-1,x\n\
             zoe,2026-06-24 07:00Z,2026-06-24 17:00+02:00,Europe/Paris,two,s-2,y\n\
             zoe,2026-06-24 07:00Z,2026-06-24 17:00,,one,s-1,x\n",
            expect![[r#"
                line 3, column "end": "2026-06-24 16:00Z" contradicts line 2 of the same shift,
                    "2026-06-24 15:00Z"
                line 3, column "time_zone": "UTC" contradicts line 2 of the same shift,
                    "Europe/Paris"
                line 4, column "note": "two" contradicts line 3 of the same shift, "one"
                line 4, column "shift_id": "s-2" contradicts line 3 of the same shift, "s-1"
                line 4, column "external_id": "y" contradicts line 3 of the same shift, "x"
            "#]],
        );
        check(
            "*Username,*Shift Start Date and Time,*Shift End Date and Time,*Local Time Zone,\
             *Base Activity Name,Shift Notes\n\
             lin@x.com,06/24/2026 09:00:00,06/24/2026 17:00:00,UTC+08:00,Open,one\n\
             lin@x.com,06/24/2026 09:00:00,06/24/2026 18:00:00,UTC+08:00,Close,two\n",
            expect![[r#"
                line 3, column "*Shift End Date and Time": "06/24/2026 18:00:00" contradicts
                    line 2 of the same shift, "06/24/2026 17:00:00"
                line 3, column "*Base Activity Name": "Close" contradicts line 2 of the same
                    shift, "Open"
                line 3, column "Shift Notes": "two" contradicts line 2 of the same shift, "one"
            "#]],
        );
    }

    #[test]
    fn activities_may_touch_and_must_not_overlap() {
        check(
            "agent,start,length_minutes,activity,activity_start,activity_length_minutes\n\
             ana,2026-06-24 09:00,480,Late,2026-06-24 11:30,30\n\
             ana,2026-06-24 09:00,480,Long,2026-06-24 10:00,60\n\
             ana,2026-06-24 09:00,480,In,2026-06-24 10:15,15\n\
             ana,2026-06-24 09:00,480,Touch,2026-06-24 11:00,30\n\
             ana,2026-06-24 09:00,480,Over,2026-06-24 10:45,30\n\
             ana,2026-06-24 09:00,480,All,2026-06-24 09:00,60\n",
            expect![[r#"
                line 4, column "activity_start": "2026-06-24 10:15" overlaps "Long" of line 3,
                    2026-06-24T15:00:00Z to 2026-06-24T16:00:00Z
                line 6, column "activity_start": "2026-06-24 10:45" overlaps "Long" of line 3,
                    2026-06-24T15:00:00Z to 2026-06-24T16:00:00Z
                line 6, column "activity_start": "2026-06-24 10:45" overlaps "Touch" of line 5,
                    2026-06-24T16:00:00Z to 2026-06-24T16:30:00Z
            "#]],
        );
    }

    #[test]
    fn activities_may_fill_their_shift_to_both_ends() {
        check(
            "agent,start,length_minutes,activity,activity_start,activity_length_minutes\n\
             ana,2026-06-24 09:00,60,Training,2026-06-24 09:00,60\n",
            expect![[r#"
                Plain
                line 2: ana 2026-06-24T14:00:00Z 60 min America/Chicago
                  line 2: 2026-06-24T14:00:00Z 60 min "Training"
            "#]],
        );
    }

    #[test]
    fn ids_belong_to_one_shift() {
        check(
            "agent,start,length_minutes,shift_id,external_id\n\
             ben,2026-06-24 09:00,60,s-1,x\n\
             ana,2026-06-24 09:00,60,s-1,\n\
             ana,2026-06-25 09:00,60,s-2,x\n\
             ana,2026-06-26 09:00,60,s-1,\n",
            expect![[r#"
                line 3, column "shift_id": "s-1" is the id of another shift, on line 2
                line 4, column "external_id": "x" is the id of another shift, on line 2
                line 5, column "shift_id": "s-1" is the id of another shift, on line 2
            "#]],
        );
    }

    #[test]
    fn activities_and_tags_have_limits() {
        let mut file =
            "agent,start,length_minutes,activity,activity_start,activity_length_minutes,tags\n"
                .to_owned();
        for minute in 0..65 {
            let at = format!("2026-06-24 {:02}:{:02}", 9 + minute / 60, minute % 60);
            writeln!(file, "ana,2026-06-24 09:00,480,Break,{at},1,t{}", minute % 33).unwrap();
        }
        check(
            &file,
            expect![[r#"
            line 2, column "tags": the shift has 33 tags, at most 32 are allowed
            line 2, column "activity": the shift has 65 activities, at most 64 are allowed
        "#]],
        );
    }
}
