//! Where a page begins, and how far a listing goes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use muster_core::{Instant, Revision, Zone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::Desk;
use crate::error::ApiError;
use crate::http::audit::Wanted;
use crate::http::query::bound;
use crate::http::{Call, page};

/// Which entries come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    Newest,
    Oldest,
}

/// The stretch of the ledger that is asked for, and how it is read.
#[derive(Debug)]
pub(super) struct Stretch {
    /// Only entries after this one.
    pub(super) after: Option<Revision>,
    /// Only entries not before this day or instant,
    pub(super) from: Option<String>,
    /// and before this one.
    pub(super) to: Option<String>,
    pub(super) order: Order,
    pub(super) page_size: Option<usize>,
    pub(super) cursor: Option<String>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The head that all pages of the listing show.
    pub(super) revision: Revision,
    /// The entries that are left: from this one
    pub(super) first: Revision,
    /// to this one; none, where it is before the first.
    pub(super) last: Revision,
    /// How many changes of the entry that comes next were shown before.
    pub(super) shown: usize,
    pub(super) order: Order,
    /// How many entries the page may have.
    pub(super) size: usize,
}

impl Stretch {
    pub(super) async fn open(
        &self,
        desk: &Desk,
        call: &Call,
        wanted: &Wanted,
    ) -> Result<Place, ApiError> {
        let size = page::size(self.page_size)?;
        let head = call.roster(desk).await?;
        let zone = head.unit().map_or_else(Zone::utc, |unit| unit.zone.clone());
        let at = |name, text: &Option<String>| bound(name, text.as_deref(), &zone);
        let (from, to) = (at("from", &self.from)?, at("to", &self.to)?);
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            return Err(ApiError::bad_input("to", &to.to_string(), "is not after from"));
        }
        let cursor = self.cursor.as_deref().map(|text| Cursor::read(text, desk)).transpose()?;
        let revision = cursor.map_or(head.revision(), |cursor| cursor.revision);
        let after = self.after.unwrap_or_default().0.saturating_add(1);
        let mut first = Revision(after).max(wanted.first(&head));
        if let Some(from) = from {
            first = first.max(before(desk, from).await?.next());
        }
        let mut last = revision;
        if let Some(to) = to {
            last = last.min(before(desk, to).await?);
        }
        let (mut shown, order) = (0, self.order);
        if let Some(cursor) = cursor {
            shown = cursor.shown;
            match order {
                Order::Oldest => first = first.max(cursor.next),
                Order::Newest => last = last.min(cursor.next),
            }
        }
        Ok(Place { revision, first, last, shown, order, size })
    }
}

/// The last entry before an instant.
async fn before(desk: &Desk, at: Instant) -> Result<Revision, ApiError> {
    match at.ms().checked_sub(1) {
        Some(ms) => Ok(desk.as_of(Instant::from_ms(ms)).await?),
        None => Ok(Revision::ZERO),
    }
}

impl Place {
    /// The entry that comes next.
    fn next(&self) -> Revision {
        match self.order {
            Order::Oldest => self.first,
            Order::Newest => self.last,
        }
    }

    /// Whether all entries were looked at.
    pub(super) fn is_end(&self) -> bool {
        self.first > self.last
    }

    /// Goes on beyond an entry.
    pub(super) fn pass(&mut self, revision: Revision) {
        self.shown = 0;
        match self.order {
            Order::Oldest => self.first = revision.next(),
            Order::Newest => self.last = Revision(revision.0 - 1),
        }
    }

    /// The entries to look at next, no more than `most` and in one stretch that ends or begins at
    /// a multiple of it.
    pub(super) fn window(&self, most: u64) -> (Revision, Revision) {
        match self.order {
            Order::Oldest => {
                let end = (self.first.0 - 1) / most * most + most;
                (self.first, self.last.min(Revision(end)))
            }
            Order::Newest => {
                let begin = (self.last.0 - 1) / most * most + 1;
                (self.first.max(Revision(begin)), self.last)
            }
        }
    }

    /// The cursor of the next page, if there is one.
    pub(super) fn cursor(&self) -> Option<String> {
        let Self { revision, shown, .. } = *self;
        (!self.is_end()).then(|| Cursor { revision, next: self.next(), shown }.to_string())
    }
}

/// Names the next page of a listing. It is good for as long as the ledger is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    revision: Revision,
    next: Revision,
    shown: usize,
}

impl Cursor {
    fn read(text: &str, desk: &Desk) -> Result<Self, ApiError> {
        let head = desk.head().revision();
        let cursor = Self::parse(text).filter(|cursor| {
            cursor.next > Revision::ZERO
                && cursor.next <= cursor.revision
                && cursor.revision <= head
        });
        cursor.ok_or_else(|| ApiError::bad_input("cursor", text, "is not a cursor"))
    }

    fn parse(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split(' ');
        let revision = Revision(parts.next()?.parse().ok()?);
        let next = Revision(parts.next()?.parse().ok()?);
        let shown = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { revision, next, shown })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { revision, next, shown } = self;
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{revision} {next} {shown}")))
    }
}
