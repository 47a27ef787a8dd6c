//! The feed of a unit, read as JSON: `GET /events`.

use muster_core::Revision;
use muster_core::id::{AgentId, UnitId};
use serde::Serialize;

use crate::time::At;

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventView<'a, D: Serialize> {
    /// Its cursor: reading goes on after it.
    pub id: String,
    /// What happened, such as `shift.changed`.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The entry it came from.
    pub revision: Revision,
    /// When.
    pub at: At,
    /// Whose schedule it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<&'a AgentId>,
    /// What changed.
    pub data: D,
}

/// Names an event: its entry's revision and its place in that entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The entry's revision.
    pub revision: Revision,
    /// Its place among the entry's events, from 0.
    pub index: u32,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.revision, self.index)
    }
}

impl std::str::FromStr for Cursor {
    type Err = String;
    /// `811-2`; a bare revision means everything of it has been seen.
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (revision, index) = text.split_once('-').unwrap_or((text, ""));
            let index = if index.is_empty() { u32::MAX } else { index.parse().ok()? };
            Some(Self { revision: Revision(revision.parse().ok()?), index })
        };
        parse().ok_or_else(|| format!("{text:?} is no cursor of this feed"))
    }
}

/// A stretch of the feed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventsView<'a, D: Serialize> {
    /// What happened, oldest first.
    pub entities: Vec<EventView<'a, D>>,
    /// Where reading goes on.
    pub next_cursor: String,
    /// The revision up to which the feed was read.
    pub revision: Revision,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_revision_and_a_place() {
        let cursor: Cursor = "811-2".parse().unwrap();
        assert_eq!(cursor, Cursor { revision: Revision(811), index: 2 });
        assert_eq!(cursor.to_string(), "811-2");
        let whole: Cursor = "811".parse().unwrap();
        assert!(cursor < whole && whole < "812-0".parse().unwrap());
        assert!("abc".parse::<Cursor>().is_err());
    }
}
