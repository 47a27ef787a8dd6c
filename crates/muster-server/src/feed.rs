//! The feed of a unit, read from a desk: what both those who read it and those who are sent it get.

use std::sync::Arc;

use muster_api::event::Cursor;
use muster_core::feed::FeedEvent;
use muster_core::{Instant, Revision, Roster};

use crate::desk::{Desk, DeskError, Moment};
use crate::limits;

/// The events of one entry.
pub(crate) struct Told {
    pub(crate) revision: Revision,
    pub(crate) at: Instant,
    pub(crate) events: Arc<[FeedEvent]>,
}

/// The entries after a cursor, as far as one read goes; empty at the head.
pub(crate) async fn after(desk: &Desk, cursor: Cursor) -> Result<Vec<Told>, DeskError> {
    let head = desk.head().revision();
    let whole = cursor.index == u32::MAX;
    if cursor.revision > head {
        return Ok(Vec::new());
    }
    let first = if whole { cursor.revision.next() } else { cursor.revision };
    let mut steps = Vec::new();
    let mut revision = first.max(Revision(1));
    while revision <= head && steps.len() < limits::FEED_ENTRIES {
        let before = desk.at(Revision(revision.0 - 1)).await?;
        steps.push((before, desk.moment_with_entry(revision).await?));
        revision = revision.next();
    }
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    // A change of the rules has whole drafts weighed again: not beside the desk's own work.
    let derived = tokio::task::spawn_blocking(move || steps.iter().map(told).collect());
    derived.await.map_err(|error| DeskError::Unavailable(error.to_string()))
}

fn told((before, moment): &(Roster, Arc<Moment>)) -> Told {
    let (revision, at) = (moment.roster.revision(), moment.roster.at());
    Told { revision, at, events: moment.told(before) }
}
