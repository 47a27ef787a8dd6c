//! Secrets of clients: hashed to be stored, and compared with what is stored.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Semaphore;

use super::AccessError;

/// Memory-hard enough for secrets of 256 random bits, cheap enough for a login a second.
fn argon2() -> Argon2<'static> {
    let params = Params::new(8 * 1_024, 1, 1, None).expect("the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A secret as it is stored.
pub(super) fn hashed(secret: &str) -> String {
    argon2().hash_password(secret.as_bytes()).expect("secrets can be hashed").to_string()
}

/// Those who log in: verifying a secret is meant to be expensive, so only so many are at it at
/// once, and only so many wait for that.
#[derive(Debug)]
pub(super) struct Logins {
    all: Semaphore,
    verifying: Semaphore,
    /// KiB of memory that hashing went through.
    work: Counter,
}

impl Logins {
    pub(super) fn new(all: usize, verifying: usize, work: Counter) -> Self {
        // Made now: who is the first to log in with a name that is not known waits no longer.
        nobody();
        Self { all: Semaphore::new(all), verifying: Semaphore::new(verifying), work }
    }

    /// Whether a secret is what was hashed; compared with a hash of nothing where there is no
    /// client, so that it takes as long.
    pub(super) async fn is_secret(
        &self,
        hash: Option<String>,
        secret: String,
    ) -> Result<bool, AccessError> {
        let work = self.work.clone();
        self.turn(move || {
            let hash = hash.as_deref().unwrap_or_else(|| nobody());
            PasswordHash::new(hash).is_ok_and(|hash| {
                let params = Params::try_from(&hash).unwrap_or_default();
                work.inc_by(u64::from(params.m_cost()) * u64::from(params.t_cost()));
                argon2().verify_password(secret.as_bytes(), &hash).is_ok()
            })
        })
        .await
    }

    /// Does one piece of such work, as soon as it is its turn.
    async fn turn(
        &self,
        work: impl FnOnce() -> bool + Send + 'static,
    ) -> Result<bool, AccessError> {
        let _one = self.all.try_acquire().map_err(|_| AccessError::Busy)?;
        let _turn = self.verifying.acquire().await.map_err(|_| AccessError::Busy)?;
        Ok(tokio::task::spawn_blocking(work).await.unwrap_or(false))
    }
}

/// The hash of a secret that nobody has.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| hashed("nobody"))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    #[tokio::test]
    async fn only_so_many_secrets_are_verified_at_once_and_only_so_many_wait() {
        let logins = Arc::new(Logins::new(2, 1, Counter::default()));
        let (at_it, is_at_it) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let logins = logins.clone();
            async move {
                let work = move || {
                    at_it.send(()).unwrap();
                    goes_on.recv().is_ok()
                };
                logins.turn(work).await
            }
        });
        tokio::task::spawn_blocking(move || is_at_it.recv().unwrap()).await.unwrap();
        let mut second = Box::pin(logins.turn(|| true));
        let now = futures_util::future::poll_immediate(&mut second).await;
        assert!(now.is_none(), "it waits for the first");
        assert!(matches!(logins.turn(|| true).await, Err(AccessError::Busy)));
        go_on.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
        assert!(second.await.unwrap());
    }
}
