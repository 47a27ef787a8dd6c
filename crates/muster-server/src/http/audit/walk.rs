//! Going through the ledger for one page.

use std::sync::Arc;

use muster_api::audit::EntryView;
use muster_core::Revision;
use muster_core::audit::{self, touched};
use muster_core::id::UnitId;
use muster_ledger::StoredEntry;

use super::place::{Order, Place};
use super::wanted::Wanted;
use crate::desk::{Desk, DeskError, Step};
use crate::error::ApiError;
use crate::limits;

/// An entry with changes that are asked for.
#[derive(Debug)]
pub(super) struct Found {
    step: Step,
    /// How many changes it has altogether.
    change_count: usize,
    /// The places of those that are asked for.
    places: Vec<usize>,
    /// How many of them were shown before.
    from: usize,
}

impl Found {
    pub(super) fn view<'a>(&'a self, unit: &'a UnitId) -> EntryView<'a> {
        let all = touched(&self.step.entry);
        let shown = self.places.iter().skip(self.from).filter_map(|place| all.get(*place).copied());
        let shown = shown.collect::<Vec<_>>().into_iter();
        EntryView::new(unit, core(&self.step), self.change_count, self.from, shown)
    }
}

fn core(step: &Step) -> audit::Step<'_> {
    audit::Step { before: &step.before, entry: &step.entry, after: &step.after }
}

/// One page in the making.
pub(super) struct Walk<'a> {
    desk: &'a Desk,
    wanted: Arc<Wanted>,
    place: Place,
    spelled: Option<String>,
    found: Vec<Found>,
    /// How many changes there is room for.
    room: usize,
    /// How many entries may be replayed,
    applied_left: usize,
    /// and how many read.
    read_left: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(desk: &'a Desk, wanted: Wanted, place: Place) -> Self {
        Self {
            desk,
            spelled: wanted.spelled(),
            wanted: Arc::new(wanted),
            place,
            found: Vec::new(),
            room: limits::AUDIT_CHANGES,
            applied_left: limits::AUDIT_APPLIED,
            read_left: limits::AUDIT_READ,
        }
    }

    /// The page, and the cursor of the next one. It ends where it is full, or where as many
    /// entries were looked through as one request may: then it may be empty.
    pub(super) async fn page(mut self) -> Result<(Vec<Found>, Option<String>), ApiError> {
        while !self.is_done() {
            let stored = self.read().await?;
            let ends = stored.first().zip(stored.last()).map(|(a, b)| (a.revision, b.revision));
            self.read_left = self.read_left.saturating_sub(stored.len());
            let Some(stored) = self.sift(stored).await? else {
                self.pass(ends);
                continue;
            };
            match self.desk.steps(stored, &mut self.applied_left).await? {
                Some(steps) => self.take(steps).await?,
                None => break,
            }
        }
        let cursor = self.place.cursor();
        Ok((self.found, cursor))
    }

    fn is_done(&self) -> bool {
        let is_spent = self.applied_left == 0 || self.read_left == 0;
        is_spent || self.is_full() || self.place.is_end()
    }

    fn is_full(&self) -> bool {
        self.found.len() >= self.place.size || self.room == 0
    }

    /// The next window of entries, or less: where entries are large, the ledger gives fewer at a
    /// time, and no more than that is held in memory.
    async fn read(&self) -> Result<Vec<StoredEntry>, DeskError> {
        let (first, last) = self.place.window(limits::AUDIT_WINDOW as u64);
        let mut after = Revision(first.0 - 1);
        loop {
            let missing = usize::try_from(last.0 - after.0).unwrap_or(limits::AUDIT_WINDOW);
            let page = self.desk.stored_after(after, missing).await?;
            let Some(end) = page.last().map(|entry| entry.revision) else {
                let what = format!("unit {}: entry {} is missing", self.desk.key(), after.next());
                return Err(DeskError::Unavailable(what));
            };
            // The newest come last: what is before them is read again when its turn comes.
            if end >= last || self.place.order == Order::Oldest {
                return Ok(page);
            }
            after = end;
        }
    }

    /// The same entries, unless what is asked for is in none of them, whatever the state was.
    async fn sift(&self, stored: Vec<StoredEntry>) -> Result<Option<Vec<StoredEntry>>, DeskError> {
        let Some(spelled) = self.spelled.clone() else { return Ok(Some(stored)) };
        aside(move || {
            let has = |entry: &StoredEntry| {
                let mut parts = entry.body.windows(spelled.len());
                parts.any(|part| part == spelled.as_bytes())
            };
            stored.iter().any(has).then_some(stored)
        })
        .await
    }

    fn pass(&mut self, ends: Option<(Revision, Revision)>) {
        if let Some((first, last)) = ends {
            let oldest_first = self.place.order == Order::Oldest;
            self.place.pass(if oldest_first { last } else { first });
        }
    }

    /// Takes what is asked for of a window, as far as there is room. Some entries have many
    /// changes, so they are not looked through among those who answer requests.
    async fn take(&mut self, mut steps: Vec<Step>) -> Result<(), ApiError> {
        if self.place.order == Order::Newest {
            steps.reverse();
        }
        let wanted = self.wanted.clone();
        let look = move || steps.into_iter().map(|step| look(&wanted, step)).collect::<Vec<_>>();
        for found in aside(look).await? {
            if self.is_full() {
                break;
            }
            self.put(found);
        }
        Ok(())
    }

    fn put(&mut self, mut found: Found) {
        let revision = found.step.entry.revision;
        found.from = self.place.shown;
        let left = found.places.len().saturating_sub(found.from);
        if left > self.room {
            found.places.truncate(found.from + self.room);
            self.place.shown += self.room;
            self.room = 0;
        } else {
            self.room -= left;
            self.place.pass(revision);
        }
        if left > 0 {
            self.found.push(found);
        }
    }
}

/// Does something that takes long where it keeps nobody else waiting.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DeskError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| DeskError::Unavailable(error.to_string()))
}

fn look(wanted: &Wanted, step: Step) -> Found {
    let (change_count, places) = {
        let all = touched(&step.entry);
        (all.len(), wanted.among(&core(&step), &all))
    };
    Found { step, change_count, places, from: 0 }
}
