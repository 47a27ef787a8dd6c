//! Clients that do random things at the same time: one seed, one set of wishes each.

use std::collections::BTreeMap;

use muster_core::swap::SwapState;
use muster_core::time_off::TimeOffStatus;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::call::Line;
use crate::dice::Dice;
use crate::history::{Answer, Ask};
use crate::wish::{Wish, all_shifts_of};

pub(crate) const UNITS: [&str; 2] = ["east", "west"];
pub(crate) const WEEK: &str = "2035-03-05";
const AGENTS: usize = 12;
const DAYS: usize = 4;

fn agent(unit: &str, n: usize) -> String {
    format!("{unit}-{n:02}")
}

/// A shift of eight hours from 07:00 UTC on a day of the week; day 0 is Monday.
fn shift(id: &str, agent: &str, day: usize) -> Value {
    let start = format!("2035-03-{:02}T07:00:00Z", 5 + day);
    json!({ "id": id, "agentId": agent, "start": start, "lengthMinutes": 480 })
}

/// Makes the units, their agents and a published week, each with a key of its own.
pub(crate) async fn furnish(line: &Line) {
    let mut dice = Dice::new(0);
    for unit in UNITS {
        let made = json!({ "id": unit, "name": unit, "timeZone": "Europe/Berlin" });
        let agents = (0..AGENTS).map(|n| json!({ "id": agent(unit, n), "businessUnitId": unit }));
        let agents = json!({ "agents": agents.collect::<Vec<_>>() });
        let weeks = (0..AGENTS).map(|n| {
            let agent = agent(unit, n);
            let shifts = (0..DAYS).map(|day| shift(&format!("{agent}-{day}"), &agent, day));
            json!({ "agentId": agent, "shifts": shifts.collect::<Vec<_>>() })
        });
        let weeks = weeks.collect::<Vec<_>>();
        let weeks = json!({ "businessUnitId": unit, "weekDate": WEEK, "publish": true,
            "agentSchedules": weeks });
        let steps = [("/businessunits", made), ("/agents/bulk", agents), ("/schedules", weeks)];
        for (path, body) in steps {
            let key = Some(format!("furnish {unit}{path}"));
            let ask = Ask { method: "POST", path: path.to_owned(), body, key };
            let told = line.ask(&mut dice, (usize::MAX, unit), ask, Wish::Furnish).await.unwrap();
            assert!(told.is_success(), "{told:?}");
        }
    }
}

