//! The header row: which format it announces, and where its columns are.

use super::Format;
use super::error::Errors;
use super::text::Row;
use super::{cxone, plain};

/// What a column holds, in either format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Agent,
    Start,
    End,
    Length,
    Zone,
    BaseActivity,
    Activity,
    ActivityStart,
    ActivityEnd,
    ActivityLength,
    Paid,
    ShiftId,
    ExternalId,
    Note,
    Tags,
    Disambiguation,
}

/// A column that a format has.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) key: Key,
    /// How it is written. Another case, and a missing or added `*`, pass where it is optional.
    pub(super) name: &'static str,
    pub(super) need: Need,
    /// Other names that are taken for it, in lower case.
    pub(super) others: &'static [&'static str],
}

impl Known {
    fn is_called(&self, name: &str) -> bool {
        let name = plain_name(name);
        plain_name(self.name) == name || self.others.contains(&name.as_str())
    }
}

/// Whether a file must have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must, spelled exactly so.
    Required,
    /// It may.
    Optional,
}

/// The columns of one file.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    keys: Vec<Option<Key>>,
    known: &'static [Known],
}

impl Columns {
    /// How many fields a row has.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// A column's name as the header spells it.
    pub(super) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// Whether a column holds what the key names.
    pub(super) fn is(&self, index: usize, key: Key) -> bool {
        self.keys.get(index) == Some(&Some(key))
    }

    /// Where a column is.
    pub(super) fn find(&self, key: Key) -> Option<usize> {
        self.keys.iter().position(|found| *found == Some(key))
    }

    /// A column's name as the header spells it, or as it should, for messages.
    pub(super) fn name_of(&self, key: Key) -> &str {
        match self.find(key) {
            Some(index) => self.name(index),
            None => self.known.iter().find(|known| known.key == key).map_or("", |k| k.name),
        }
    }

    /// The column that says how far a shift goes.
    pub(super) fn end(&self) -> Key {
        if self.find(Key::End).is_some() { Key::End } else { Key::Length }
    }

    /// The column that says how far an activity goes.
    pub(super) fn activity_end(&self) -> Key {
        if self.find(Key::ActivityEnd).is_some() { Key::ActivityEnd } else { Key::ActivityLength }
    }

