//! The Monday rush: the script's actors, run against a server, with a log of what they wished and
//! were told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::RwLock;
use tokio::task::JoinSet;

use crate::bench::version_store::client::since_us;
use crate::demo::progress::Progress;
use crate::demo::script::{Act, EditPlan, Push, Script, SwapPlan, TimeOffPlan};
use crate::demo::side::{Role, Side, SwapStep, Told};
use crate::demo::week::{AgentWeek, Document};
use crate::oracle::log::{Answer, Intent, Kind, edits_between};

/// How many connections tell agents' states, as a telephony bridge would.
const BRIDGES: usize = 10;
/// How often a planner's page reads the week again.
const PAGE_AGE: Duration = Duration::from_secs(3);
/// How long the engine computes on what it read.
const COMPUTING: Duration = Duration::from_secs(2);
/// Between an offer and its acceptance, and between that and the decision.
const THINKING: Duration = Duration::from_millis(400);

/// What a rush leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) intents: Vec<Intent>,
    pub(crate) sessions: u64,
    pub(crate) states: u64,
    /// What went wrong beside the wishes.
    pub(crate) troubles: Vec<String>,
}

/// A rush that is going on.
struct Rush<S> {
    side: S,
    began: Instant,
    log: Mutex<Log>,
    /// What each planner's page shows.
    pages: [RwLock<Document>; 2],
    /// What was live when the rush began, and the draft of it.
    first: Vec<AgentWeek>,
    draft: Vec<AgentWeek>,
    progress: Progress,
}

/// Runs the script against a server.
pub(crate) async fn run<S: Side>(
    side: S,
    script: &Script,
    weeks: (Vec<AgentWeek>, Vec<AgentWeek>),
    began: Instant,
    progress: Progress,
) -> Result<Log> {
    let page = side.read(Role::Planner(0), &[]).await?;
    let agents: Vec<String> = weeks.0.iter().map(|week| week.agent_id.clone()).collect();
    let rush = Arc::new(Rush {
        side,
        began,
        log: Mutex::default(),
        pages: [RwLock::new(page.clone()), RwLock::new(page)],
        first: weeks.0,
        draft: weeks.1,
        progress,
    });
    rush.open_sessions(&agents).await;
    let start = Instant::now();
    let end = start + Duration::from_millis(script.length_ms);
    let mut behind = JoinSet::new();
    for chunk in agents.chunks(agents.len().div_ceil(BRIDGES).max(1)) {
        behind.spawn(rush.clone().tell_states(chunk.to_vec(), end));
    }
    for planner in 0..rush.pages.len() {
        behind.spawn(rush.clone().keep_page(planner, end));
    }
    let mut acts = JoinSet::new();
    for (at_ms, act) in script.acts.clone() {
        tokio::time::sleep_until((start + Duration::from_millis(at_ms)).into()).await;
        acts.spawn(rush.clone().act(act));
    }
    while let Some(ended) = acts.join_next().await {
        ended?;
    }
    while let Some(ended) = behind.join_next().await {
        ended?;
    }
    rush.progress.finish();
    let log = std::mem::take(&mut *rush.log());
    Ok(log)
}

