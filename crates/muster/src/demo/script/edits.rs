//! What planners and the outside engine change, and who wants to be off.

use jiff::civil::Date;
use muster_core::Instant;
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::index::sample;

use crate::demo::centre::Centre;
use crate::demo::script::{EditPlan, TimeOffPlan};
use crate::demo::week::{Activity, Document, Shift};

/// A change of one thing, whatever else is in the shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tweak {
    /// The first break starts at another minute of the shift.
    Break(u32),
    /// The shift starts later, or earlier, by minutes.
    Start(i64),
    /// A label more.
    Tag(String),
    /// A remark more.
    Note(String),
}

impl Tweak {
    /// The shift with the change.
    pub(crate) fn of(&self, shift: &Shift) -> Shift {
        let mut shift = shift.clone();
        match self {
            Self::Break(offset) => {
                if let Some(activity) = shift.activity("Break", 0) {
                    activity.offset_minutes = *offset;
                }
            }
            Self::Start(minutes) => {
                shift.start = Instant::from_timestamp(shift.start).plus_min(*minutes).timestamp();
            }
            Self::Tag(tag) => {
                shift.tags.insert(tag.clone());
            }
            Self::Note(note) => {
                shift.note = Some(match shift.note {
                    Some(before) => format!("{before}\n{note}"),
                    None => note.clone(),
                });
            }
        }
        shift
    }
}

/// The outside engine has computed better breaks from what it read seconds ago, and sends back
/// the whole document.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    /// The agents whose second breaks move, and to which minute of the shift.
    pub(crate) breaks: Vec<(String, u32)>,
}

impl Push {
    /// The document that the engine sends: everything as read, but for what it computed.
    pub(crate) fn document(&self, read: &Document) -> Document {
        let mut document = read.clone();
        for week in &mut document.agent_schedules {
            let Some((_, offset)) = self.breaks.iter().find(|(agent, _)| *agent == week.agent_id)
            else {
                continue;
            };
            for shift in &mut week.shifts {
                let length = shift.length_minutes;
                let fits = |activity: &&mut Activity| offset + activity.length_minutes <= length;
                if let Some(activity) = shift.activity("Break", 1).filter(fits) {
                    activity.offset_minutes = *offset;
                }
            }
        }
        document
    }
}

/// Where second breaks may go, in minutes of the shift; none of them is where they are.
const OFFSETS: [u32; 6] = [345, 360, 375, 405, 420, 435];

/// 15 of 100 agents get other breaks in each push.
pub(super) fn pushes(centre: &Centre, count: usize, dice: &mut StdRng) -> Vec<Push> {
    let agents = centre.agents.len();
    (0..count)
        .map(|nth| {
            let chosen = sample(dice, agents, (agents * 15).div_ceil(100));
            let offset = OFFSETS[nth % OFFSETS.len()];
            let breaks = chosen.iter().map(|n| (centre.agents[n].id.clone(), offset)).collect();
            Push { breaks }
        })
        .collect()
}

/// Two planners: mostly other agents, every third edit the same agents, every eighth the very
/// same thing with another value.
pub(super) fn planners(centre: &Centre, count: usize, dice: &mut StdRng) -> Vec<EditPlan> {
    let mut plans: Vec<EditPlan> = Vec::new();
    let half = (centre.weeks.len() / 2).max(1);
    for n in 0..count {
        let planner = n % 2;
        let twin = plans.last().filter(|_| planner == 1).cloned();
        let own = (planner * half + dice.random_range(0..half)).min(centre.weeks.len() - 1);
        let week = &centre.weeks[own];
        let Some(shift) = week.shifts.get(dice.random_range(0..week.shifts.len().max(1))) else {
            continue;
        };
        let tweak = tweak(n, planner, dice);
        let plan = EditPlan { planner, shift: shift.id.clone(), tweak };
        plans.push(match twin {
            Some(twin) if n % 16 == 15 => {
                EditPlan { planner, tweak: clashing(&twin.tweak), ..twin }
            }
            Some(twin) if n % 6 == 5 => EditPlan { planner, tweak: plan.tweak, ..twin },
            Some(_) | None => plan,
        });
    }
    plans
}

fn tweak(n: usize, planner: usize, dice: &mut StdRng) -> Tweak {
    match dice.random_range(0..8) {
        0..4 => Tweak::Break(if dice.random_bool(0.5) { 105 } else { 150 }),
        4 => Tweak::Start(if dice.random_bool(0.5) { 15 } else { -15 }),
        5 | 6 => Tweak::Tag(format!("project-{n}")),
        _ => Tweak::Note(format!("planner {}: call {n} back", planner + 1)),
    }
}

/// Another value for the same thing.
fn clashing(tweak: &Tweak) -> Tweak {
    match tweak {
        Tweak::Break(105) => Tweak::Break(150),
        Tweak::Break(_) => Tweak::Break(105),
        Tweak::Start(15) => Tweak::Start(-15),
        Tweak::Start(_) => Tweak::Start(15),
        Tweak::Tag(_) | Tweak::Note(_) => Tweak::Start(15),
    }
}

/// One request of each of so many agents, for a day of the week; every fifth is denied.
pub(super) fn time_off(centre: &Centre, count: usize, dice: &mut StdRng) -> Vec<TimeOffPlan> {
    let chosen = sample(dice, centre.agents.len(), count.min(centre.agents.len()));
    let day = |dice: &mut StdRng| -> Date {
        let days = dice.random_range(0..7_i64);
        centre.week.checked_add(jiff::Span::new().days(days)).unwrap_or(centre.week)
    };
    chosen
        .iter()
        .enumerate()
        .map(|(n, agent)| TimeOffPlan {
            id: format!("off-{:04}", n + 1),
            agent: centre.agents[agent].id.clone(),
            day: day(dice),
            is_granted: n % 5 != 4,
        })
        .collect()
}
