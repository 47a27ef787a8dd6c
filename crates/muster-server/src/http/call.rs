//! What every request brings along: the caller, the key, the tokens, the revision it waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use jiff::civil::Date;
use muster_core::Instant;
use muster_core::command::{Action, Command, Expected};
use muster_core::id::{AgentId, CommandId};
use muster_core::{Revision, Roster};
use muster_ledger::Hash;
use sha2::{Digest, Sha256};

use crate::access::Caller;
use crate::desk::{Answer, Ask, Desk, DeskError};
use crate::error::ApiError;
use crate::http::App;
use crate::http::bulk::Stage;
use crate::http::strict::Sent;
use crate::limits;

/// One authenticated request, its body read.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) caller: Caller,
    /// The `Idempotency-Key`, if there is one.
    key: Option<String>,
    /// What the key must come with again: method, path and body.
    request: Hash,
    /// The revision that `If-Match` names: a base, and what a strict write expects.
    pub(crate) if_match: Option<Revision>,
    pub(crate) if_none_match: Option<String>,
    /// How the client prefers what it read to be taken.
    handling: Option<Handling>,
    /// The agents' weeks that a document is about.
    weeks: Option<(Date, Vec<AgentId>)>,
    is_async: bool,
    sent: Sent,
    min_revision: Option<Revision>,
    at_revision: Option<Revision>,
    as_of: Option<Instant>,
    /// Where it waits for others, when it stands or falls with them.
    pub(crate) stage: Option<Stage>,
    /// How many ids were minted for it.
    minted: Arc<AtomicU32>,
}

/// What `Prefer: handling=…` (RFC 7240) asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handling {
    /// Merge, whatever `If-Match` names.
    Lenient,
    /// `If-Match` to the letter, documents too.
    Strict,
}

/// Longest `Idempotency-Key`, in characters.
pub(crate) const KEY_LEN: usize = 255;

