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
}

impl Known {
    /// Whether it was asked so long ago, if ever; a shorter while, if it did not answer.
    fn is_older(&self, now: Instant, seconds: i64) -> bool {
        self.asked.is_none_or(|(at, answered)| {
            let seconds = if answered { seconds } else { limits::ISSUER_AGAIN_SECONDS };
            now.ms() - at.ms() >= seconds * 1_000
        })
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
        let known = self.recent().await;
        if let Some(key) = known.find(kid, algorithm) {
            return Ok(key);
        }
        let known = self.anew().await;
        match (known.find(kid, algorithm), known.asked) {
            (Some(key), _) => Ok(key),
            (None, Some((_, true))) => Err(AccessError::BadToken),
            (None, _) => Err(AccessError::IssuerSilent),
        }
    }

    /// What is known, asked for by one of those who come when it is old; the others go on.
    async fn recent(&self) -> Arc<Known> {
        let known = self.0.known.load_full();
        if !known.is_older(self.0.clock.now(), limits::ISSUER_SECONDS) {
            return known;
        }
        match self.0.asking.clone().try_lock_owned() {
            Ok(turn) => self.ask(turn).await,
            Err(_) => known,
        }
    }

    /// What is known, once whoever asks has been answered; asked for again if that is a while ago.
    async fn anew(&self) -> Arc<Known> {
        let turn = self.0.asking.clone().lock_owned().await;
        let known = self.0.known.load_full();
        match known.is_older(self.0.clock.now(), limits::ISSUER_AGAIN_SECONDS) {
            true => self.ask(turn).await,
            false => known,
        }
    }

    /// Asks to the end, whether or not somebody still waits for it. While the issuer does not
    /// answer, what was known holds.
    async fn ask(&self, turn: OwnedMutexGuard<()>) -> Arc<Known> {
        let Self(inner) = self.clone();
        let asking = tokio::spawn(async move {
            let _turn = turn;
            let now = inner.clock.now();
            let known = match inner.asker.keys().await {
                Ok(keys) => Known { keys, asked: Some((now, true)) },
                Err(error) => {
                    tracing::warn!(%error, "an issuer's keys not read");
                    let keys = inner.known.load().keys.clone();
                    Known { keys, asked: Some((now, false)) }
                }
            };
            let known = Arc::new(known);
            inner.known.store(known.clone());
            known
        });
        asking.await.unwrap_or_else(|_| self.0.known.load_full())
    }
}
