//! Tokens by client credentials, renewed before they expire.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use super::error::{ClientError, Refusal};

/// How long before its end a token is renewed, at most.
const MARGIN: Duration = Duration::from_secs(60);

#[derive(Clone)]
struct Token {
    value: Arc<str>,
    renew_at: Instant,
}

/// One API client's credentials and its current token.
pub(super) struct Tokens {
    id: String,
    secret: String,
    /// A plain mutex: it is never held while something is awaited.
    current: Mutex<Option<Token>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

impl Tokens {
    pub(super) fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned(), current: Mutex::new(None) }
    }

    /// A token that holds for a while.
    pub(super) async fn get(
        &self,
        http: &reqwest::Client,
        server: &str,
    ) -> Result<Arc<str>, ClientError> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = current.filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.value);
        }
        let token = self.grant(http, server).await?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token.value)
    }

    async fn grant(&self, http: &reqwest::Client, server: &str) -> Result<Token, ClientError> {
        let asked_at = Instant::now();
        let response = http
            .post(format!("{server}/oauth/token"))
            .basic_auth(&self.id, Some(&self.secret))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials")
            .send()
            .await?;
        let status = response.status();
        let body = response.bytes().await?;
        if !status.is_success() {
            let refusal = Refusal::read(status.as_u16(), &body, None);
            return Err(ClientError::Refused(Box::new(refusal)));
        }
        let granted: Granted = serde_json::from_slice(&body).map_err(|error| {
            ClientError::Answer { path: "/oauth/token".to_owned(), problem: error.to_string() }
        })?;
        Ok(Token {
            value: Arc::from(granted.access_token),
            renew_at: asked_at + held_for(Duration::from_secs(granted.expires_in)),
        })
    }
}

/// A short-lived token is renewed at half its life.
fn held_for(life: Duration) -> Duration {
    life - MARGIN.min(life / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_renewed_before_they_expire() {
        assert_eq!(held_for(Duration::from_secs(3_600)), Duration::from_secs(3_540));
        assert_eq!(held_for(Duration::from_secs(10)), Duration::from_secs(5));
        assert_eq!(held_for(Duration::ZERO), Duration::ZERO);
    }
}
