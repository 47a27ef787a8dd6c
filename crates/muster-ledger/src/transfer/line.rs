//! The lines of an export: one JSON object each, with one member that says what it is.
//!
//! The form is described in `docs/LEDGER.md`. What an entry or an answer says is put there
//! byte for byte where that is one line of JSON, and in base 64 otherwise: hashes are of bytes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muster_core::id::{AgentId, ClientId, CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::hex::Hex;
use super::{Answered, Record, UnitHead};
use crate::entry::StoredEntry;
use crate::plain::{CalendarLink, ClientRow, Profile};
use crate::subject::UnitKey;

/// The name of the form.
pub(super) const FORM: &str = "muster ledger export";
/// Its version. A release reads all versions up to its own.
pub(super) const VERSION: u32 = 3;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Line<'a> {
    Header(Header),
    Unit(UnitLine),
    #[serde(borrow)]
    Entry(Box<EntryLine<'a>>),
    Profile(ProfileLine),
    Client(Box<ClientLine>),
    Calendar(CalendarLine),
    End(End),
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Header {
    pub(super) form: String,
    pub(super) version: u32,
    pub(super) release: String,
    pub(super) units: u64,
    pub(super) entries: u64,
}

/// The last line: what came before it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct End {
    pub(super) units: u64,
    pub(super) entries: u64,
    pub(super) profiles: u64,
    pub(super) clients: u64,
    /// Exports of version 1 have none.
    #[serde(default)]
    pub(super) calendars: u64,
    /// Every unit's last entry once more.
    pub(super) heads: Vec<UnitLine>,
    /// Of all bytes before this line.
    pub(super) sha256: Hex,
}

impl End {
    /// Before anything came.
    pub(super) fn of_nothing() -> Self {
        let (heads, sha256) = (Vec::new(), Hex([0; 32]));
        Self { units: 0, entries: 0, profiles: 0, clients: 0, calendars: 0, heads, sha256 }
    }
}

/// The beginning of a unit: its last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UnitLine {
    organization: OrganizationId,
    id: UnitId,
    revision: Revision,
    hash: Hex,
    subjects: u64,
}

impl From<&UnitHead> for UnitLine {
    fn from(head: &UnitHead) -> Self {
        let UnitHead { unit: UnitKey { organization, unit }, revision, hash, subjects } = head;
        let (organization, id) = (organization.clone(), unit.clone());
        Self { organization, id, revision: *revision, hash: Hex(*hash), subjects: *subjects }
    }
}

impl UnitLine {
    /// Whether it is that unit's.
    pub(super) fn names(&self, key: &UnitKey) -> bool {
        let Self { organization, id, .. } = self;
        (organization, id) == (&key.organization, &key.unit)
    }
}

impl From<UnitLine> for UnitHead {
    fn from(line: UnitLine) -> Self {
        let UnitLine { organization, id: unit, revision, hash: Hex(hash), subjects } = line;
        Self { unit: UnitKey { organization, unit }, revision, hash, subjects }
    }
}

/// An entry, and the answer to its command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EntryLine<'a> {
    revision: Revision,
    at: Instant,
    format: u16,
    command: CommandId,
    hash: Hex,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_hash: Option<Hex>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    answer: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer_base64: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<Cow<'a, str>>,
}

impl<'a> From<&'a Record> for EntryLine<'a> {
    fn from(Record { entry, answered }: &'a Record) -> Self {
        let StoredEntry { revision, at, format, command, hash, body } = entry;
        let (body, body_base64) = spelled(body);
        let (answer, answer_base64) = match answered {
            Some(answered) => spelled(&answered.answer),
            None => (None, None),
        };
        Self {
            revision: *revision,
            at: *at,
            format: *format,
            command: command.clone(),
            hash: Hex(*hash),
            request_hash: answered.as_ref().map(|answered| Hex(answered.request_hash)),
            answer,
            answer_base64,
            body,
            body_base64,
        }
    }
}

impl TryFrom<EntryLine<'_>> for Record {
    type Error = &'static str;

    fn try_from(line: EntryLine<'_>) -> Result<Self, Self::Error> {
        let EntryLine { revision, at, format, command, hash: Hex(hash), .. } = line;
        let body = read(line.body, line.body_base64)?.ok_or("an entry without a body")?;
        let answer = read(line.answer, line.answer_base64)?;
        let answered = match (line.request_hash, answer) {
            (Some(Hex(request_hash)), Some(answer)) => Some(Answered { request_hash, answer }),
            (None, None) => None,
            _ => return Err("requestHash and answer come together or not at all"),
        };
        let entry = StoredEntry { revision, at, format, command, hash, body };
        Ok(Self { entry, answered })
    }
}

/// Bytes as they stand in a line: as they are, if they are JSON that a line can hold.
fn spelled(bytes: &[u8]) -> (Option<&RawValue>, Option<Cow<'_, str>>) {
    let is_line = !bytes.contains(&b'\n') && !bytes.contains(&b'\r') && bytes != b"null";
    let json = is_line.then(|| serde_json::from_slice::<&RawValue>(bytes).ok()).flatten();
    // What is around a value is lost.
    match json.filter(|json| json.get().len() == bytes.len()) {
        Some(json) => (Some(json), None),
        None => (None, Some(Cow::Owned(STANDARD.encode(bytes)))),
    }
}

