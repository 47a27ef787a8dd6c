//! One event of a calendar.

use jiff::civil::Date;
use muster_core::entry::Origin;
use muster_core::instant::Interval;
use muster_core::zone::Zone;

use super::text::Lines;
use super::zone::{moment, utc};

/// When an event is.
#[derive(Debug)]
pub(super) enum When {
    /// From an instant to another, as walls in a zone show them.
    Timed(Interval, Zone),
    /// Whole civil days, wherever that is: from the first up to, but not with, the other.
    Days(Date, Date),
}

/// One event of a calendar.
#[derive(Debug)]
pub(super) struct Event {
    /// What it is called, whatever becomes of it.
    pub(super) uid: String,
    /// When it is.
    pub(super) when: When,
    /// In a word.
    pub(super) summary: String,
    /// Where.
    pub(super) location: Option<String>,
    /// In more words; none when empty.
    pub(super) description: String,
    /// `Shift` or `Time off`.
    pub(super) category: &'static str,
    /// Whether it will not be.
    pub(super) is_cancelled: bool,
    /// The entry that last changed it.
    pub(super) changed: Origin,
}

impl Event {
    /// Writes it. Its sequence is the revision of the entry that last changed it: never less than
    /// before, and another one after each change. Calendar programs count in 31 bits.
    pub(super) fn write(&self, lines: &mut Lines) {
        let changed_at = utc(self.changed.at);
        let sequence = i32::try_from(self.changed.revision.0).unwrap_or(i32::MAX);
        lines.line("BEGIN", "VEVENT");
        lines.line("UID", &self.uid);
        lines.line("DTSTAMP", &changed_at);
        lines.line("LAST-MODIFIED", &changed_at);
        lines.line("SEQUENCE", &sequence.to_string());
        lines.line("STATUS", if self.is_cancelled { "CANCELLED" } else { "CONFIRMED" });
        match &self.when {
            When::Timed(interval, zone) => {
                moment(lines, "DTSTART", interval.start(), zone);
                moment(lines, "DTEND", interval.end(), zone);
            }
            When::Days(first, end) => {
                lines.line("DTSTART;VALUE=DATE", &first.strftime("%Y%m%d").to_string());
                lines.line("DTEND;VALUE=DATE", &end.strftime("%Y%m%d").to_string());
            }
        }
        lines.text("SUMMARY", &self.summary);
        if let Some(location) = &self.location {
            lines.text("LOCATION", location);
        }
        if !self.description.is_empty() {
            lines.text("DESCRIPTION", &self.description);
        }
        lines.text("CATEGORIES", self.category);
        lines.line("END", "VEVENT");
    }

    /// The zone that its wall times are told in, and when it is.
    pub(super) fn place(&self) -> Option<(&Zone, Interval)> {
        match &self.when {
            When::Timed(interval, zone) => Some((zone, *interval)),
            When::Days(..) => None,
        }
    }
}
