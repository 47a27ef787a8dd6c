//! Identifiers: opaque strings of at most 64 characters, chosen by the client or minted.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::limits;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than [`limits::ID_LEN`].
    #[error("an id has at most {max} characters, this has {len}", max = limits::ID_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A character outside `[A-Za-z0-9._:-]`.
    #[error("an id consists of letters, digits, '.', '_', ':' and '-', not {found:?}")]
    BadCharacter {
        /// The first such character.
        found: char,
    },
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > limits::ID_LEN {
        return Err(IdError::TooLong { len: text.len() });
    }
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
    match text.chars().find(|c| !ok(*c)) {
        Some(found) => Err(IdError::BadCharacter { found }),
        None => Ok(()),
    }
}

/// How every id looks, for the API's document; what [`check`] checks.
fn schema(doc: &str, example: &str) -> Schema {
    json_schema!({
        "description": doc.trim(),
        "type": "string",
        "minLength": 1,
        "maxLength": limits::ID_LEN,
        "pattern": "^[A-Za-z0-9._:-]+$",
        "examples": [example],
    })
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident, $example:literal;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "Arc<str>")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses an identifier.
            ///
            /// # Errors
            /// [`IdError`] when it is empty, too long or has a character that ids do not have.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(Arc::from(text)))
            }

            /// Sorts before every identifier; for the bounds of ranges, never stored.
            #[doc(hidden)]
            #[must_use]
            pub fn first() -> Self {
                Self(Arc::default())
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schema(concat!($($doc),*), $example)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for Arc<str> {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An organization: a customer whose units, agents and clients no other one sees.
    OrganizationId, "main";
    /// A business unit: the top planning container, with one ledger.
    UnitId, "paris";
    /// A management unit: a group of agents inside a business unit.
    ManagementUnitId, "north";
    /// An agent: a person who is scheduled.
    AgentId, "ana";
    /// An activity code, such as Break or Training.
    ActivityCodeId, "Meeting";
    /// A shift of one agent.
    ShiftId, "s-1";
    /// A schedule: the live week of a unit, or a draft of one.
    ScheduleId, "w14";
    /// A shift swap between agents.
    SwapId, "swap-1";
    /// A time-off request.
    TimeOffId, "leave-1";
    /// A group of trunks, within a business unit.
    TrunkGroupId, "dialer";
    /// A limit on time off.
    TimeOffLimitId, "summer";
    /// Something an agent says of when they can work, among what this agent says.
    AvailabilityId, "fridays";
    /// A session of an agent with a system beside the schedule, such as a desktop script.
    SessionId, "desk-1";
    /// An API client (a program or a planner's session).
    ClientId, "planner";
    /// Somebody outside who is told of a unit's events.
    WebhookId, "wh-1";
    /// Something that is done in the background for a client.
    JobId, "job-1";
    /// A command, unique per unit: the hash of organization, client and `Idempotency-Key`.
    CommandId, "4fd1b2";
}

/// A position in a unit's ledger: entry 1, 2, 3 …; 0 is the empty ledger.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// The empty ledger.
    pub const ZERO: Self = Self(0);

    /// The revision of the entry that comes next.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl JsonSchema for Revision {
    fn schema_name() -> Cow<'static, str> {
        "Revision".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A position in a unit's ledger: entry 1, 2, 3 …; 0 is the empty ledger.",
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "maximum": u64::MAX,
            "examples": [20],
        })
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked() {
        assert!(AgentId::parse("A-19203:x_1.b").is_ok());
        assert_eq!(AgentId::parse(""), Err(IdError::Empty));
        assert_eq!(AgentId::parse("a b"), Err(IdError::BadCharacter { found: ' ' }));
        assert_eq!(AgentId::parse(&"x".repeat(65)), Err(IdError::TooLong { len: 65 }));
        assert!(serde_json::from_str::<AgentId>("\"a/b\"").is_err());
    }
}