    /// Leaving out what a file says would be half an import: a column that is not known may stay
    /// only while it is empty.
    pub(super) fn refuse_unknown(&self, rows: &[Row<'_>], errors: &mut Errors) {
        for (index, name) in self.names.iter().enumerate() {
            if self.keys[index].is_some() {
                continue;
            }
            let first = rows.iter().find_map(|row| {
                let cell = row.cells.get(index)?.trim();
                (row.cells.len() == self.width() && !cell.is_empty()).then_some((row.line, cell))
            });
            if let Some((line, cell)) = first {
                let problem = format!(
                    "is in a column that is not read; remove the column, or name it as one of {}",
                    list(self.known)
                );
                errors.push(line, name, cell, problem);
            }
        }
    }
}

/// Names without what people and spreadsheets change: case, spaces, the `*` of required ones.
fn plain_name(name: &str) -> String {
    let words: Vec<&str> = name.trim().trim_start_matches('*').split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn list(known: &[Known]) -> String {
    known.iter().map(|known| known.name).collect::<Vec<_>>().join(",")
}

/// The format that a header row announces.
pub(super) fn detect(head: &Row<'_>, errors: &mut Errors) -> Option<Format> {
    let names: Vec<String> = head.cells.iter().map(plain_name).collect();
    let score = |known: &[Known]| {
        let required = known.iter().filter(|known| known.need == Need::Required);
        required.filter(|known| names.contains(&plain_name(known.name))).count()
    };
    let (cxone, plain) = (score(cxone::KNOWN), score(plain::KNOWN));
    if cxone > plain {
        return Some(Format::Cxone);
    }
    if plain > cxone {
        return Some(Format::Plain);
    }
    let separator = [';', '\t', '|'].into_iter().find(|found| head.raw.contains(*found));
    let advice = separator.map_or(String::new(), |found| {
        format!("; its fields seem to be separated by {found:?}, and must be by commas")
    });
    let problem = format!(
        "is not a header row of a schedule file; \
         expected {} (NICE CXone WFM) or {} (plain){advice}",
        list(cxone::KNOWN),
        list(plain::KNOWN),
    );
    errors.push(head.line, "", head.raw, problem);
    None
}

/// Finds a format's columns in the header row.
pub(super) fn columns(
    head: &Row<'_>,
    known: &'static [Known],
    errors: &mut Errors,
) -> Option<Columns> {
    let names: Vec<String> = head.cells.iter().map(|name| name.trim().to_owned()).collect();
    let mut keys = Vec::new();
    let mut complete = true;
    for name in &names {
        let found = known.iter().find(|known| known.is_called(name));
        let mut refuse = |problem: String| {
            errors.push(head.line, name, "", problem);
            complete = false;
        };
        if let Some(found) = found {
            if keys.contains(&Some(found.key)) {
                refuse("the header has this column twice".to_owned());
            } else if found.need == Need::Required && found.name != name {
                refuse(format!("a required column must be spelled exactly {:?}", found.name));
            }
        }
        keys.push(found.map(|found| found.key));
    }
    for missing in known.iter().filter(|known| known.need == Need::Required) {
        if !keys.contains(&Some(missing.key)) {
            errors.push(head.line, missing.name, "", "the header lacks this required column");
            complete = false;
        }
    }
    complete.then_some(Columns { names, keys, known })
}

/// Whether any of these columns is there.
pub(super) fn any_of(columns: &Columns, keys: &[Key]) -> bool {
    keys.iter().any(|key| columns.find(*key).is_some())
}

/// Whether a file that has activities has all of these columns.
pub(super) fn all_of(head: &Row<'_>, columns: &Columns, keys: &[Key], errors: &mut Errors) -> bool {
    let missing = keys.iter().filter(|key| columns.find(**key).is_none());
    let complain = |key: &Key| {
        let problem = "the header has other columns of activities and lacks this";
        errors.push(head.line, columns.name_of(*key), "", problem);
    };
    missing.map(complain).count() == 0
}

/// Whether a file has exactly one of two columns.
pub(super) fn one_of(
    head: &Row<'_>,
    columns: &Columns,
    [one, other]: [Key; 2],
    errors: &mut Errors,
) -> bool {
    let problem = match (columns.find(one), columns.find(other)) {
        (Some(_), None) | (None, Some(_)) => return true,
        (Some(_), Some(_)) => "the header has both this and",
        (None, None) => "the header has neither this nor",
    };
    let problem = format!("{problem} {:?}; it must have one of them", columns.name_of(other));
    errors.push(head.line, columns.name_of(one), "", problem);
    false
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::testing::check;

    #[test]
    fn an_unknown_header_is_told_what_was_expected() {
        check(
            "name;from;to\nana;1;2\n",
            expect![[r#"
                line 1: "name;from;to" is not a header row of a schedule file; expected
                    *Username,*Shift Start Date and Time,*Shift End Date and Time,*Local Time
                    Zone,*Base Activity Name,Shift Notes,Activity Start Date and Time,Activity
                    End Date and Time,Activity Name (NICE CXone WFM) or agent,start,end,
                    length_minutes,time_zone,activity,activity_start,activity_end,
                    activity_length_minutes,paid,shift_id,external_id,note,tags,disambiguation
                    (plain); its fields seem to be separated by ';', and must be by commas
            "#]],
        );
        check(
            "ana,2026-06-24 09:00,2026-06-24 17:00\n",
            expect![[r#"
                line 1: "ana,2026-06-24 09:00,2026-06-24 17:00" is not a header row of a
                    schedule file; expected *Username,*Shift Start Date and Time,*Shift End
                    Date and Time,*Local Time Zone,*Base Activity Name,Shift Notes,Activity
                    Start Date and Time,Activity End Date and Time,Activity Name (NICE CXone
                    WFM) or agent,start,end,length_minutes,time_zone,activity,activity_start,
                    activity_end,activity_length_minutes,paid,shift_id,external_id,note,tags,
                    disambiguation (plain)
            "#]],
        );
    }

    #[test]
    fn required_columns_are_spelled_exactly() {
        check(
            "Username,*shift start date and time,*Local Time Zone,*Base Activity Name\n\
             ana@x.com,06/24/2026 09:00:00,UTC-05:00,Open\n",
            expect![[r#"
                line 1, column "Username": a required column must be spelled exactly "*Username"
                line 1, column "*shift start date and time": a required column must be spelled
                    exactly "*Shift Start Date and Time"
                line 1, column "*Shift End Date and Time": the header lacks this required column
            "#]],
        );
        check(
            "Agent,start,end\nana,2026-06-24 09:00,2026-06-24 17:00\n",
            expect![[r#"
            line 1, column "Agent": a required column must be spelled exactly "agent"
        "#]],
        );
    }

    #[test]
    fn optional_columns_pass_in_any_case_and_order() {
        check(
            "*ACTIVITY  end,Activity,Activity Start Date And Time,shift notes,*Base Activity Name,\
             *Local Time Zone,*Shift End Date and Time,*Shift Start Date and Time,*Username\n\
             06/24/2026 10:00:00,Break,06/24/2026 09:45:00,hi,Open,UTC-05:00,\
             06/24/2026 17:00:00,06/24/2026 09:00:00,ana@x.com\n",
            expect![[r#"
                Cxone
                line 2: ana@x.com 2026-06-24T14:00:00Z 480 min America/Chicago
                  base: "Open"
                  note: "hi"
                  line 2: 2026-06-24T14:45:00Z 15 min "Break"
            "#]],
        );
        check(
            "Time_Zone,end,start,agent\n,2026-06-24 17:00,2026-06-24 09:00,ana\n",
            expect![[r#"
            Plain
            line 2: ana 2026-06-24T14:00:00Z 480 min America/Chicago
        "#]],
        );
    }

    #[test]
    fn columns_come_once_and_with_those_they_need() {
        check(
            "agent,start,end,END\na,b,c,d\n",
            expect![[r#"
            line 1, column "END": the header has this column twice
        "#]],
        );
        check(
            "agent,start\na,b\n",
            expect![[r#"
            line 1, column "end": the header has neither this nor "length_minutes"; it must
                have one of them
        "#]],
        );
        check(
            "agent,start,end,length_minutes,activity\na,b,c,d,e\n",
            expect![[r#"
            line 1, column "end": the header has both this and "length_minutes"; it must
                have one of them
            line 1, column "activity_start": the header has other columns of activities and
                lacks this
            line 1, column "activity_end": the header has neither this nor
                "activity_length_minutes"; it must have one of them
        "#]],
        );
        check(
            "*Username,*Shift Start Date and Time,*Shift End Date and Time,*Local Time Zone,\
             *Base Activity Name,Activity Name\na,b,c,d,e,f\n",
            expect![[r#"
                line 1, column "Activity Start Date and Time": the header has other columns of
                    activities and lacks this
                line 1, column "Activity End Date and Time": the header has other columns of
                    activities and lacks this
            "#]],
        );
    }

    #[test]
    fn an_unknown_column_may_stay_while_it_is_empty() {
        check(
            "agent,start,length_minutes,colour\nana,2026-06-24 09:00,60,\n",
            expect![[r#"
            Plain
            line 2: ana 2026-06-24T14:00:00Z 60 min America/Chicago
        "#]],
        );
        check(
            "agent,start,length_minutes,colour\nana,2026-06-24 09:00,60,red\n",
            expect![[r#"
            line 2, column "colour": "red" is in a column that is not read; remove the
                column, or name it as one of agent,start,end,length_minutes,time_zone,
                activity,activity_start,activity_end,activity_length_minutes,paid,shift_id,
                external_id,note,tags,disambiguation
        "#]],
        );
    }
}
