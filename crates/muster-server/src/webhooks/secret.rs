//! Secrets and signatures, as Standard Webhooks 1.0 has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use muster_core::Instant;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How a secret begins when it is shown.
const PREFIX: &str = "whsec_";

/// What a webhook is signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Secret {
    /// As it is shown.
    text: String,
    /// Until when it is used beside its successor, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Instant>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("until", &self.until).finish_non_exhaustive()
    }
}

impl Secret {
    /// A secret of random bytes.
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self { text: format!("{PREFIX}{}", STANDARD.encode(bytes)), until: None }
    }

    /// As it is shown once.
    pub(crate) fn shown(&self) -> &str {
        &self.text
    }

    /// The same, used until then only.
    pub(crate) fn ending(self, at: Instant) -> Self {
        Self { until: Some(self.until.map_or(at, |until| until.min(at))), ..self }
    }

    /// Whether it is still used.
    pub(crate) fn is_good(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn sign(&self, content: &[&[u8]]) -> String {
        let key = self.text.strip_prefix(PREFIX).unwrap_or_default();
        let key = STANDARD.decode(key).unwrap_or_default();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
        for part in content {
            mac.update(part);
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// What `webhook-signature` says: a signature by each secret that is still good.
pub(crate) fn signatures(
    secrets: &[Secret],
    now: Instant,
    id: &str,
    timestamp: &str,
    body: &[u8],
) -> String {
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let good = secrets.iter().filter(|secret| secret.is_good(now));
    good.map(|secret| secret.sign(&content)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let secret = Secret { text, until: None };
        let body = br#"{"test": 2432232314}"#;
        let now = Instant::from_ms(0);
        let signed = signatures(&[secret], now, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_ends_is_used_beside_the_next_one_until_then() {
        let end = Instant::from_ms(1_000);
        let both = [Secret::new([1; 32]), Secret::new([2; 32]).ending(end)];
        let count =
            |now| signatures(&both, Instant::from_ms(now), "id", "1", b"").split(' ').count();
        assert_eq!((count(999), count(1_000)), (2, 1));
        assert!(!format!("{both:?}").contains("whsec_"));
    }
}