/// One client. It works from what it read some time ago.
pub(crate) struct Client {
    n: usize,
    dice: Dice,
    line: Line,
    /// Shifts as they were read last.
    read: BTreeMap<String, Value>,
    swaps: Vec<(&'static str, String)>,
    requests: Vec<(&'static str, String)>,
    drafts: Vec<(&'static str, String)>,
    made: usize,
}

impl Client {
    pub(crate) fn new(n: usize, seed: u64, line: Line) -> Self {
        let dice = Dice::nth(seed, n);
        let (swaps, requests, drafts) = Default::default();
        Self { n, dice, line, read: BTreeMap::new(), swaps, requests, drafts, made: 0 }
    }

    /// Takes one step after another until it is told to stop.
    pub(crate) async fn run(mut self, is_over: watch::Receiver<bool>) {
        while !*is_over.borrow() {
            let unit = *self.dice.pick(&UNITS);
            match self.dice.below(20) {
                0..4 => self.tag(unit).await,
                4..6 => self.write_note(unit).await,
                6..8 => self.stretch(unit).await,
                8..12 => self.swap(unit).await,
                12..14 => self.time_off(unit).await,
                14 => self.come_and_go(unit).await,
                15..17 => self.draft(unit).await,
                _ => self.look(unit).await,
            }
        }
    }

    fn fresh(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}-{}-{}", self.n, self.made)
    }

    fn any_shift(&mut self, unit: &str) -> String {
        let (agent, day) = (agent(unit, self.dice.below(AGENTS)), self.dice.below(DAYS));
        format!("{agent}-{day}")
    }

    async fn get(&mut self, unit: &str, path: String, wish: Wish) -> Option<Answer> {
        let ask = Ask { method: "GET", path, body: Value::Null, key: None };
        self.line.ask(&mut self.dice, (self.n, unit), ask, wish).await
    }

    async fn write(
        &mut self,
        unit: &str,
        (method, path): (&'static str, String),
        body: Value,
        wish: Wish,
    ) -> bool {
        let ask = Ask { method, path, body, key: Some(self.fresh("key")) };
        let told = self.line.ask(&mut self.dice, (self.n, unit), ask, wish).await;
        told.is_some_and(|told| told.is_success())
    }

    /// A shift as it was read last, or as it is now.
    async fn known(&mut self, unit: &str, id: &str) -> Option<Value> {
        if self.dice.below(3) > 0 && self.read.contains_key(id) {
            return self.read.get(id).cloned();
        }
        let path = format!("/scheduling/shifts/{id}");
        let told = self.get(unit, path, Wish::ReadShift(id.to_owned())).await?;
        let known = told.is_success().then_some(told.body)?;
        self.read.insert(id.to_owned(), known.clone());
        Some(known)
    }

    async fn patch(&mut self, unit: &str, id: &str, body: Value, wish: Wish) {
        self.write(unit, ("PATCH", format!("/scheduling/shifts/{id}")), body, wish).await;
    }

    async fn tag(&mut self, unit: &str) {
        let (id, tag) = (self.any_shift(unit), self.fresh("tag"));
        let Some(known) = self.known(unit, &id).await else { return };
        let mut tags = known["tags"].as_array().unwrap().clone();
        tags.truncate(6);
        tags.push(json!(tag));
        let body = json!({ "tags": tags, "baseVersion": known["version"] });
        self.patch(unit, &id, body, Wish::Tag(id.clone(), tag)).await;
    }

    async fn write_note(&mut self, unit: &str) {
        let (id, note) = (self.any_shift(unit), self.fresh("note"));
        let Some(known) = self.known(unit, &id).await else { return };
        let body = json!({ "note": note, "baseVersion": known["version"] });
        self.patch(unit, &id, body, Wish::Note(id.clone(), note)).await;
    }

    /// Two clients who want different lengths of one shift clash.
    async fn stretch(&mut self, unit: &str) {
        let id = self.any_shift(unit);
        let Some(known) = self.known(unit, &id).await else { return };
        let minutes = 360 + 10 * u32::try_from(self.dice.below(12)).unwrap();
        if known["lengthMinutes"] == minutes {
            // Whoever sends what was there before asks for nothing.
            return;
        }
        let body = json!({ "lengthMinutes": minutes, "baseVersion": known["version"] });
        self.patch(unit, &id, body, Wish::Length(id.clone(), minutes)).await;
    }

    async fn swap(&mut self, unit: &'static str) {
        if self.swaps.is_empty() || self.dice.once_in(2) {
            let id = self.fresh("swap");
            let (day, one) = (self.dice.below(DAYS), self.dice.below(AGENTS));
            let two = (one + 1 + self.dice.below(AGENTS - 1)) % AGENTS;
            let side = |n: usize| json!({ "shiftId": format!("{}-{day}", agent(unit, n)) });
            let body = json!({ "id": id, "initiator": side(one), "receiver": side(two) });
            let to = ("POST", "/scheduling/shiftswaps".to_owned());
            if self.write(unit, to, body, Wish::OfferSwap(id.clone())).await {
                self.swaps.push((unit, id));
            }
            return;
        }
        let (unit, id) = self.dice.pick(&self.swaps).clone();
        let path = format!("/scheduling/shiftswaps/{id}");
        let Some(told) = self.get(unit, path.clone(), Wish::ReadSwap(id.clone())).await else {
            return;
        };
        let receiver = &told.body["receiver"];
        let accept = json!({ "agentId": receiver["agentId"], "shiftId": receiver["shiftId"] });
        let (verb, body, state) = match (told.body["status"].as_str(), self.dice.below(8)) {
            (Some("PENDING_PARTNER"), 1..) => ("accept", accept, SwapState::PendingApproval),
            (Some("PENDING_PARTNER"), _) => ("cancel", json!({}), SwapState::Canceled),
            (_, 0) => ("deny", json!({}), SwapState::Denied),
            _ => ("approve", json!({}), SwapState::Approved),
        };
        let wish = Wish::MoveSwap(id, state);
        self.write(unit, ("POST", format!("{path}/{verb}")), body, wish).await;
    }

    async fn time_off(&mut self, unit: &'static str) {
        if self.requests.is_empty() || self.dice.once_in(2) {
            let (id, agent) = (self.fresh("off"), agent(unit, self.dice.below(AGENTS)));
            let day = format!("2035-03-{:02}", 5 + self.dice.below(24));
            let body = json!({ "id": id, "agentId": agent, "fullDays": [day] });
            let to = ("POST", "/timeoffrequests".to_owned());
            if self.write(unit, to, body, Wish::AskTimeOff(id.clone())).await {
                self.requests.push((unit, id));
            }
            return;
        }
        let (unit, id) = self.dice.pick(&self.requests).clone();
        let verdicts = [
            ("approve", TimeOffStatus::Approved),
            ("deny", TimeOffStatus::Denied),
            ("cancel", TimeOffStatus::Canceled),
        ];
        let (verb, status) = *self.dice.pick(&verdicts);
        let path = format!("/timeoffrequests/{id}/{verb}");
        self.write(unit, ("POST", path), json!({}), Wish::DecideTimeOff(id, status)).await;
    }

    async fn come_and_go(&mut self, unit: &str) {
        let (id, agent) = (self.fresh("shift"), agent(unit, self.dice.below(AGENTS)));
        let body = shift(&id, &agent, self.dice.between(DAYS, 20));
        let to = ("POST", "/scheduling/shifts".to_owned());
        let is_made = self.write(unit, to, body, Wish::MakeShift(id.clone())).await;
        if is_made && self.dice.below(8) > 0 {
            let to = ("DELETE", format!("/scheduling/shifts/{id}"));
            self.write(unit, to, Value::Null, Wish::DropShift(id)).await;
        }
    }

    async fn draft(&mut self, unit: &'static str) {
        if self.drafts.is_empty() || self.dice.once_in(2) {
            let id = self.fresh("draft");
            let edits: Vec<Value> = (0..3)
                .map(|_| {
                    json!({ "op": "put", "shiftId": self.any_shift(unit), "note": id,
                        "lengthMinutes": 420 })
                })
                .collect();
            let body = json!({ "id": id, "businessUnitId": unit, "weekDate": WEEK,
                "edits": edits });
            let to = ("POST", "/schedules".to_owned());
            if self.write(unit, to, body, Wish::MakeDraft(id.clone())).await {
                self.drafts.push((unit, id));
            }
            return;
        }
        let n = self.dice.below(self.drafts.len());
        let (unit, id) = self.drafts.swap_remove(n);
        let path = format!("/schedules/{id}/publish");
        self.write(unit, ("POST", path), json!({}), Wish::Publish(id)).await;
    }

    async fn look(&mut self, unit: &'static str) {
        if self.dice.once_in(3) {
            let path = all_shifts_of(&unit.parse().unwrap());
            self.get(unit, path, Wish::ReadShifts).await;
        } else if self.dice.once_in(3) && !self.requests.is_empty() {
            let (unit, id) = self.dice.pick(&self.requests).clone();
            self.get(unit, format!("/timeoffrequests/{id}"), Wish::ReadTimeOff(id)).await;
        } else {
            let id = self.any_shift(unit);
            let path = format!("/scheduling/shifts/{id}");
            self.get(unit, path, Wish::ReadShift(id)).await;
        }
    }
}
