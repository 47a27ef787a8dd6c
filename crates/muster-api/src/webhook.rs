//! Webhooks: who outside is told of a unit's events, and what came of telling.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use muster_core::Revision;
use muster_core::feed::KINDS;
use muster_core::id::{AgentId, UnitId, WebhookId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::event::{Cursor, EventData};
use crate::input::double;
use crate::time::At;

/// Which types of events are meant: one, such as `shift.changed`, or all that begin alike, such as
/// `swap.*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventPattern(String);

impl EventPattern {
    /// Whether a type is among those that are meant.
    #[must_use]
    pub fn fits(&self, kind: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => kind.starts_with(start),
            None => kind == self.0,
        }
    }
}

impl TryFrom<String> for EventPattern {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let pattern = Self(text);
        let is_whole = pattern.0.strip_suffix('*').is_none_or(|start| start.ends_with('.'));
        match is_whole && KINDS.iter().any(|kind| pattern.fits(kind)) {
            true => Ok(pattern),
            false => Err("no type of event is called so; \"shift.changed\" is one, and \
                          \"swap.*\" stands for several"
                .to_owned()),
        }
    }
}

impl FromStr for EventPattern {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

impl From<EventPattern> for String {
    fn from(pattern: EventPattern) -> Self {
        pattern.0
    }
}

impl JsonSchema for EventPattern {
    fn schema_name() -> Cow<'static, str> {
        "EventPattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let starts =
            KINDS.iter().filter_map(|kind| kind.split('.').next()).collect::<BTreeSet<_>>();
        let all = starts.into_iter().map(|start| format!("{start}.*"));
        let all: Vec<String> = KINDS.iter().map(|kind| (*kind).to_owned()).chain(all).collect();
        json_schema!({
            "description": "A type of event, or several that begin alike.",
            "type": "string", "enum": all, "examples": ["swap.*"],
        })
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `POST /webhooks`, `PATCH /webhooks/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WebhookIn {
    /// Its id, if the client chooses it.
    pub id: Option<WebhookId>,
    /// The unit whose events it is to get. It never changes.
    pub business_unit_id: Option<UnitId>,
    /// Where they are sent.
    pub url: Option<String>,
    /// Which types of events; all, when absent or null.
    #[serde(deserialize_with = "double")]
    pub event_types: Option<Option<Vec<EventPattern>>>,
    /// About which agents; all, when absent or null.
    #[serde(deserialize_with = "double")]
    pub agent_ids: Option<Option<Vec<AgentId>>>,
    /// Whether anything is sent. Saying so again after it was disabled makes it try again.
    pub enabled: Option<bool>,
    #[serde(rename = "secret")]
    _secret: ReadOnly,
    #[serde(rename = "createdAt")]
    _created_at: ReadOnly,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "cursor")]
    _cursor: ReadOnly,
    #[serde(rename = "status")]
    _status: ReadOnly,
    #[serde(rename = "reason")]
    _reason: ReadOnly,
    #[serde(rename = "failingSince")]
    _failing_since: ReadOnly,
    #[serde(rename = "nextTryAt")]
    _next_try_at: ReadOnly,
    #[serde(rename = "lastDelivery")]
    _last_delivery: ReadOnly,
}

/// `POST /webhooks/{id}/replay`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayIn {
    /// The cursor after which everything is sent again.
    pub after: String,
}

/// How a webhook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookStatus {
    /// What was sent last was taken, or nothing was sent yet.
    Active,
    /// What was sent last was not taken; it is tried again.
    Failing,
    /// Nothing is sent, until somebody enables it.
    Disabled,
}

/// A webhook.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    /// Its id.
    pub id: WebhookId,
    /// The unit whose events it gets.
    pub business_unit_id: UnitId,
    /// Where they are sent.
    pub url: String,
    /// Which types of events; all, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<EventPattern>>,
    /// About which agents; all, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_ids: Option<Vec<AgentId>>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// What it is signed with. It is answered once, to whoever had it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it was made.
    pub created_at: At,
    /// How often its settings were changed, from 1 on.
    pub version: u64,
    /// All events up to this one were taken, or not wanted.
    pub cursor: String,
    /// How it does.
    pub status: WebhookStatus,
    /// Why it is disabled or failing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when nothing was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<At>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<At>,
    /// What was sent last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_delivery: Option<DeliveryView>,
}

/// Something that was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// The event's cursor, or what it is called where it is no event of the feed.
    pub event_id: String,
    /// What the receiver knows it by: `webhook-id`, the same for each try.
    pub message_id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which try it was, from 1 on.
    pub attempt: u32,
    /// When it was sent.
    pub at: At,
    /// How long the answer took, in milliseconds.
    pub duration_ms: u64,
    /// Whether it was taken.
    pub taken: bool,
    /// What the receiver answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there is no answer, or what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<At>,
}

/// What is sent: an event as CloudEvents 1.0 has it, in its structured JSON form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub struct CloudEvent<'a> {
    /// The version of that form.
    pub specversion: &'static str,
    /// The event's cursor.
    pub id: &'a str,
    /// The unit, as a path of this API.
    pub source: String,
    /// What happened, such as `shift.changed`.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Whose schedule it is about, where it is about one agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<&'a AgentId>,
    /// When.
    pub time: At,
    /// What `data` is.
    pub datacontenttype: &'static str,
    /// The entry it came from: within a unit, the later, the larger.
    pub revision: Revision,
    /// What changed.
    pub data: Told<'a>,
}

impl<'a> CloudEvent<'a> {
    /// Something that happened in a unit.
    #[must_use]
    pub fn new(unit: &UnitId, id: &'a str, kind: &'a str, revision: Revision, time: At) -> Self {
        Self {
            specversion: "1.0",
            id,
            source: format!("{}/businessunits/{unit}", crate::ROOT),
            kind,
            subject: None,
            time,
            datacontenttype: "application/json",
            revision,
            data: Told::Nothing {},
        }
    }
}

/// What an event says.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Told<'a> {
    /// What it says in the feed.
    Event(Box<EventData<'a>>),
    /// Of `feed.gap`: events between two cursors are no longer kept.
    Gap {
        /// The last one that was taken.
        after: String,
        /// Events after this one follow.
        resumes_after: String,
        /// What the unit is now.
        snapshot: String,
    },
    /// Of `webhook.ping`.
    Nothing {},
}

/// A cursor is stored as it is shown.
pub mod cursor_text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::Cursor;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the form it is written in.
    pub fn serialize<S: Serializer>(cursor: &Cursor, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(cursor)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the form it is read from.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Cursor, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_type_or_the_beginning_of_some() {
        let swaps: EventPattern = "swap.*".parse().unwrap();
        assert!(swaps.fits("swap.approved") && !swaps.fits("shift.changed"));
        let one: EventPattern = "shift.changed".parse().unwrap();
        assert!(one.fits("shift.changed") && !one.fits("shift.changed.twice"));
        for wrong in ["", "*", "swap", "swap*", "swap.aproved", "shift.*.*", "nothing.*"] {
            assert!(wrong.parse::<EventPattern>().is_err(), "{wrong}");
        }
    }
}
