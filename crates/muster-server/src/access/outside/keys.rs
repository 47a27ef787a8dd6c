//! The keys of an issuer that are known here, and when it is asked for them again.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jsonwebtoken::{Algorithm, DecodingKey};
use muster_core::Instant;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::ask::Asker;
use super::jwk::Key;
use crate::access::AccessError;
use crate::clock::Clock;
use crate::limits;

/// A cheap handle.
#[derive(Debug, Clone)]
pub(super) struct Keys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    known: ArcSwap<Known>,
    /// Held by the one that asks.
    asking: Arc<Mutex<()>>,
    asker: Asker,
    clock: Clock,
}

/// What the issuer said when it was asked.
#[derive(Debug, Clone, Default)]
struct Known {
    keys: Vec<Key>,
    /// When it was asked last, and whether it answered.
    asked: Option<(Instant, bool)>,
    /// When it was asked last because a token named a key that was not known.
    missed: Option<Instant>,
}

/// Whether something is so long ago.
fn is_past(at: Instant, now: Instant, seconds: i64) -> bool {
    now.ms() - at.ms() >= seconds * 1_000
}

impl Known {
    /// Whether it is time to ask again; sooner, if there was no answer.
    fn is_old(&self, now: Instant) -> bool {
        self.asked.is_none_or(|(at, answered)| match answered {
            true => is_past(at, now, limits::ISSUER_SECONDS),
            false => is_past(at, now, limits::ISSUER_AGAIN_SECONDS),
        })
    }

    /// Whether to ask for a key that is not there, for a token that came at some time: not when it
    /// was asked since, and not again and again for keys that nobody has.
    fn may_miss(&self, came: Instant, now: Instant) -> bool {
        let again = |at| is_past(at, now, limits::ISSUER_AGAIN_SECONDS);
        let is_new = self.asked.is_none_or(|(at, answered)| at < came && (answered || again(at)));
        is_new && self.missed.is_none_or(again)
    }

    /// The key of a token; of one that names none, if there is only one that it may be.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut fit = self.keys.iter().filter(|key| key.is(kid, algorithm));
        let first = fit.next()?;
        (kid.is_some() || fit.next().is_none()).then(|| first.key.clone())
    }
}

impl Keys {
    pub(super) fn new(asker: Asker, clock: Clock) -> Self {
        let (known, asking) = Default::default();
        Self(Arc::new(Inner { known, asking, asker, clock }))
    }

    /// The key that a token names.
    ///
    /// # Errors
    /// [`AccessError::BadToken`] when the issuer has none of that name,
    /// [`AccessError::IssuerSilent`] when it cannot be asked.
    pub(super) async fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, AccessError> {
        let came = self.0.clock.now();
        let known = self.recent().await;
        if let Some(key) = known.find(kid, algorithm) {
            return Ok(key);
        }
        let known = self.anew(came).await;
        match (known.find(kid, algorithm), known.asked) {
            (Some(key), _) => Ok(key),
            (None, Some((_, true))) => Err(AccessError::BadToken),
            (None, _) => Err(AccessError::IssuerSilent),
        }
    }

    /// What is known, asked for by one of those who come when it is old; the others go on.
    async fn recent(&self) -> Arc<Known> {
        let known = self.0.known.load_full();
        if !known.is_old(self.0.clock.now()) {
            return known;
        }
        match self.0.asking.clone().try_lock_owned() {
            Ok(turn) => self.ask(turn, known.missed).await,
            Err(_) => known,
        }
    }

    /// What is known, once whoever asks has been answered; asked for again if that may help.
    async fn anew(&self, came: Instant) -> Arc<Known> {
        let turn = self.0.asking.clone().lock_owned().await;
        let known = self.0.known.load_full();
        let now = self.0.clock.now();
        match known.may_miss(came, now) {
            true => self.ask(turn, Some(now)).await,
            false => known,
        }
    }

    /// Asks to the end, whether or not somebody still waits for it. While the issuer does not
    /// answer, what was known holds.
    async fn ask(&self, turn: OwnedMutexGuard<()>, missed: Option<Instant>) -> Arc<Known> {
        let Self(inner) = self.clone();
        let asking = tokio::spawn(async move {
            let _turn = turn;
            let now = inner.clock.now();
            let known = match inner.asker.keys().await {
                Ok(keys) => Known { keys, asked: Some((now, true)), missed },
                Err(error) => {
                    tracing::warn!(%error, "an issuer's keys not read");
                    let keys = inner.known.load().keys.clone();
                    Known { keys, asked: Some((now, false)), missed }
                }
            };
            let known = Arc::new(known);
            inner.known.store(known.clone());
            known
        });
        asking.await.unwrap_or_else(|_| self.0.known.load_full())
    }
}
