//! Texts with a limit, and fields where `null` is not the same as absent.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use muster_core::limits;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, IgnoredAny, Visitor};
use serde::{Deserialize, Serialize};

/// A name, label or id of another system: at most [`limits::NAME_LEN`] characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Short(pub Arc<str>);

/// A note or reason: at most [`limits::NOTE_LEN`] characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Long(pub Arc<str>);

/// An id in another system; a number is taken as its digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ExternalId(pub Arc<str>);

/// A field that only the server sets: accepted and ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ReadOnly;

impl<'de> Deserialize<'de> for ReadOnly {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|IgnoredAny| Self)
    }
}

impl JsonSchema for ReadOnly {
    fn schema_name() -> Cow<'static, str> {
        "ReadOnly".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Set by the server. Whatever is sent is taken and ignored, so that what \
                            was read can be sent back.",
            "examples": [null],
        })
    }
}

/// How a text of so many characters looks in the API's document.
macro_rules! text_schema {
    ($name:ident, $limit:expr, $example:literal) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "maxLength": $limit, "examples": [$example] })
            }
        }
    };
}

text_schema!(Short, limits::NAME_LEN, "north");
text_schema!(Long, limits::NOTE_LEN, "agreed by phone");

impl JsonSchema for ExternalId {
    fn schema_name() -> Cow<'static, str> {
        "ExternalId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An id in another system; a number is taken as its digits.",
            "type": ["string", "integer"],
            "minLength": 1,
            "maxLength": limits::NAME_LEN,
            "minimum": i64::MIN,
            "maximum": u64::MAX,
            "examples": ["T-4711"],
        })
    }
}

fn limited<E: Error>(text: &str, limit: usize) -> Result<Arc<str>, E> {
    let length = text.chars().count();
    if length > limit {
        let problem = format!("it has {length} characters, at most {limit} are taken");
        return Err(E::custom(problem));
    }
    Ok(Arc::from(text))
}

impl<'de> Deserialize<'de> for Short {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        limited(&text, limits::NAME_LEN).map(Self)
    }
}

impl<'de> Deserialize<'de> for Long {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        limited(&text, limits::NOTE_LEN).map(Self)
    }
}

impl<'de> Deserialize<'de> for ExternalId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextOrNumber)
    }
}

struct TextOrNumber;

impl Visitor<'_> for TextOrNumber {
    type Value = ExternalId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an integer")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ExternalId, E> {
        if text.is_empty() {
            return Err(E::custom("it is empty"));
        }
        limited(text, limits::NAME_LEN).map(ExternalId)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<ExternalId, E> {
        Ok(ExternalId(Arc::from(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<ExternalId, E> {
        Ok(ExternalId(Arc::from(number.to_string())))
    }
}

/// For fields where absent means "as it was" and `null` means "none".
///
/// # Errors
/// Those of the field's type.
pub fn double<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(from).map(Some)
}
