//! What the actors of the rush ask of a server, whichever it is.

pub(crate) mod muster;
pub(crate) mod versions;

use std::future::Future;

use anyhow::Result;

use crate::demo::script::{SwapPlan, TimeOffPlan};
use crate::demo::week::{AgentWeek, Document, Shift};
use crate::oracle::log::Attempt;

/// A swap on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SwapStep {
    Offer,
    Accept,
    Approve,
}

/// What came of a wish.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) attempts: Vec<Attempt>,
    /// All requests, reads included.
    pub(crate) requests: u32,
    /// What clashed, as the answer says it.
    pub(crate) conflicts: Vec<serde_json::Value>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Planner(usize),
    Engine,
    Publisher,
    Approver,
    Bridge,
}

/// A server in the rush.
pub(crate) trait Side: Clone + Send + Sync + 'static {
    /// Reads the week of some agents; of everybody when none are named.
    fn read(&self, role: Role, agents: &[String]) -> impl Future<Output = Result<Document>> + Send;

    /// Takes a swap a step further.
    fn swap(&self, step: SwapStep, plan: &SwapPlan) -> impl Future<Output = Told> + Send;

    /// Asks for time off.
    fn ask_time_off(&self, plan: &TimeOffPlan) -> impl Future<Output = Result<()>> + Send;

    /// Decides a request.
    fn decide_time_off(&self, plan: &TimeOffPlan) -> impl Future<Output = Told> + Send;

    /// Changes one shift of what was read.
    fn edit(
        &self,
        role: Role,
        read: &Document,
        week: &AgentWeek,
        shift: &Shift,
    ) -> impl Future<Output = Told> + Send;

    /// Sends a whole document.
    fn push(&self, document: Document) -> impl Future<Output = Told> + Send;

    /// Lets the week's draft go live.
    fn publish(&self) -> impl Future<Output = Told> + Send;

    /// Opens a desktop session of an agent.
    fn open_session(&self, agent: &str) -> impl Future<Output = Result<()>> + Send;

    /// Tells what agents do.
    fn tell_states(
        &self,
        agents: &[String],
        state: &str,
    ) -> impl Future<Output = Result<()>> + Send;
}
