//! Fixtures for the tests of schedule files.

use expect_test::Expect;
use muster_core::zone::{Disambiguation, Zone};

use super::{FileActivity, FileError, FileShift, ReadOptions, RosterFile, read};

/// The agents that tests know, with or without `@x.com`, by zone.
pub(super) const AGENTS: [(&str, &str); 4] = [
    ("ana", "America/Chicago"),
    ("ben", "America/Chicago"),
    ("lin", "Asia/Singapore"),
    ("zoe", "Europe/Paris"),
];

pub(super) fn zone_of(agent: &str) -> Option<Zone> {
    let agent = agent.strip_suffix("@x.com").unwrap_or(agent);
    let (_, zone) = AGENTS.iter().find(|(name, _)| *name == agent)?;
    Zone::find(zone).ok()
}

pub(super) fn read_as(
    bytes: &[u8],
    ambiguous: Disambiguation,
) -> Result<RosterFile, Vec<FileError>> {
    read(bytes, &ReadOptions { zone_of: &zone_of, ambiguous })
}

/// Compares what a file reads as, or all its errors, with what is expected.
#[track_caller]
pub(super) fn check(text: &str, expect: Expect) {
    check_as(text, Disambiguation::Reject, expect);
}

#[track_caller]
pub(super) fn check_as(text: &str, ambiguous: Disambiguation, expect: Expect) {
    let shown = match read_as(text.as_bytes(), ambiguous) {
        Ok(RosterFile { format, shifts }) => {
            let shifts: String = shifts.iter().map(show).collect();
            format!("{format:?}\n{shifts}")
        }
        Err(errors) => show_errors(&errors),
    };
    expect.assert_eq(&shown);
}

/// Errors, folded to lines that a page holds.
pub(crate) fn show_errors(errors: &[FileError]) -> String {
    let mut shown = String::new();
    for error in errors {
        let mut width = 0;
        for word in error.to_string().split_inclusive([' ', ',']) {
            if width > 0 && width + word.chars().count() > 80 {
                shown = shown.trim_end().to_owned() + "\n    ";
                width = 4;
            }
            shown += word;
            width += word.chars().count();
        }
        shown.push('\n');
    }
    shown
}

/// A shift and its activities, with every field named so that none goes unseen.
fn show(shift: &FileShift) -> String {
    let FileShift {
        line,
        agent,
        start,
        length_min,
        zone,
        base_activity,
        activities,
        note,
        id,
        external_id,
        tags,
    } = shift;
    let mut shown = format!("line {line}: {agent} {start} {length_min} min {zone}\n");
    let id = id.as_ref().map(ToString::to_string);
    let texts = [("base", base_activity), ("note", note), ("id", &id), ("external", external_id)];
    for (name, value) in texts {
        if let Some(value) = value {
            shown += &format!("  {name}: {value:?}\n");
        }
    }
    if !tags.is_empty() {
        shown += &format!("  tags: {tags:?}\n");
    }
    for FileActivity { line, name, start, length_min, paid } in activities {
        let paid = match paid {
            Some(true) => " paid",
            Some(false) => " unpaid",
            None => "",
        };
        shown += &format!("  line {line}: {start} {length_min} min {name:?}{paid}\n");
    }
    shown
}
