//! The Monday rush as a list of intents: who wants what, and when. The same seed gives the same
//! script, and the same script is played to both servers.

mod edits;
mod swaps;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::demo::centre::Centre;

pub(crate) use edits::{Push, Tweak};
pub(crate) use swaps::SwapPlan;

/// Somebody asks for time off, and a planner decides.
#[derive(Debug, Clone)]
pub(crate) struct TimeOffPlan {
    pub(crate) id: String,
    pub(crate) agent: String,
    pub(crate) day: jiff::civil::Date,
    pub(crate) is_granted: bool,
}

/// A planner changes one thing of one shift.
#[derive(Debug, Clone)]
pub(crate) struct EditPlan {
    pub(crate) planner: usize,
    pub(crate) shift: String,
    pub(crate) tweak: Tweak,
}

/// One thing that happens in the rush.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Swaps that follow one another: the next begins when the last is decided.
    Swaps(Vec<SwapPlan>),
    TimeOff(TimeOffPlan),
    Edit(EditPlan),
    Push(Push),
    Publish,
}

/// The whole rush.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) length_ms: u64,
    pub(crate) seed: u64,
    /// What happens at which millisecond, in order.
    pub(crate) acts: Vec<(u64, Act)>,
}

/// How much happens in a rush of 500 agents.
const SWAPS: usize = 200;
const TIME_OFF: usize = 100;
const EDITS: usize = 160;
const PUSHES: usize = 6;
const AGENTS: usize = 500;

impl Script {
    /// Writes the script for a centre.
    pub(crate) fn new(centre: &Centre, seed: u64, length_ms: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed ^ 0x5c21);
        let scaled = |count: usize| (count * centre.agents.len()).div_ceil(AGENTS).max(2);
        let chains = swaps::chains(centre, scaled(SWAPS), &mut dice);
        let mut acts = Vec::new();
        // The last tenth is for what was begun to come to an end.
        let open_ms = length_ms * 9 / 10;
        spread(&mut acts, chains.into_iter().map(Act::Swaps).collect(), open_ms * 8 / 10);
        let requests = edits::time_off(centre, scaled(TIME_OFF), &mut dice);
        spread(&mut acts, requests.into_iter().map(Act::TimeOff).collect(), open_ms * 9 / 10);
        let planners = edits::planners(centre, scaled(EDITS), &mut dice);
        spread(&mut acts, planners.into_iter().map(Act::Edit).collect(), open_ms);
        let pushes = edits::pushes(centre, PUSHES, &mut dice);
        spread(&mut acts, pushes.into_iter().map(Act::Push).collect(), open_ms);
        acts.push((length_ms * 2 / 5, Act::Publish));
        acts.sort_by_key(|(at_ms, _)| *at_ms);
        Self { length_ms, seed, acts }
    }

    /// How many intents there are: everything that is accepted or refused.
    pub(crate) fn edits(&self) -> usize {
        let count = |act: &Act| match act {
            Act::Swaps(chain) => chain.len(),
            Act::TimeOff(_) | Act::Edit(_) | Act::Push(_) | Act::Publish => 1,
        };
        self.acts.iter().map(|(_, act)| count(act)).sum()
    }
}

/// Spreads acts evenly over a stretch of time.
fn spread(acts: &mut Vec<(u64, Act)>, new: Vec<Act>, length_ms: u64) {
    let count = u64::try_from(new.len()).unwrap_or(u64::MAX).max(1);
    acts.extend(new.into_iter().zip(0..).map(|(act, n)| (length_ms * n / count, act)));
}
