//! An issuer's keys as it publishes them (RFC 7517).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use crate::limits;

/// All of them. Each is read for itself: there may be kinds that are not known here.
#[derive(Debug, Deserialize)]
pub(super) struct Set {
    keys: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// A key that tokens can be checked with.
#[derive(Clone)]
pub(super) struct Key {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.kid)
    }
}

impl Key {
    /// Whether tokens that name a key, or none, may be signed with this one.
    pub(super) fn is(&self, kid: Option<&str>, algorithm: Algorithm) -> bool {
        (kid.is_none() || self.kid.as_deref() == kid) && self.algorithms.contains(&algorithm)
    }
}

impl Set {
    /// Those that can be used.
    pub(super) fn usable(self) -> Vec<Key> {
        let read = |key: Value| serde_json::from_value::<Jwk>(key).ok()?.usable();
        self.keys.into_iter().filter_map(read).collect()
    }
}

impl Jwk {
    fn usable(self) -> Option<Key> {
        let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
        if self.used_for.as_deref().is_some_and(|used_for| used_for != "sig")
            || !self.key_ops.as_ref().is_none_or(verifies)
        {
            return None;
        }
        let (fits, key): (&[_], _) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) => {
                let (n, e) = (self.n?, self.e?);
                if URL_SAFE_NO_PAD.decode(&n).ok()?.len() < limits::RSA_BYTES {
                    return None;
                }
                (&[Algorithm::RS256, Algorithm::PS256], DecodingKey::from_rsa_components(&n, &e))
            }
            ("EC", Some("P-256")) => {
                (&[Algorithm::ES256], DecodingKey::from_ec_components(&self.x?, &self.y?))
            }
            ("OKP", Some("Ed25519")) => {
                (&[Algorithm::EdDSA], DecodingKey::from_ed_components(&self.x?))
            }
            _ => return None,
        };
        let named = |fit: &&Algorithm| match self.alg.as_deref() {
            Some(alg) => alg == format!("{fit:?}"),
            None => true,
        };
        let algorithms: Vec<Algorithm> = fits.iter().filter(named).copied().collect();
        Some(Key { kid: self.kid, algorithms, key: key.ok()? })
    }
}