impl Call {
    /// Of a request whose token has been checked.
    pub(crate) fn new(caller: Caller, parts: &Parts, body: &Bytes) -> Result<Self, ApiError> {
        let key = key(&parts.headers)?;
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            caller,
            request: request_hash(&parts.method, parts.uri.path(), body),
            key,
            if_match: if_match(&parts.headers)?,
            if_none_match: text(&parts.headers, header::IF_NONE_MATCH.as_str()),
            handling: handling(&parts.headers),
            weeks: None,
            is_async: prefers(&parts.headers).any(|preference| preference == "respond-async"),
            sent: Sent::new(parts.method.clone(), parts.uri.path(), body.clone()),
            min_revision: number(query, "minRevision")?,
            at_revision: number(query, "atRevision")?,
            as_of: instant(query, "asOf")?,
            stage: None,
            minted: Arc::default(),
        })
    }

    /// The call of an operation, whose own key may be longer than a client's.
    pub(crate) fn within(self, key: Option<String>, stage: Option<Stage>) -> Self {
        Self { key, stage, ..self }
    }

    /// Whether the caller prefers to be answered later.
    pub(crate) fn is_async(&self) -> bool {
        self.is_async
    }

    /// The `Idempotency-Key`, if there is one.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The key of one operation of a bulk.
    pub(crate) fn key_of(&self, name: &str) -> Option<String> {
        self.key.as_ref().map(|key| format!("{key}#{name}"))
    }

    /// The call of one operation of a bulk.
    pub(crate) fn operation(&self, name: &str) -> Self {
        let key = self.key_of(name);
        Self { key, if_match: None, if_none_match: None, ..self.clone() }
    }

    /// The call of a document of many agents: `If-Match` names its base, and is strict only for who
    /// prefers that.
    pub(crate) fn of_weeks(&self, week: Date, agents: &[AgentId]) -> Self {
        Self { weeks: Some((week, agents.to_vec())), ..self.clone() }
    }

    /// What the caller sent.
    pub(crate) fn sent(&self) -> &Sent {
        &self.sent
    }

    /// What the caller asks for.
    pub(crate) fn command(&self, action: Action) -> Command {
        let expects = self.expects(&action);
        Command { expects, ..Command::new(self.caller.actor.clone(), action) }
    }

    /// What the target has to be like: as `If-Match` says, for a single record. A tag over many
    /// agents would refuse all that have nothing to do with each other.
    fn expects(&self, action: &Action) -> Option<Expected> {
        let is_anything = self.if_none_match.as_ref().is_some_and(|known| known.trim() == "*");
        if is_anything && self.sent.is_put() {
            return Some(Expected::Absent);
        }
        let is_document = self.weeks.is_some() || is_document(action);
        let version = self.if_match?;
        match (self.handling, &self.weeks) {
            (Some(Handling::Lenient), _) => None,
            (None, _) if is_document => None,
            (_, Some((week, agents))) if matches!(action, Action::EditShifts { .. }) => {
                Some(Expected::Weeks { week: *week, agents: agents.clone(), version })
            }
            (_, _) => Some(Expected::Version(version)),
        }
    }

    /// The command id of a keyed request: the same for one organization, client, agent and key.
    pub(crate) fn command_id(&self) -> Option<CommandId> {
        let key = self.key.as_ref()?;
        let Caller { organization, actor, .. } = &self.caller;
        let own = actor.agent.as_ref().map(|agent| agent.as_str());
        let mut hash = Sha256::new();
        for part in [organization.as_str(), actor.client.as_str(), key].into_iter().chain(own) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hex: String = hash.finalize()[..20].iter().map(|b| format!("{b:02x}")).collect();
        CommandId::parse(&hex).ok()
    }

    /// The next id that a keyed request mints; `None` without a key. The request is part of it:
    /// one key may come with different requests to different units.
    pub(crate) fn keyed_id(&self) -> Option<String> {
        let command = self.command_id()?;
        let mut hash = Sha256::new();
        hash.update(command.as_str());
        hash.update(self.request);
        hash.update(self.minted.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        Some(hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What the key must come with again; `None` without a key.
    pub(crate) fn key_hash(&self) -> Option<Hash> {
        self.key.as_ref().map(|_| self.request)
    }

    /// A desk as the call is to see it.
    pub(crate) fn shown(&self, desk: Desk) -> Desk {
        match &self.stage {
            Some(stage) => stage.shown(desk),
            None => desk,
        }
    }

    /// Has a command decided, with others if it stands or falls with them.
    pub(crate) async fn decided(&self, desk: &Desk, ask: Ask) -> Result<Answer, DeskError> {
        match &self.stage {
            Some(stage) => stage.ask(desk, ask).await,
            None => desk.ask(ask).await,
        }
    }

    /// Waits until the desk is as far as the client has seen elsewhere.
    pub(crate) async fn ready(&self, desk: &Desk) -> Result<(), ApiError> {
        match self.min_revision {
            Some(revision) if !desk.reached(revision, limits::MIN_REVISION_WAIT).await => {
                Err(ApiError::not_yet(revision))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The state that a read asks for: the head, or one of the past.
    pub(crate) async fn roster(&self, desk: &Desk) -> Result<Roster, ApiError> {
        let revision = match (self.at_revision, self.as_of) {
            (Some(revision), _) => revision,
            (None, Some(at)) => desk.as_of(at).await?,
            (None, None) => return Ok(desk.head()),
        };
        desk.at(revision).await.map_err(ApiError::of_read)
    }
}

fn request_hash(method: &Method, path: &str, body: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(method.as_str());
    hash.update([0]);
    hash.update(path);
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

/// Whether an action is about a schedule, with all its agents.
fn is_document(action: &Action) -> bool {
    matches!(
        action,
        Action::CreateDraft { .. }
            | Action::EditDraft { .. }
            | Action::RebaseDraft(_)
            | Action::DeleteDraft(_)
            | Action::Publish { .. }
            | Action::PublishDocument { .. }
            | Action::Revert { .. }
    )
}

/// What `Prefer` names (RFC 7240).
fn prefers(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let lines = headers.get_all("prefer").into_iter().filter_map(|line| line.to_str().ok());
    let all = lines.flat_map(|line| line.split([',', ';'])).map(str::trim);
    all.map(|preference| preference.to_ascii_lowercase().replace('"', ""))
}

/// A preference that nobody knows is none.
fn handling(headers: &HeaderMap) -> Option<Handling> {
    prefers(headers).find_map(|preference| match preference.as_str() {
        "handling=lenient" => Some(Handling::Lenient),
        "handling=strict" => Some(Handling::Strict),
        _ => None,
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The key that names a command. One that cannot be read is refused: it was meant to protect.
fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let text = String::from_utf8_lossy(key.as_bytes());
    let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    let is_key = (1..=KEY_LEN).contains(&text.len()) && text.bytes().all(is_visible);
    if is_key {
        return Ok(Some(text.into_owned()));
    }
    let problem = format!("is not of 1..={KEY_LEN} visible characters of ASCII");
    Err(ApiError::bad_input("Idempotency-Key", &text, &problem))
}

/// The base that a tag names. `*` names none; a tag that is not ours is bad input.
fn if_match(headers: &HeaderMap) -> Result<Option<Revision>, ApiError> {
    let Some(tag) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let tag = String::from_utf8_lossy(tag.as_bytes());
    if tag.trim() == "*" {
        return Ok(None);
    }
    match muster_api::etag::version(&tag) {
        Some(revision) => Ok(Some(revision)),
        None => Err(ApiError::bad_input("If-Match", &tag, "is not a tag of this server")),
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn number(query: &str, name: &str) -> Result<Option<Revision>, ApiError> {
    let Some(text) = parameter(query, name) else { return Ok(None) };
    match text.parse() {
        Ok(number) => Ok(Some(Revision(number))),
        Err(_) => Err(ApiError::bad_input(name, &text, "is not a revision")),
    }
}

fn instant(query: &str, name: &str) -> Result<Option<Instant>, ApiError> {
    let Some(text) = parameter(query, name) else { return Ok(None) };
    match text.parse() {
        Ok(at) => Ok(Some(Instant::from_timestamp(at))),
        Err(_) => Err(ApiError::bad_input(name, &text, "is not an RFC 3339 time with an offset")),
    }
}

/// Put there by the router's access layer.
impl FromRequestParts<App> for Call {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::no_token)
    }
}
