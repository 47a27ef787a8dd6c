//! The rush against the comparison store, with the field's client.

use std::time::Instant;

use anyhow::Result;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

use crate::bench::version_store::client::{Client, since_us};
use crate::demo::script::{SwapPlan, TimeOffPlan};
use crate::demo::side::{Role, Side, SwapStep, Told};
use crate::demo::week::{AgentWeek, Document, Shift};
use crate::oracle::log::{Answer, Attempt};

/// The comparison store as a server in the rush.
#[derive(Clone)]
pub(crate) struct Versions {
    client: Client,
    began: Instant,
    /// The draft, as its author put it together from what was live then.
    draft: Document,
}

impl Versions {
    /// Puts the first week, and keeps the draft for the publish.
    pub(crate) async fn open(
        url: String,
        token: &str,
        seed: u64,
        first: Vec<AgentWeek>,
        draft: Vec<AgentWeek>,
        began: Instant,
    ) -> Result<Self> {
        let client = Client::new(url, token, began, StdRng::seed_from_u64(seed));
        let (attempts, _) = client.put(first, 0).await;
        let Some(Answer::Accepted { version, .. }) = attempts.last().map(|last| &last.answer)
        else {
            anyhow::bail!("the first week was not taken: {attempts:?}");
        };
        let draft = Document { schedule_version: *version, agent_schedules: draft };
        Ok(Self { client, began, draft })
    }

    async fn put(&self, weeks: Vec<AgentWeek>, read_at: u64) -> Told {
        let (attempts, requests) = self.client.put(weeks, read_at).await;
        Told { attempts, requests, conflicts: Vec::new() }
    }

    fn settled(&self, result: Result<()>) -> Told {
        let answer = match result {
            Ok(()) => Answer::Accepted { version: 0, held: Default::default() },
            Err(error) => Answer::Failed { status: 0, text: format!("{error:#}") },
        };
        let attempts = vec![Attempt { answered_us: since_us(self.began), answer }];
        Told { attempts, requests: 1, conflicts: Vec::new() }
    }

    /// The record, then the document: read, exchange, put.
    async fn approve(&self, plan: &SwapPlan) -> Told {
        let noted = self.client.record(&plan.id, "approved").await;
        if noted.is_err() {
            return self.settled(noted);
        }
        let agents = [plan.initiator.clone(), plan.receiver.clone()];
        let read = match self.client.read(&agents).await {
            Ok(read) => read,
            Err(error) => return self.settled(Err(error)),
        };
        match exchanged(&read, plan) {
            Some(weeks) => {
                let mut told = self.put(weeks, read.schedule_version).await;
                told.requests += 2;
                told
            }
            None => {
                // A shift is not where the swap found it: the client stops and tells somebody.
                let answer = Answer::Refused { version: read.schedule_version };
                let attempts = vec![Attempt { answered_us: since_us(self.began), answer }];
                Told { attempts, requests: 2, conflicts: Vec::new() }
            }
        }
    }
}

/// Both agents' weeks with the shifts exchanged; nothing when one is not there.
fn exchanged(read: &Document, plan: &SwapPlan) -> Option<Vec<AgentWeek>> {
    let (mut from, mut to) =
        (read.agent(&plan.initiator)?.clone(), read.agent(&plan.receiver)?.clone());
    let mut given = take(&mut from, &plan.gives.id)?;
    let mut got = take(&mut to, &plan.gets.id)?;
    given.agent_id.clone_from(&to.agent_id);
    got.agent_id.clone_from(&from.agent_id);
    from.shifts.push(got);
    to.shifts.push(given);
    for week in [&mut from, &mut to] {
        week.shifts.sort_by_key(|shift| shift.start);
    }
    Some(vec![from, to])
}

fn take(week: &mut AgentWeek, id: &str) -> Option<Shift> {
    let place = week.shifts.iter().position(|shift| shift.id == id)?;
    Some(week.shifts.remove(place))
}

impl Side for Versions {
    async fn read(&self, _: Role, agents: &[String]) -> Result<Document> {
        self.client.read(agents).await
    }

    async fn swap(&self, step: SwapStep, plan: &SwapPlan) -> Told {
        match step {
            SwapStep::Offer => self.settled(self.client.record(&plan.id, "offered").await),
            SwapStep::Accept => self.settled(self.client.record(&plan.id, "accepted").await),
            SwapStep::Approve => self.approve(plan).await,
        }
    }

    async fn ask_time_off(&self, plan: &TimeOffPlan) -> Result<()> {
        self.client.record(&plan.id, "requested").await
    }

    async fn decide_time_off(&self, plan: &TimeOffPlan) -> Told {
        let status = if plan.is_granted { "approved" } else { "denied" };
        self.settled(self.client.record(&plan.id, status).await)
    }

    async fn edit(&self, _: Role, read: &Document, week: &AgentWeek, shift: &Shift) -> Told {
        let mut week = week.clone();
        for known in week.shifts.iter_mut().filter(|known| known.id == shift.id) {
            known.clone_from(shift);
        }
        self.put(vec![week], read.schedule_version).await
    }

    async fn push(&self, document: Document) -> Told {
        self.put(document.agent_schedules, document.schedule_version).await
    }

    async fn publish(&self) -> Told {
        let Document { schedule_version, agent_schedules } = self.draft.clone();
        self.put(agent_schedules, schedule_version).await
    }

    async fn open_session(&self, agent: &str) -> Result<()> {
        self.client.post("sessions", &json!({ "agentId": agent, "kind": "desktop" })).await
    }

    async fn tell_states(&self, agents: &[String], state: &str) -> Result<()> {
        let event = |agent: &String| json!({ "agentId": agent, "state": state });
        let events: Vec<_> = agents.iter().map(event).collect();
        self.client.post("states", &json!({ "events": events })).await
    }
}
