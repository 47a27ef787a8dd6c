//! Muster itself for the demo, the bench and the tests: in this process, on a free port, with its
//! ledger in a temporary folder, and everything through HTTP with access tokens.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use muster_core::Revision;
use muster_core::entry::Entry;
use muster_core::id::{OrganizationId, UnitId};
use muster_ledger::{Ledger, LedgerConfig, Role as LedgerRole, UnitKey, decode};
use muster_server::admission::Admission;
use muster_server::clock::Clock;
use muster_server::desk::{Noted, Notes};
use muster_server::{Config, Server, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::demo::side::Role;

/// The organization everything belongs to.
pub(crate) const ORGANIZATION: &str = "demo";
/// How many entries are read at once.
const PAGE: usize = 1_000;

/// A running Muster.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) url: String,
    pub(crate) tokens: BTreeMap<Role, String>,
    /// The clients' names by their ids.
    pub(crate) names: BTreeMap<String, String>,
    /// A client for whoever wants to look around: id and secret.
    pub(crate) visitor: (String, String),
    pub(crate) ledger: String,
    notes: Arc<Mutex<Vec<Noted>>>,
    pub(crate) folder: TempDir,
}

/// Whether every decision is noted for the oracle; it costs memory and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noting {
    Everything,
    Nothing,
}

const SCOPES: &str = "wfm:schedule:read wfm:schedule:write wfm:schedule:publish wfm:shift:read \
    wfm:shift:write wfm:swap:read wfm:swap:write wfm:swap:approve wfm:timeoff:read \
    wfm:timeoff:write wfm:timeoff:approve wfm:agent:read wfm:agent:write wfm:unit:read \
    wfm:unit:write wfm:rule:read wfm:rule:write wfm:adherence:read wfm:adherence:write \
    wfm:event:read wfm:conflict:acknowledge";

impl Running {
    /// Starts a server on an empty ledger.
    pub(crate) async fn start(noting: Noting) -> Result<Self> {
        let folder = tempfile::tempdir().context("make a temporary folder")?;
        let ledger = format!("sqlite:{}", folder.path().join("muster.db").display());
        let notes: Arc<Mutex<Vec<Noted>>> = Arc::default();
        let server = Self::serve(&ledger, (noting == Noting::Everything).then(|| taker(&notes)));
        let server = server.await?;
        let url = format!("http://{}", server.addr());
        let mut running = Self {
            server,
            url,
            tokens: BTreeMap::new(),
            names: BTreeMap::new(),
            visitor: Default::default(),
            ledger,
            notes,
            folder,
        };
        let roles = [
            (Role::Planner(0), "planner 1"),
            (Role::Planner(1), "planner 2"),
            (Role::Engine, "scheduling engine"),
            (Role::Publisher, "weekly publish"),
            (Role::Approver, "swap and time-off desk"),
            (Role::Bridge, "telephony bridge"),
        ];
        for (role, name) in roles {
            let (id, secret) = running.client(name).await?;
            let token = running.token(&id, &secret).await?;
            running.tokens.insert(role, token);
            running.names.insert(id, name.to_owned());
        }
        running.visitor = running.client("visitor").await?;
        Ok(running)
    }

    async fn serve(ledger: &str, notes: Option<Notes>) -> Result<Server> {
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: LedgerConfig::new(ledger),
            clock: Clock::machine(),
            notes,
            // Few clients stand for all the people of the centre.
            settings: Settings { admission: Admission::unlimited(), ..Settings::default() },
        };
        Server::start(config).await.context("start a server")
    }

    async fn client(&self, name: &str) -> Result<(String, String)> {
        let organization = OrganizationId::parse(ORGANIZATION)?;
        let client = self.server.create_client(&organization, name, SCOPES).await?;
        Ok((client.client_id.to_string(), client.client_secret))
    }

    /// A token as any client gets one.
    async fn token(&self, id: &str, secret: &str) -> Result<String> {
        let request = reqwest::Client::new()
            .post(format!("{}/oauth/token", self.url))
            .basic_auth(id, Some(secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        let answer = request.send().await.context("ask for a token")?.error_for_status()?;
        let token: Value = answer.json().await.context("read the token")?;
        Ok(token["access_token"].as_str().context("the answer has no token")?.to_owned())
    }

    /// What was decided, in the order of the desk.
    pub(crate) fn noted(&self) -> Vec<Noted> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A unit's entries, read from the ledger itself, beside the server.
    pub(crate) async fn entries(&self, unit: &str) -> Result<Vec<Entry>> {
        let ledger = Ledger::open(&self.ledger, LedgerRole::Beside).await?;
        let organization = OrganizationId::parse(ORGANIZATION)?;
        let key = UnitKey { organization, unit: UnitId::parse(unit)? };
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after = entries.last().map_or(Revision::ZERO, |entry| entry.revision);
            let page = ledger.entries_after(&key, after, PAGE).await?;
            if page.is_empty() {
                return Ok(entries);
            }
            for stored in page {
                entries.push(decode(stored.format, &stored.body)?);
            }
        }
    }

    /// The size of the ledger on disk.
    pub(crate) fn disk_bytes(&self) -> Result<u64> {
        let files = std::fs::read_dir(self.folder.path()).context("list the temporary folder")?;
        files.map(|file| Ok(file?.metadata()?.len())).sum()
    }

    /// Keeps the temporary folder when the server ends.
    pub(crate) fn keep_folder(&mut self) {
        self.folder.disable_cleanup(true);
    }
}

fn taker(notes: &Arc<Mutex<Vec<Noted>>>) -> Notes {
    let notes = notes.clone();
    Arc::new(move |noted| notes.lock().unwrap_or_else(PoisonError::into_inner).push(noted))
}

/// What a unit is made with.
pub(crate) fn unit_json(unit: &str, zone: &str) -> Value {
    json!({ "id": unit, "name": "Chicago centre", "timeZone": zone, "startDayOfWeek": "Monday" })
}
