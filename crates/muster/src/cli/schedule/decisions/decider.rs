//! Follows decisions until there is nothing more to follow.

use std::collections::BTreeMap;

use muster_api::client::{Agent, ConflictIn, Plan, RemedyIn, ScheduleHead};
use serde_json::Value;

use super::DecisionArgs;
use super::carried::Carried;
use super::follow::{Made, Pending};
use super::policy::Policy;
use crate::cli::findings::{Groups, Numbers, Owned};
use crate::cli::schedule::path;
use crate::cli::server::{Reply, Server};

/// Decisions about the conflicts of one draft, and what they come to.
#[derive(Debug)]
pub(in crate::cli::schedule) struct Decider {
    pub(super) schedule: String,
    /// How the publish is to be made, with all that was decided so far.
    pub(super) carried: Carried,
    pub(super) pending: Vec<Pending>,
    pub(super) policy: Option<Policy>,
    pub(super) made: Vec<Made>,
    /// Why the policy did not decide, and the numbers of the conflicts.
    pub(super) unmet: BTreeMap<String, Vec<String>>,
    /// The requests that clear the way and were not sent yet.
    pub(super) first: Vec<RemedyIn>,
    numbers: Numbers,
    plan: Reply<Plan>,
}

impl Decider {
    /// Plans the publish of a draft with what was decided about it; nothing is written.
    ///
    /// # Errors
    /// When the server refuses, or a decision means nothing.
    pub(in crate::cli::schedule) async fn new(
        server: &Server,
        head: &ScheduleHead,
        args: &DecisionArgs,
    ) -> anyhow::Result<Self> {
        let policy = match args.policy.as_deref().map(Policy::read).transpose()? {
            Some(policy) => Some(with_groups(server, head, policy).await?),
            None => None,
        };
        let bare = args.terms.of_whom();
        let plan = planned(server, &head.id, &bare).await?;
        let numbers = Numbers::of(&Groups::offered(&found(&plan.value)));
        args.check_numbers(&numbers)?;
        let mut decider = Self {
            schedule: head.id.clone(),
            carried: Carried::new(args.terms.but_findings(), args.terms.reason()),
            pending: Pending::all(args),
            policy,
            made: Vec::new(),
            unmet: BTreeMap::new(),
            first: Vec::new(),
            numbers,
            plan,
        };
        decider.settle(server, bare).await?;
        match decider.pending.first() {
            Some(pending) => Err(decider.unknown(&pending.named).into()),
            None => Ok(decider),
        }
    }

    /// Plans with all that was decided, and decides what comes up then, until nothing does.
    async fn settle(&mut self, server: &Server, mut planned_with: Value) -> anyhow::Result<()> {
        loop {
            self.choose()?;
            // A policy speaks of what is left when everything else is decided.
            if planned_with == *self.terms() {
                self.apply_policy()?;
            }
            if planned_with == *self.terms() {
                return Ok(());
            }
            planned_with = self.terms().clone();
            self.plan = planned(server, &self.schedule, &planned_with).await?;
        }
    }

    /// Plans on what is there now, and decides what comes up.
    ///
    /// # Errors
    /// When the server refuses, or decisions contradict each other.
    pub(in crate::cli::schedule) async fn again(&mut self, server: &Server) -> anyhow::Result<()> {
        let terms = self.terms().clone();
        self.plan = planned(server, &self.schedule, &terms).await?;
        self.settle(server, terms).await
    }

    /// The requests that clear the way and were not taken yet.
    pub(in crate::cli::schedule) fn take_first(&mut self) -> Vec<RemedyIn> {
        std::mem::take(&mut self.first)
    }

    /// The body of the publish.
    pub(in crate::cli::schedule) fn terms(&self) -> &Value {
        self.carried.body()
    }

    /// The plan with all that was decided.
    pub(in crate::cli::schedule) fn plan(&self) -> &Plan {
        &self.plan.value
    }

    /// The same as it came.
    pub(super) fn plan_json(&self) -> &Value {
        &self.plan.json
    }

    /// The numbers that conflicts have.
    pub(in crate::cli::schedule) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// What was found and is not decided.
    pub(in crate::cli::schedule) fn open(&self) -> Vec<Owned<'_>> {
        let mut found = found(&self.plan.value);
        found.retain(|(_, finding)| !self.is_decided(finding));
        found
    }

    pub(super) fn is_decided(&self, finding: &ConflictIn) -> bool {
        let is_cleared = |made: &Made| made.first.is_some() && made.is_about(finding);
        finding.acknowledged || self.made.iter().any(is_cleared)
    }
}

/// All that a plan found, with the agents it is told of.
pub(super) fn found(plan: &Plan) -> Vec<Owned<'_>> {
    let all = plan.agents.iter().flat_map(|agent| {
        agent.findings.iter().map(|finding| (Some(agent.agent_id.as_str()), finding))
    });
    all.collect()
}

async fn planned(server: &Server, schedule: &str, terms: &Value) -> anyhow::Result<Reply<Plan>> {
    server.post(&format!("{}/validate", path(schedule)), terms).await
}

/// A policy that knows who belongs to which group, where it asks.
async fn with_groups(
    server: &Server,
    head: &ScheduleHead,
    policy: Policy,
) -> anyhow::Result<Policy> {
    if !policy.asks_for_groups() {
        return Ok(policy);
    }
    let query = [("businessUnitId", Some(head.business_unit_id.as_str()))];
    let agents = server.list::<Agent>("/agents", &query).await?.value;
    let group = |agent: Agent| Some((agent.id, agent.management_unit_id?));
    Ok(policy.with_groups(agents.into_iter().filter_map(group).collect()))
}
