//! Many clients that do random things at the same time. One seed, one set of wishes; in which
//! order they meet is up to the machine, and no matter.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use muster_core::entry::Entry;
use muster_server::desk::Noted;
use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, shift};
use crate::http::Answer;

const AGENTS: usize = 12;

/// A small generator of pseudo-random numbers (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// An edit that a client was told is done: a tag on a shift.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) shift: String,
    pub(crate) tag: String,
    pub(crate) revision: u64,
}

/// What a run left behind.
pub(crate) struct Rush {
    pub(crate) entries: Vec<Entry>,
    pub(crate) notes: Vec<Noted>,
    pub(crate) acknowledged: Vec<Acknowledged>,
}

/// Runs clients, each of which takes some steps.
pub(crate) async fn run(seed: u64, clients: usize, steps: usize) -> Rush {
    let app = TestApp::start().await;
    app.make_unit("u1").await;
    let names: Vec<String> = (0..AGENTS).map(agent).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app.make_agents("u1", &names).await;
    let weeks: Vec<Value> = names.iter().map(|name| agent_week(name, &[0, 1, 2, 3])).collect();
    app.publish_week("u1", &weeks).await;
    let live = format!("/schedules/{}", app.live().await);
    let shared = Arc::new(Shared { app, live, acknowledged: Mutex::default() });
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..clients {
        let dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(n as u64));
        let base = Value::Null;
        let client = Client { n, dice, shared: shared.clone(), base, swaps: Vec::new(), made: 0 };
        tasks.spawn(client.run(steps));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let Shared { app, acknowledged, .. } = Arc::into_inner(shared).unwrap();
    let (entries, notes) = app.stop().await;
    Rush { entries, notes, acknowledged: acknowledged.into_inner().unwrap() }
}

fn agent(n: usize) -> String {
    format!("a{n:02}")
}

struct Shared {
    app: TestApp,
    live: String,
    acknowledged: Mutex<Vec<Acknowledged>>,
}

struct Client {
    n: usize,
    dice: Dice,
    shared: Arc<Shared>,
    /// The document it read some time ago.
    base: Value,
    swaps: Vec<String>,
    made: usize,
}

impl Client {
    async fn run(mut self, steps: usize) {
        for _ in 0..steps {
            match self.dice.below(20) {
                0..5 => self.tag().await,
                5..8 => self.stretch().await,
                8..11 => self.put().await,
                11..14 => self.swap().await,
                14..16 => self.time_off().await,
                16 => self.shift_comes_and_goes().await,
                17 => self.mend().await,
                18 => self.publish().await,
                _ => self.rules().await,
            }
        }
    }

    fn app(&self) -> &TestApp {
        &self.shared.app
    }

