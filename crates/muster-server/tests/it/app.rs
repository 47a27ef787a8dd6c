//! A server with a ledger in a temporary folder, a clock that stands still, and things to begin
//! with: a unit, agents, a published week.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use muster_core::Instant;
use muster_core::entry::Entry;
use muster_core::id::{OrganizationId, Revision, UnitId};
use muster_ledger::rival::Scratch;
use muster_ledger::{Ledger, LedgerConfig, Role, UnitKey, decode};
use muster_server::access::{NewClient, SCOPES};
use muster_server::clock::{Clock, Manual};
use muster_server::desk::Noted;
use muster_server::webhooks::Reach;
use muster_server::{Config, Server, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{Answer, Ask};

/// The week that tests schedule: in Berlin, all of it in summer time.
pub(crate) const WEEK: &str = "2026-04-06";
/// When tests happen, two weeks before: 2026-03-23T08:00:00Z.
const NOW_MS: i64 = 1_774_252_800_000;
const DAY_MS: i64 = 86_400_000;

pub(crate) struct TestApp {
    server: Option<Server>,
    folder: TempDir,
    ledger: String,
    /// How it behaves from the next start on.
    pub(crate) settings: Settings,
    pub(crate) manual: Arc<Manual>,
    notes: Arc<Mutex<Vec<Noted>>>,
    url: String,
    pub(crate) token: String,
    pub(crate) http: reqwest::Client,
}

/// The instant that tests happen at.
pub(crate) fn now() -> Instant {
    Instant::from_ms(NOW_MS)
}

/// An instant of the scheduled week, as clients write it: day 0 is Monday; the hour is UTC.
pub(crate) fn at(day: i64, hour: i64) -> String {
    let monday = NOW_MS - 8 * 3_600_000 + 14 * DAY_MS;
    Instant::from_ms(monday + day * DAY_MS + hour * 3_600_000).to_string()
}

pub(crate) fn organization() -> OrganizationId {
    OrganizationId::parse("acme").unwrap()
}

pub(crate) fn u1() -> UnitKey {
    UnitKey { organization: organization(), unit: UnitId::parse("u1").unwrap() }
}

/// A shift of eight hours from 07:00 UTC on a day of the week.
pub(crate) fn shift(id: &str, agent: &str, day: i64) -> Value {
    json!({ "id": id, "agentId": agent, "start": at(day, 7), "lengthMinutes": 480 })
}

/// An agent's week: shifts `<agent>-<day>` on some days.
pub(crate) fn agent_week(agent: &str, days: &[i64]) -> Value {
    let shifts: Vec<_> =
        days.iter().map(|day| shift(&format!("{agent}-{day}"), agent, *day)).collect();
    json!({ "agentId": agent, "shifts": shifts })
}

impl TestApp {
    /// A server without any unit, and a client with all scopes.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = format!("sqlite:{}", folder.path().join("muster.db").display());
        Self::start_on(ledger, folder).await
    }

    /// A server with unit u1 that behaves as settings say, and a client with all scopes.
    pub(crate) async fn with_settings(settings: Settings) -> Self {
        let mut app = Self::with_unit().await;
        app.set(settings).await;
        app
    }

    /// Starts it anew, with other settings.
    pub(crate) async fn set(&mut self, settings: Settings) {
        self.settings = settings;
        self.restart().await;
    }

    /// Holds every desk that has decided something, between its append and its answer, for as long
    /// as this is kept.
    pub(crate) fn hold_desks(&self) -> MutexGuard<'_, Vec<Noted>> {
        self.notes.lock().unwrap()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server().addr()
    }

    /// The server itself.
    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    async fn start_on(ledger: String, folder: TempDir) -> Self {
        let mut app = Self::node(ledger, folder, Manual::at(now())).await;
        app.token = app.client("planner", &SCOPES.join(" ")).await;
        app
    }

    async fn node(ledger: String, folder: TempDir, manual: Arc<Manual>) -> Self {
        let mut app = Self {
            server: None,
            folder,
            ledger,
            settings: Settings {
                webhooks: Reach::new(vec!["127.0.0.1".parse().unwrap()]),
                ..Settings::default()
            },
            manual,
            notes: Arc::default(),
            url: String::new(),
            token: String::new(),
            http: reqwest::Client::new(),
        };
        app.serve().await;
        app
    }

    /// Two nodes over a PostgreSQL database of their own, one client.
    pub(crate) async fn two_nodes(database: &Scratch) -> [Self; 2] {
        let folder = || tempfile::tempdir().unwrap();
        let url = database.url().to_owned();
        let one = Self::start_on(url.clone(), folder()).await;
        let mut two = Self::node(url, folder(), one.manual.clone()).await;
        two.token.clone_from(&one.token);
        [one, two]
    }

    /// A server with unit u1 in Berlin and agents ana, ben, cem and dana.
    pub(crate) async fn with_unit() -> Self {
        let app = Self::start().await;
        app.make_unit("u1").await;
        app.make_agents("u1", &["ana", "ben", "cem", "dana"]).await;
        app
    }

    /// The same, with a published week: everybody works Monday to Friday, 07:00 to 15:00 UTC.
    pub(crate) async fn with_week() -> Self {
        let app = Self::with_unit().await;
        let weeks = ["ana", "ben", "cem", "dana"].map(|a| agent_week(a, &[0, 1, 2, 3, 4]));
        app.publish_week("u1", &weeks).await;
        app
    }

    fn config(&self) -> Config {
        let notes = self.notes.clone();
        Config {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: LedgerConfig::new(&self.ledger_url()),
            clock: Clock::manual(self.manual.clone()),
            notes: Some(Arc::new(move |noted| notes.lock().unwrap().push(noted))),
            settings: self.settings.clone(),
        }
    }

    pub(crate) fn ledger_url(&self) -> String {
        self.ledger.clone()
    }

    async fn serve(&mut self) {
        let server = Server::start(self.config()).await.unwrap();
        self.url = format!("http://{}", server.addr());
        self.server = Some(server);
    }

    /// Stops the server and starts another one on the same ledger.
    pub(crate) async fn restart(&mut self) {
        self.stop_server().await;
        self.serve().await;
    }

    async fn stop_server(&mut self) {
        self.take_server().stop().await;
    }

    /// The server, for the test to stop.
    pub(crate) fn take_server(&mut self) -> Server {
        // Idle connections would be kept open by the client's pool.
        self.http = reqwest::Client::new();
        self.server.take().unwrap()
    }

    /// Stops the server and gives the ledger's entries of u1 and what the desk noted.
    pub(crate) async fn stop(mut self) -> (Vec<Entry>, Vec<Noted>) {
        self.stop_server().await;
        let entries = entries(&self.ledger_url(), &u1()).await;
        let notes = std::mem::take(&mut *self.notes.lock().unwrap());
        (entries, notes)
    }

    /// Stops the server and keeps the ledger's folder.
    pub(crate) async fn stop_and_keep(mut self) -> TempDir {
        self.stop_server().await;
        self.folder
    }

    pub(crate) async fn new_client(
        &self,
        organization: &str,
        name: &str,
        scope: &str,
    ) -> NewClient {
        let organization = OrganizationId::parse(organization).unwrap();
        self.server().create_client(&organization, name, scope).await.unwrap()
    }

    /// A token of a new client of the organization.
    pub(crate) async fn client(&self, name: &str, scope: &str) -> String {
        self.client_of("acme", name, scope).await
    }

    pub(crate) async fn client_of(&self, organization: &str, name: &str, scope: &str) -> String {
        let client = self.new_client(organization, name, scope).await;
        self.token_of(&client, "").await
    }

    /// A token that reaches only what is an agent's own.
    pub(crate) async fn agent(&self, agent: &str) -> String {
        let scopes = muster_server::access::SCOPES.join(" ");
        let client = self.new_client("acme", "portal", &scopes).await;
        self.token_of(&client, &format!("&agent={agent}")).await
    }

    pub(crate) async fn token_of(&self, client: &NewClient, narrowed: &str) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}{narrowed}",
            client.client_id, client.client_secret
        );
        let ask = Ask::new(&self.http, "POST", format!("{}/oauth/token", self.url));
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        let answer = ask.bytes(form.into_bytes()).send().await.is(200);
        answer.text_at("/access_token").to_owned()
    }

    /// Moves the clock; tokens of before may have expired by then.
    pub(crate) async fn go_to(&mut self, at: Instant) {
        self.manual.set(at);
        self.token = self.client("later", &SCOPES.join(" ")).await;
    }

    /// A request to any path, without a token.
    pub(crate) fn bare(&self, method: &str, path: &str) -> Ask {
        Ask::new(&self.http, method, format!("{}{path}", self.url))
    }

    /// A request to a path under `/api/v2/wfm`, with the token.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        self.bare(method, &format!("/api/v2/wfm{path}")).token(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path).json(&body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask("PUT", path).json(&body).send().await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", path).json(&body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path).send().await
    }

    pub(crate) async fn make_unit(&self, id: &str) {
        let body = json!({ "id": id, "name": "Support", "timeZone": "Europe/Berlin" });
        self.post("/businessunits", body).await.is(201);
    }

    pub(crate) async fn make_agents(&self, unit: &str, agents: &[&str]) {
        let agent = |id: &&str| json!({ "id": id, "businessUnitId": unit, "name": id });
        let agents: Vec<Value> = agents.iter().map(agent).collect();
        self.post("/agents/bulk", json!({ "agents": agents })).await.is(200);
    }

    /// Publishes weeks of agents who have none yet.
    pub(crate) async fn publish_week(&self, unit: &str, weeks: &[Value]) -> Answer {
        let body = json!({ "businessUnitId": unit, "weekDate": WEEK, "publish": true,
            "agentSchedules": weeks });
        self.post("/schedules", body).await.is(200)
    }

    /// The id of the live week of u1.
    pub(crate) async fn live(&self) -> String {
        let list = format!("/schedules?businessUnitId=u1&weekDate={WEEK}&status=PUBLISHED");
        self.get(&list).await.is(200).text_at("/entities/0/id").to_owned()
    }

    /// Offers a swap of two shifts, named `<agent>-<day>`, and has it accepted.
    pub(crate) async fn swap(&self, id: &str, gives: &str, receives: &str) {
        let side = |shift: &str| {
            json!({ "agentId": shift.rsplit_once('-').unwrap().0,
            "shiftId": shift })
        };
        let body = json!({ "id": id, "initiator": side(gives), "receiver": side(receives) });
        self.post("/scheduling/shiftswaps", body).await.is(201);
        let accept = format!("/scheduling/shiftswaps/{id}/accept");
        let accepted = self.post(&accept, side(receives)).await.is(200);
        assert_eq!(accepted.body["status"], "PENDING_APPROVAL");
    }

    /// Asks for one day off.
    pub(crate) async fn time_off(&self, id: &str, agent: &str, day: &str) {
        let body = json!({ "id": id, "agentId": agent, "fullDays": [day] });
        self.post("/timeoffrequests", body).await.is(201);
    }
}

/// All entries of a unit, read beside whoever serves.
pub(crate) async fn entries(url: &str, unit: &UnitKey) -> Vec<Entry> {
    let ledger = Ledger::open(url, Role::Beside).await.unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(Revision::ZERO, |entry| entry.revision);
        let page = ledger.entries_after(unit, after, 1_000).await.unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page.iter().map(|stored| decode(stored.format, &stored.body).unwrap()));
    }
}
