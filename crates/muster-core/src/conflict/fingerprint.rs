//! What a finding is called across requests.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Names a finding across requests: the hash of its key, and its magnitude.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    pub(super) key: u64,
    pub(super) magnitude: i64,
}

impl Fingerprint {
    /// Whether acknowledging `self` covers `other`: the same finding, and not grown.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.key == other.key && other.magnitude <= self.magnitude
    }

    /// The hash of the finding's key.
    #[must_use]
    pub fn key(&self) -> u64 {
        self.key
    }
}

impl JsonSchema for Fingerprint {
    fn schema_name() -> Cow<'static, str> {
        "Fingerprint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Names a finding across requests: its key's hash, and its magnitude.",
            "type": "string",
            "pattern": "^[0-9a-f]{16}\\.-?[0-9]{1,18}$",
            "examples": ["9c1e5b0d73a2f648.240"],
        })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}.{}", self.key, self.magnitude)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (key, magnitude) = text.split_once('.')?;
            let key = (key.len() == 16).then(|| u64::from_str_radix(key, 16).ok())??;
            Some(Self { key, magnitude: magnitude.parse().ok()? })
        };
        parse().ok_or_else(|| format!("{text:?} is not a fingerprint"))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}