fn read(
    json: Option<&RawValue>,
    base64: Option<Cow<'_, str>>,
) -> Result<Option<Vec<u8>>, &'static str> {
    match (json, base64) {
        (Some(json), None) => Ok(Some(json.get().as_bytes().to_vec())),
        (None, Some(text)) => {
            STANDARD.decode(text.as_bytes()).map(Some).map_err(|_| "this is not base 64")
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err("the same bytes stand there twice"),
    }
}

/// Who an agent is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProfileLine {
    organization: OrganizationId,
    agent: AgentId,
    name: String,
    email: Option<String>,
}

impl From<&(OrganizationId, Profile)> for ProfileLine {
    fn from((organization, profile): &(OrganizationId, Profile)) -> Self {
        let Profile { agent, name, email } = profile.clone();
        Self { organization: organization.clone(), agent, name, email }
    }
}

impl From<ProfileLine> for (OrganizationId, Profile) {
    fn from(line: ProfileLine) -> Self {
        let ProfileLine { organization, agent, name, email } = line;
        (organization, Profile { agent, name, email })
    }
}

/// A client of the API, its secret as a hash.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClientLine {
    organization: OrganizationId,
    /// Exports before version 3 have none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    also: BTreeSet<OrganizationId>,
    id: ClientId,
    name: String,
    secret_hash: String,
    scopes: String,
    created_at: Instant,
    revoked_at: Option<Instant>,
}

impl From<&ClientRow> for ClientLine {
    fn from(client: &ClientRow) -> Self {
        let ClientRow { organization, also, id, name, secret_hash, scopes, .. } = client.clone();
        let (created_at, revoked_at) = (client.created_at, client.revoked_at);
        Self { organization, also, id, name, secret_hash, scopes, created_at, revoked_at }
    }
}

impl From<ClientLine> for ClientRow {
    fn from(line: ClientLine) -> Self {
        let (created_at, revoked_at) = (line.created_at, line.revoked_at);
        let ClientLine { organization, also, id, name, secret_hash, scopes, .. } = line;
        Self { organization, also, id, name, secret_hash, scopes, created_at, revoked_at }
    }
}

/// The link to an agent's calendar, its secret as a hash.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CalendarLine {
    organization: OrganizationId,
    agent: AgentId,
    token_hash: Hex,
    created_at: Instant,
    revoked_at: Option<Instant>,
}

impl From<&CalendarLink> for CalendarLine {
    fn from(link: &CalendarLink) -> Self {
        let CalendarLink { organization, agent, token_hash, created_at, revoked_at } = link.clone();
        Self { organization, agent, token_hash: Hex(token_hash), created_at, revoked_at }
    }
}

impl From<CalendarLine> for CalendarLink {
    fn from(line: CalendarLine) -> Self {
        let CalendarLine { organization, agent, token_hash, created_at, revoked_at } = line;
        Self { organization, agent, token_hash: token_hash.0, created_at, revoked_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(body: &[u8], answer: Option<&[u8]>) -> Record {
        let answer = answer.map(<[u8]>::to_vec);
        Record {
            entry: StoredEntry {
                revision: Revision(7),
                at: Instant::from_ms(-5),
                format: 1,
                command: CommandId::parse("c:7").unwrap(),
                hash: [0xab; 32],
                body: body.to_vec(),
            },
            answered: answer.map(|answer| Answered { request_hash: [1; 32], answer }),
        }
    }

    fn there_and_back(record: &Record) -> (String, Record) {
        let line = Line::Entry(Box::new(record.into()));
        let text = serde_json::to_string(&line).unwrap();
        assert!(!text.contains('\n'));
        let Line::Entry(line) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        let back = (*line).try_into().unwrap();
        (text, back)
    }

    #[test]
    fn bytes_come_back_as_they_were() {
        let bodies: [&[u8]; 14] = [
            b"{}",
            b"{\"b\" : 1.50, \"a\":\"\\u00e9\", \"a\":2}",
            b"null",
            b" {}",
            b"{} ",
            b"[1,\n2]",
            b"[1,\r2]",
            b"",
            b"{",
            b"\xff\xfe",
            "\"Zo\u{e9}\u{2028}\"".as_bytes(),
            b"1e400",
            b"\"\\ud800\"",
            b"\0",
        ];
        for body in bodies {
            for answer in [None, Some(body)] {
                let record = record(body, answer);
                assert_eq!(there_and_back(&record).1, record, "{body:?}");
            }
        }
    }

    #[test]
    fn json_can_be_read_in_the_file() {
        let (text, _) = there_and_back(&record(b"{\"b\": 1.50}", Some(b"[]")));
        assert!(text.contains("\"answer\":[],\"body\":{\"b\": 1.50}"), "{text}");
    }
}
