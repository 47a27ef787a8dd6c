//! Pages of lists: a cursor names the revision that all pages of a listing show, and where the
//! next one starts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use muster_core::{Instant, Revision, Roster};

use crate::clock::Clock;
use crate::desk::Desk;
use crate::error::ApiError;
use crate::http::Call;
use crate::limits;

/// How long a cursor is good for, in minutes.
const CURSOR_MIN: i64 = 15;

/// Which page is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    page_size: Option<usize>,
    cursor: Option<String>,
}

/// A page being filled.
pub(crate) struct Open {
    /// The state that all pages show.
    pub(crate) roster: Roster,
    size: usize,
    after: Option<String>,
    now: Instant,
}

impl Page {
    pub(crate) fn new(page_size: Option<usize>, cursor: Option<String>) -> Self {
        Self { page_size, cursor }
    }

    /// Opens the page on the state it shows.
    pub(crate) async fn open(
        &self,
        desk: &Desk,
        call: &Call,
        clock: &Clock,
    ) -> Result<Open, ApiError> {
        let now = clock.now();
        let size = size(self.page_size)?;
        let Some(cursor) = &self.cursor else {
            let roster = call.roster(desk).await?;
            return Ok(Open { roster, size, after: None, now });
        };
        let (revision, made, after) = decode(cursor)
            .ok_or_else(|| ApiError::bad_input("cursor", cursor, "is not a cursor"))?;
        if made.plus_min(CURSOR_MIN) < now {
            return Err(ApiError::cursor_expired());
        }
        let roster = desk.at(revision).await.map_err(ApiError::of_read)?;
        Ok(Open { roster, size, after: Some(after), now })
    }
}

/// How many entities a page may have.
pub(crate) fn size(asked: Option<usize>) -> Result<usize, ApiError> {
    let size = asked.unwrap_or(limits::PAGE_SIZE);
    if (1..=limits::PAGE_SIZE).contains(&size) {
        return Ok(size);
    }
    let problem = format!("is not within 1..={}", limits::PAGE_SIZE);
    Err(ApiError::bad_input("pageSize", &size.to_string(), &problem))
}

impl Open {
    /// Takes the items of this page, and the cursor of the next. Items come sorted by their key.
    pub(crate) fn take<T>(
        &self,
        items: impl Iterator<Item = T>,
        key: impl Fn(&T) -> &str,
    ) -> (Vec<T>, Option<String>) {
        let after = self.after.as_deref();
        let mut rest = items.filter(|item| after.is_none_or(|after| key(item) > after)).peekable();
        let taken: Vec<T> = rest.by_ref().take(self.size).collect();
        let last = taken.last().filter(|_| rest.peek().is_some());
        let cursor = last.map(|item| encode(self.roster.revision(), self.now, key(item)));
        (taken, cursor)
    }
}

fn encode(revision: Revision, now: Instant, after: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{revision} {} {after}", now.ms()))
}

fn decode(cursor: &str) -> Option<(Revision, Instant, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut parts = text.splitn(3, ' ');
    let revision = Revision(parts.next()?.parse().ok()?);
    let made = Instant::from_ms(parts.next()?.parse().ok()?);
    Some((revision, made, parts.next()?.to_owned()))
}