    fn fresh(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}-{}-{}", self.n, self.made)
    }

    fn any_shift(&mut self) -> String {
        format!("{}-{}", agent(self.dice.below(AGENTS)), self.dice.below(4))
    }

    /// Reads the live week again now and then; mostly it works from what it read before.
    async fn read(&mut self) {
        if self.base.is_null() || self.dice.below(4) == 0 {
            self.base = self.app().get(&self.shared.live).await.is(200).body;
        }
    }

    async fn tag(&mut self) {
        let (shift, tag) = (self.any_shift(), self.fresh("tag"));
        let known = self.app().get(&format!("/scheduling/shifts/{shift}")).await;
        if known.status == 404 {
            return;
        }
        let mut tags = known.body["tags"].as_array().unwrap().clone();
        tags.truncate(6);
        tags.push(json!(tag));
        let body = json!({ "tags": tags, "baseVersion": known.body["version"] });
        let answer = self.app().patch(&format!("/scheduling/shifts/{shift}"), body).await;
        if sound(&answer).status == 200 {
            let told = Acknowledged { shift, tag, revision: answer.revision() };
            self.shared.acknowledged.lock().unwrap().push(told);
        }
    }

    async fn stretch(&mut self) {
        let body = json!({ "lengthMinutes": 360 + 10 * self.dice.below(12) });
        let path = format!("/scheduling/shifts/{}", self.any_shift());
        sound(&self.app().patch(&path, body).await);
    }

    /// A whole document for two agents, from what was read some time ago.
    async fn put(&mut self) {
        self.read().await;
        let all = self.base["agentSchedules"].as_array().unwrap().clone();
        let mut weeks = vec![self.dice.pick(&all).clone(), self.dice.pick(&all).clone()];
        weeks.dedup_by(|a, b| a["agentId"] == b["agentId"]);
        for week in &mut weeks {
            let shifts = week["shifts"].as_array_mut().unwrap();
            if shifts.is_empty() {
                continue;
            }
            let n = self.dice.below(shifts.len());
            match self.dice.below(12) {
                0 => drop(shifts.remove(n)),
                1..4 => shifts[n]["note"] = json!(format!("by {}", self.n)),
                _ => shifts[n]["lengthMinutes"] = json!(360 + 10 * self.dice.below(12)),
            }
        }
        let mode = *self.dice.pick(&["atomic", "perAgent"]);
        let body = json!({ "scheduleVersion": self.base["scheduleVersion"], "mode": mode,
            "agentSchedules": weeks });
        sound(&self.app().put(&self.shared.live, body).await);
    }

    async fn swap(&mut self) {
        if self.swaps.is_empty() || self.dice.below(2) == 0 {
            let id = self.fresh("w");
            let (day, one) = (self.dice.below(4), self.dice.below(AGENTS));
            let two = (one + 1 + self.dice.below(AGENTS - 1)) % AGENTS;
            let side = |n: usize| json!({ "shiftId": format!("{}-{day}", agent(n)) });
            let body = json!({ "id": id, "initiator": side(one), "receiver": side(two) });
            if sound(&self.app().post("/scheduling/shiftswaps", body).await).status == 201 {
                self.swaps.push(id);
            }
            return;
        }
        let id = self.dice.pick(&self.swaps).clone();
        let path = format!("/scheduling/shiftswaps/{id}");
        let swap = self.app().get(&path).await.is(200);
        let receiver = &swap.body["receiver"];
        let accept = json!({ "agentId": receiver["agentId"], "shiftId": receiver["shiftId"] });
        match self.dice.below(8) {
            0..4 => sound(&self.app().post(&format!("{path}/accept"), accept).await),
            4 => sound(&self.app().post(&format!("{path}/deny"), json!({})).await),
            _ => sound(&self.app().post(&format!("{path}/approve"), json!({})).await),
        };
    }

    async fn time_off(&mut self) {
        let id = self.fresh("t");
        let day = format!("2026-04-{:02}", 6 + self.dice.below(4));
        let agent = agent(self.dice.below(AGENTS));
        let body = json!({ "id": id, "agentId": agent, "fullDays": [day] });
        sound(&self.app().post("/timeoffrequests", body).await);
        let verb = *self.dice.pick(&["approve", "deny", "cancel"]);
        sound(&self.app().post(&format!("/timeoffrequests/{id}/{verb}"), json!({})).await);
    }

    async fn shift_comes_and_goes(&mut self) {
        let id = self.fresh("s");
        let agent = agent(self.dice.below(AGENTS));
        let day = i64::try_from(self.dice.below(7)).unwrap();
        let made = self.app().post("/scheduling/shifts", shift(&id, &agent, day)).await;
        if sound(&made).status == 201 && self.dice.below(2) == 0 {
            self.app().delete(&format!("/scheduling/shifts/{id}")).await.is(204);
        }
    }

    async fn publish(&mut self) {
        self.read().await;
        let id = self.fresh("d");
        let agents: BTreeSet<usize> = (0..4).map(|_| self.dice.below(AGENTS)).collect();
        let mut edit = |n: usize| {
            let shift = format!("{}-{}", agent(n), self.dice.below(4));
            json!({ "op": "put", "shiftId": shift, "note": format!("plan {}", self.n),
                "lengthMinutes": 420 })
        };
        let edits: Vec<Value> = agents.into_iter().map(&mut edit).collect();
        let body = json!({ "id": id, "businessUnitId": "u1", "weekDate": WEEK, "edits": edits,
            "baseRevision": self.base["scheduleVersion"] });
        if sound(&self.app().post("/schedules", body).await).status != 201 {
            return;
        }
        let path = format!("/schedules/{id}");
        sound(&self.app().post(&format!("{path}/validate"), json!({})).await);
        sound(&self.app().post(&format!("{path}/publish"), json!({})).await);
        let next = *self.dice.pick(&["rebase", "revert", "publish"]);
        sound(&self.app().ask("POST", &format!("{path}/{next}")).send().await);
    }

    /// Makes a shift of the first days again, should it be gone.
    async fn mend(&mut self) {
        let (agent, day) = (agent(self.dice.below(AGENTS)), self.dice.below(4));
        let body = shift(&format!("{agent}-{day}"), &agent, i64::try_from(day).unwrap());
        sound(&self.app().post("/scheduling/shifts", body).await);
    }

    async fn rules(&mut self) {
        let severity = *self.dice.pick(&["info", "warn", "ack", "block"]);
        let rule = json!({ "kind": "REST_TIME_SHORT", "severity": severity });
        let body = json!({ "rules": [rule], "autoApprove": self.dice.below(4) == 0 });
        sound(&self.app().put("/businessunits/u1/rules", body).await);
    }
}

/// Load and meetings are never a fault of the server's.
#[track_caller]
fn sound(answer: &Answer) -> &Answer {
    let status = answer.status.as_u16();
    assert!([200, 201, 204, 404, 409, 422].contains(&status), "{status}: {}", answer.text);
    answer
}