impl<S: Side> Rush<S> {
    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self, what: &str, error: &anyhow::Error) {
        self.log().troubles.push(format!("{what}: {error:#}"));
    }

    async fn open_sessions(&self, agents: &[String]) {
        for agent in agents {
            match self.side.open_session(agent).await {
                Ok(()) => self.log().sessions += 1,
                Err(error) => self.trouble("open a session", &error),
            }
        }
    }

    /// Every agent's state, every second.
    async fn tell_states(self: Arc<Self>, agents: Vec<String>, end: Instant) {
        const STATES: [&str; 4] = ["ON_QUEUE", "ON_CALL", "AFTER_CALL_WORK", "BREAK"];
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        for state in STATES.into_iter().cycle() {
            ticks.tick().await;
            if Instant::now() >= end {
                break;
            }
            match self.side.tell_states(&agents, state).await {
                Ok(()) => self.log().states += u64::try_from(agents.len()).unwrap_or_default(),
                Err(error) => self.trouble("tell states", &error),
            }
        }
    }

    /// A planner's page reads the week again now and then.
    async fn keep_page(self: Arc<Self>, planner: usize, end: Instant) {
        let mut ticks = tokio::time::interval(PAGE_AGE);
        ticks.tick().await;
        while Instant::now() + PAGE_AGE < end {
            ticks.tick().await;
            match self.side.read(Role::Planner(planner), &[]).await {
                Ok(page) => *self.pages[planner].write().await = page,
                Err(error) => self.trouble("read a planner's page", &error),
            }
        }
    }

    async fn act(self: Arc<Self>, act: Act) {
        match act {
            Act::Swaps(chain) => self.swaps(chain).await,
            Act::TimeOff(plan) => self.time_off(plan).await,
            Act::Edit(plan) => self.edit(plan).await,
            Act::Push(push) => self.push(push).await,
            Act::Publish => self.publish().await,
        }
    }

    async fn swaps(&self, chain: Vec<SwapPlan>) {
        for plan in chain {
            let edits = exchange(&plan);
            let intent = self.intent(Kind::Swap, "swaps", Some(&plan.id), edits);
            let is_done = self.one_swap(intent, &plan).await;
            if !is_done {
                break;
            }
        }
    }

    async fn one_swap(&self, mut intent: Intent, plan: &SwapPlan) -> bool {
        for step in [SwapStep::Offer, SwapStep::Accept, SwapStep::Approve] {
            intent.asked_us = since_us(self.began);
            let told = self.side.swap(step, plan).await;
            let answer = told.attempts.last().map(|last| &last.answer);
            let is_accepted = matches!(answer, Some(Answer::Accepted { .. }));
            if step == SwapStep::Approve || !is_accepted {
                self.settle(intent, told);
                return is_accepted;
            }
            tokio::time::sleep(THINKING).await;
        }
        false
    }

    async fn time_off(&self, plan: TimeOffPlan) {
        if let Err(error) = self.side.ask_time_off(&plan).await {
            self.trouble("ask for time off", &error);
            return;
        }
        tokio::time::sleep(THINKING).await;
        let intent = self.intent(Kind::TimeOff, "time off", Some(&plan.id), Vec::new());
        let told = self.side.decide_time_off(&plan).await;
        self.settle(intent, told);
    }

    async fn edit(&self, plan: EditPlan) {
        let page = self.pages[plan.planner].read().await.clone();
        let Some((week, shift)) = find(&page, &plan.shift) else {
            let missing = anyhow::anyhow!("{} is not on the page", plan.shift);
            return self.trouble("edit", &missing);
        };
        let wanted = plan.tweak.of(shift);
        let alone = |shift: &crate::demo::week::Shift| AgentWeek {
            agent_id: week.agent_id.clone(),
            shifts: vec![shift.clone()],
        };
        let edits = edits_between(&[alone(shift)], &[alone(&wanted)]).unwrap_or_default();
        if edits.is_empty() {
            return;
        }
        let who = format!("planner {}", plan.planner + 1);
        let intent = self.intent(Kind::Edit, &who, None, edits);
        let told = self.side.edit(Role::Planner(plan.planner), &page, week, &wanted).await;
        self.settle(intent, told);
    }

    async fn push(&self, push: Push) {
        let read = match self.side.read(Role::Engine, &[]).await {
            Ok(read) => read,
            Err(error) => return self.trouble("read for the engine", &error),
        };
        tokio::time::sleep(COMPUTING).await;
        let document = push.document(&read);
        let edits = edits_between(&read.agent_schedules, &document.agent_schedules);
        let intent = self.intent(Kind::Push, "engine", None, edits.unwrap_or_default());
        let told = self.side.push(document).await;
        self.settle(intent, told);
    }

    async fn publish(&self) {
        let edits = edits_between(&self.first, &self.draft).unwrap_or_default();
        let intent = self.intent(Kind::Publish, "publisher", None, edits);
        let told = self.side.publish().await;
        self.settle(intent, told);
    }

    fn intent(
        &self,
        kind: Kind,
        who: &str,
        subject: Option<&str>,
        edits: Vec<muster_core::draft::ShiftEdit>,
    ) -> Intent {
        Intent {
            kind,
            who: who.to_owned(),
            subject: subject.map(str::to_owned),
            edits,
            asked_us: since_us(self.began),
            attempts: Vec::new(),
            requests: 0,
            conflicts: Vec::new(),
        }
    }

    fn settle(&self, mut intent: Intent, told: Told) {
        intent.attempts = told.attempts;
        intent.requests = told.requests;
        intent.conflicts = told.conflicts;
        self.progress.settled(&intent);
        self.log().intents.push(intent);
    }
}

fn find<'a>(
    page: &'a Document,
    shift: &str,
) -> Option<(&'a AgentWeek, &'a crate::demo::week::Shift)> {
    page.agent_schedules
        .iter()
        .find_map(|week| Some((week, week.shifts.iter().find(|known| known.id == shift)?)))
}

/// The two owners that a swap exchanges.
fn exchange(plan: &SwapPlan) -> Vec<muster_core::draft::ShiftEdit> {
    let weeks = |gives: &str, gets: &str| {
        let owned = |agent: &str, shift: &crate::demo::week::Shift| {
            let shift = crate::demo::week::Shift { agent_id: agent.to_owned(), ..shift.clone() };
            AgentWeek { agent_id: agent.to_owned(), shifts: vec![shift] }
        };
        [owned(gives, &plan.gives), owned(gets, &plan.gets)]
    };
    let before = weeks(&plan.initiator, &plan.receiver);
    let after = weeks(&plan.receiver, &plan.initiator);
    edits_between(&before, &after).unwrap_or_default()
}
