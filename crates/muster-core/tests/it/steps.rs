//! Commands to throw at the core, one after another.

use muster_core::command::{Action, Mode, Resolution, Terms, Verdict};
use muster_core::conflict::Finding;
use muster_core::decide::{Decision, Rejection};
use muster_core::diff;
use muster_core::id::{AgentId, Revision, ScheduleId, SwapId, TimeOffId};
use muster_core::merge::Keep;
use muster_core::rule::RulesChange;
use muster_core::swap::{Leg, Side, Swap, SwapOffer};
use muster_core::testing::World;
use muster_core::time_off::TimeOff;
use proptest::prelude::*;

use crate::answers::{Answers, answers};
use crate::generate::{Change, NAMES, agent, changes, edits, pick, shifts};

/// A command; numbers choose among what is there when it is sent.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Edit {
        changes: Vec<Change>,
        behind: u8,
        how: How,
    },
    Draft {
        id: u8,
        changes: Vec<Change>,
        behind: u8,
    },
    Redraft {
        draft: u8,
        changes: Vec<Change>,
        behind: u8,
        keeps: u8,
    },
    Publish {
        draft: u8,
        how: How,
    },
    Document {
        id: u8,
        changes: Vec<Change>,
        behind: u8,
        how: How,
    },
    Revert {
        nth: u8,
        how: How,
    },
    Rebase {
        draft: u8,
    },
    Drop {
        draft: u8,
    },
    Offer {
        id: u8,
        shift: u8,
        other: u8,
        hours: u8,
    },
    Accept {
        swap: u8,
        agent: u8,
        shift: u8,
    },
    EndSwap {
        swap: u8,
        how: u8,
    },
    Approve {
        swap: u8,
        answers: Answers,
    },
    Ask {
        id: u8,
        agent: u8,
        day: u8,
        days: u8,
    },
    ChangeOff {
        off: u8,
        day: u8,
    },
    Decide {
        off: u8,
        how: u8,
    },
    /// How many may be off on a day.
    Limit {
        day: u8,
        agents: u8,
    },
    Agent {
        agent: u8,
        leaves: bool,
    },
    /// What an agent says of a day, or no longer says.
    Say {
        agent: u8,
        day: u8,
        what: u8,
    },
    Rule {
        rule: u8,
        severity: u8,
    },
    AutoApprove(bool),
    /// What is asked of all agents together.
    Require {
        what: u8,
        day: u8,
        hour: u8,
        number: u8,
    },
    /// Who can do what, and what counts as work on the queue.
    Count {
        agent: u8,
        what: u8,
    },
    Clock {
        hours: u8,
    },
}

/// How a change is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    is_atomic: bool,
    answers: Answers,
    /// 1: the clashes of a first try are settled for what is live, 2: for the edit.
    settles: u8,
    only: Option<u8>,
}

fn how() -> impl Strategy<Value = How> {
    let only = prop_oneof![4 => Just(None), 1 => (0..5_u8).prop_map(Some)];
    (any::<bool>(), answers(), 0..4_u8, only).prop_map(|(is_atomic, answers, settles, only)| How {
        is_atomic,
        answers,
        settles,
        only,
    })
}

/// Any command; `swaps` says how many of twelve are about swaps.
pub(crate) fn step(swaps: u32) -> impl Strategy<Value = Step> {
    let behind = || prop_oneof![Just(0_u8), 0..12_u8];
    let (id, n) = (|| 0..4_u8, || any::<u8>());
    let change = prop_oneof![
        5 => (changes(), behind(), how()).prop_map(|(changes, behind, how)| {
            Step::Edit { changes, behind, how }
        }),
        3 => (id(), changes(), behind()).prop_map(|(id, changes, behind)| {
            Step::Draft { id, changes, behind }
        }),
        2 => (n(), changes(), behind(), 0..3_u8).prop_map(|(draft, changes, behind, keeps)| {
            Step::Redraft { draft, changes, behind, keeps }
        }),
        4 => (n(), how()).prop_map(|(draft, how)| Step::Publish { draft, how }),
        2 => (id(), changes(), behind(), how()).prop_map(|(id, changes, behind, how)| {
            Step::Document { id, changes, behind, how }
        }),
        1 => (n(), how()).prop_map(|(nth, how)| Step::Revert { nth, how }),
        1 => n().prop_map(|draft| Step::Rebase { draft }),
        1 => n().prop_map(|draft| Step::Drop { draft }),
    ];
    let swap = prop_oneof![
        3 => (n(), n(), n(), 0..40_u8).prop_map(|(id, shift, other, hours)| {
            Step::Offer { id, shift, other, hours }
        }),
        3 => (n(), n(), n()).prop_map(|(swap, agent, shift)| Step::Accept { swap, agent, shift }),
        1 => (n(), 0..5_u8).prop_map(|(swap, how)| Step::EndSwap { swap, how }),
        3 => (n(), answers()).prop_map(|(swap, answers)| Step::Approve { swap, answers }),
    ];
    let off = prop_oneof![
        2 => (n(), n(), 0..7_u8, 0..3_u8).prop_map(|(id, agent, day, days)| {
            Step::Ask { id, agent, day, days }
        }),
        1 => (n(), 0..7_u8).prop_map(|(off, day)| Step::ChangeOff { off, day }),
        2 => (n(), 0..3_u8).prop_map(|(off, how)| Step::Decide { off, how }),
        1 => (0..7_u8, 0..3_u8).prop_map(|(day, agents)| Step::Limit { day, agents }),
    ];
    let unit = prop_oneof![
        1 => (n(), any::<bool>()).prop_map(|(agent, leaves)| Step::Agent { agent, leaves }),
        1 => (n(), 0..7_u8, n()).prop_map(|(agent, day, what)| Step::Say { agent, day, what }),
        1 => (0..8_u8, 0..5_u8).prop_map(|(rule, severity)| Step::Rule { rule, severity }),
        1 => any::<bool>().prop_map(Step::AutoApprove),
        2 => (1..30_u8).prop_map(|hours| Step::Clock { hours }),
    ];
    let asked = prop_oneof![
        3 => (n(), 0..7_u8, 0..20_u8, 0..4_u8).prop_map(|(what, day, hour, number)| {
            Step::Require { what, day, hour, number }
        }),
        1 => (n(), 0..4_u8).prop_map(|(agent, what)| Step::Count { agent, what }),
    ];
    prop_oneof![12 - swaps => change, swaps => swap, 3 => off, 1 => unit, 1 => asked]
}

/// The revision a client read that is a few entries behind; never before the unit was there.
fn base(world: &World, behind: u8) -> Revision {
    let head = world.head().revision().0;
    Revision(head.saturating_sub(u64::from(behind)).max(1))
}

fn draft(world: &World, n: u8) -> ScheduleId {
    let all: Vec<&ScheduleId> = world.head().drafts().map(|draft| &draft.id).collect();
    pick(&all, n).map_or_else(|| "no-draft".parse().expect("an id"), |id| (*id).clone())
}

fn swap(world: &World, n: u8) -> Option<&Swap> {
    let all: Vec<&Swap> = world.head().swaps().collect();
    pick(&all, n).copied()
}

fn swap_id(world: &World, n: u8) -> SwapId {
    let known = swap(world, n).map(|swap| swap.offer.id.clone());
    known.unwrap_or_else(|| "no-swap".parse().expect("an id"))
}

fn off_id(world: &World, n: u8) -> TimeOffId {
    let all: Vec<&TimeOff> = world.head().all_time_off().collect();
    let known = pick(&all, n).map(|off| off.request.id.clone());
    known.unwrap_or_else(|| "no-request".parse().expect("an id"))
}

impl Step {
    /// Moves the clock on, where that is what the step does.
    pub(crate) fn tick(&self, world: &mut World) {
        if let Self::Clock { hours } = self {
            world.now = world.now.plus_min(i64::from(*hours) * 60);
        }
    }

    /// The command, as it is sent to the unit as it is now; none for a step of the clock.
    pub(crate) fn action(&self, world: &World) -> Option<Action> {
        let week = world.clock.week;
        let name: std::sync::Arc<str> = "week".into();
        let draft_id = |id: u8| format!("d{id}").parse::<ScheduleId>().expect("an id");
        let plain = match self {
            Self::Edit { changes, behind, how } => {
                let edits = edits(world, world.at(base(world, *behind)), changes);
                let action = Action::EditShifts { edits, terms: Terms::default() };
                return Some(how.sent(world, action));
            }
            Self::Publish { draft: n, how } => {
                let action = Action::Publish { id: draft(world, *n), terms: Terms::default() };
                return Some(how.sent(world, action));
            }
            Self::Document { id, changes, behind, how } => {
                let base = base(world, *behind);
                let edits = edits(world, world.at(base), changes);
                let (id, base, terms) = (draft_id(*id), Some(base), Terms::default());
                let agents = Vec::new();
                let action = Action::PublishDocument { id, week, name, base, edits, agents, terms };
                return Some(how.sent(world, action));
            }
            Self::Revert { nth, how } => {
                let known = world.head().week(week);
                let all = known.iter().flat_map(|week| week.publications.iter().copied());
                let all: Vec<Revision> = all.collect();
                let publication = pick(&all, *nth).copied()?;
                let before = world.at(Revision(publication.0 - 1));
                let edits = diff::inverse(before, world.at(publication));
                let terms = Terms::default();
                return Some(how.sent(world, Action::Revert { week, publication, edits, terms }));
            }
            Self::Draft { id, changes, behind } => {
                let base = base(world, *behind);
                let edits = edits(world, world.at(base), changes);
                Action::CreateDraft { id: draft_id(*id), week, name, base: Some(base), edits }
            }
            Self::Redraft { draft: n, changes, behind, keeps } => {
                return redraft(world, *n, changes, *behind, *keeps);
            }
            Self::Rebase { draft: n } => Action::RebaseDraft(draft(world, *n)),
            Self::Drop { draft: n } => Action::DeleteDraft(draft(world, *n)),
            Self::Clock { .. } => return None,
            _ => return self.other(world),
        };
        Some(plain)
    }

    fn other(&self, world: &World) -> Option<Action> {
        let id = |kind: &str, n: u8| format!("{kind}{}", n % 8);
        let verdict = Verdict::default;
        Some(match *self {
            Self::Offer { id: n, shift, other, hours } => {
                offer(world, &id("w", n), (shift, other), hours)?
            }
            Self::Accept { swap: n, agent: who, shift } => accept(world, n, who, shift),
            Self::EndSwap { swap: n, how } => end_swap(swap_id(world, n), how),
            Self::Approve { swap: n, answers } => approve(world, swap_id(world, n), answers),
            Self::Ask { id: n, agent: who, day, days } => {
                let (name, day) = (agent(world.head(), who), crate::generate::day(world, day));
                let last = day.checked_add(jiff::Span::new().days(i64::from(days))).ok()?;
                world.action(&format!("off {name} {day}..{last} id={}", id("t", n)))
            }
            Self::ChangeOff { off, day } => {
                let day = crate::generate::day(world, day);
                world.action(&format!("change-off {} {day}", off_id(world, off)))
            }
            Self::Decide { off, how } => match how {
                0 => Action::ApproveTimeOff { id: off_id(world, off), verdict: verdict() },
                1 => Action::DenyTimeOff { id: off_id(world, off), verdict: verdict() },
                _ => Action::CancelTimeOff(off_id(world, off)),
            },
            Self::Limit { day, agents } => {
                let date = crate::generate::day(world, day);
                world.action(&format!("limit l{day} {date} {agents}"))
            }
            Self::Agent { agent: who, leaves } => {
                let here = agent(world.head(), who);
                let back = NAMES[usize::from(who) % NAMES.len()];
                world.action(&if leaves {
                    format!("leave {here}")
                } else {
                    format!("agent {back}")
                })
            }
            Self::Say { agent: who, day, what } => say(world, who, day, what),
            Self::Rule { rule, severity } => set_rule(world, rule, severity),
            Self::AutoApprove(is_on) => Action::SetRules(RulesChange {
                auto_approve: Some(is_on),
                ..RulesChange::default()
            }),
            Self::Require { what, day, hour, number } => require(world, what, day, hour, number),
            Self::Count { agent: who, what } => {
                let name = agent(world.head(), who);
                let (first, last) =
                    (crate::generate::day(world, 1), crate::generate::day(world, 3));
                world.action(&match what {
                    0 => format!("agent {name} skill=s{}:{first}..{last}", who % 4),
                    1 => format!("agent {name} zone=Asia/Singapore"),
                    2 => "code Break OnQueueWork shift paid".to_owned(),
                    _ => "code Break Break shift paid".to_owned(),
                })
            }
            _ => return None,
        })
    }
}

fn say(world: &World, who: u8, day: u8, what: u8) -> Action {
    let (name, day) = (agent(world.head(), who), crate::generate::day(world, day));
    let id = format!("says{}", what / 5 % 8);
    world.action(&match what % 5 {
        0 => format!("says {name} cannot {day} id={id}"),
        1 => format!("says {name} cannot weekly {day} 20:00-04:00 id={id}"),
        2 => format!("says {name} avoids weekly {day} id={id}"),
        3 => format!("says {name} likes weekly {day} 07:00-15:00 id={id}"),
        _ => format!("unsay {name} {id}"),
    })
}

fn set_rule(world: &World, rule: u8, severity: u8) -> Action {
    let rules = [
        "REST_TIME_SHORT",
        "MAX_CONSECUTIVE_HOURS",
        "TIME_OFF_PENDING_OVERLAP",
        "MAX_HOURS_WEEK",
        "ACTIVITY_OUTSIDE_SHIFT",
        "STAFFING_BELOW_MINIMUM",
        "TRUNK_CAPACITY_EXCEEDED",
        "SITE_SEATS_EXCEEDED",
    ];
    let severities = ["off", "info", "warn", "ack", "block"];
    let (rule, severity) = (usize::from(rule), usize::from(severity));
    world.action(&format!("rule {} {}", rules[rule], severities[severity]))
}

/// So many agents, lines or seats.
fn require(world: &World, what: u8, day: u8, hour: u8, number: u8) -> Action {
    let day = crate::generate::day(world, day);
    let span = format!("{day} {hour:02}:00-{:02}:45", hour + 3);
    world.action(&match what % 5 {
        0 => format!("staff {span} {number}"),
        1 => format!("staff {span} {number} s{}", what % 3),
        2 => format!("staff {day} 00:00-00:00 0"),
        3 => format!("trunks eu {number} skill=s0 skill=s1; us {number}"),
        _ => format!("seats lyon {number}; lille 1"),
    })
}

impl How {
    /// Sent as it is to see what it meets, and then, if so wished, with what answers that.
    fn sent(self, world: &World, action: Action) -> Action {
        let only = self.only.map(|n| vec![agent(world.head(), n)]);
        let mode = if self.is_atomic { Mode::Atomic } else { Mode::PerAgent };
        let with = |change: &dyn Fn(&mut Terms)| action.with_terms(change).expect("it has terms");
        let plain = with(&|terms| (terms.mode, terms.only) = (mode, only.clone()));
        let found = World::findings(&world.decide(&plain));
        if found.is_empty() || self.answers == Answers::None && self.settles == 0 {
            return plain;
        }
        let acknowledge = self.answers.to(&found);
        let keep = [None, Some(Keep::Live), Some(Keep::Yours), None][usize::from(self.settles)];
        let settled = |finding: &Finding| {
            let (shift, clash) = (finding.shifts().next()?, finding.clash.as_ref()?);
            Some(Resolution { shift_id: shift.clone(), atom: clash.atom, keep: keep? })
        };
        let resolutions: Vec<_> = found.iter().filter_map(settled).collect();
        plain
            .with_terms(|terms| (terms.acknowledge, terms.resolutions) = (acknowledge, resolutions))
            .expect("it has terms")
    }
}

fn redraft(world: &World, n: u8, changes: &[Change], behind: u8, keeps: u8) -> Option<Action> {
    let id = draft(world, n);
    let then = world.at(base(world, behind));
    let known = then.draft(&id).or_else(|| world.head().draft(&id))?;
    let ground = diff::drafted(world.at(known.base), known);
    let edits = edits(world, &ground, changes);
    let keep = [None, Some(Keep::Live), Some(Keep::Yours)][usize::from(keeps)];
    let publish = Action::Publish { id: id.clone(), terms: Terms::default() };
    let found = World::findings(&world.decide(&publish));
    let settled = |finding: &Finding| {
        let (shift, clash) = (finding.shifts().next()?, finding.clash.as_ref()?);
        Some(Resolution { shift_id: shift.clone(), atom: clash.atom, keep: keep? })
    };
    let resolutions = found.iter().filter_map(settled).collect();
    Some(Action::EditDraft { id, edits, resolutions })
}

fn end_swap(id: SwapId, how: u8) -> Action {
    let verdict = Verdict::default();
    match how {
        0 => Action::CancelSwap(id),
        1 => Action::DenySwap { id, verdict },
        2 => Action::DeclineSwap { id, agent: None },
        3 => Action::RevertSwap { id, verdict },
        _ => Action::ExpireSwaps,
    }
}

fn offer(world: &World, id: &str, (shift, other): (u8, u8), hours: u8) -> Option<Action> {
    let all = shifts(world.head());
    let side = |n: u8| {
        let shift = pick(&all, n)?;
        Some(Side { agent: shift.body.owner.clone(), shift: Some(shift.id.clone()) })
    };
    let until = || world.now.plus_min(i64::from(hours) * 60);
    let mut offer = SwapOffer::of(id.parse().expect("an id"), side(shift)?);
    offer.expires_at = (hours % 2 == 1).then(until);
    match other % 5 {
        0 => offer.one_sided = hours.is_multiple_of(3),
        1 => {
            let agent = agent(world.head(), other / 5);
            offer.receiver = Some(Side { agent, shift: None });
        }
        2 => {
            let round = [offer.initiator.clone(), side(other / 5)?, side(hours)?];
            let leg = |n: usize| {
                let (agent, gives) = (round[n].agent.clone(), round[n].shift.clone());
                Leg { agent, gives, receives: round[(n + 2) % 3].shift.clone() }
            };
            offer.legs = (0..3).map(leg).collect();
        }
        _ => offer.receiver = side(other / 5),
    }
    Some(Action::OfferSwap(offer))
}

fn accept(world: &World, n: u8, who: u8, shift: u8) -> Action {
    let offer = swap(world, n).map(|swap| &swap.offer);
    if let Some(offer) = offer.filter(|offer| !offer.legs.is_empty()) {
        let agent = offer.legs[usize::from(who) % offer.legs.len()].agent.clone();
        return Action::AcceptSwap { id: offer.id.clone(), agent, shift: None };
    }
    let known = offer.and_then(|offer| offer.receiver.clone());
    let who: AgentId =
        known.as_ref().map_or_else(|| agent(world.head(), who), |side| side.agent.clone());
    let of_theirs = |own: &&&muster_core::shift::Shift| own.body.owner == who;
    let all = shifts(world.head());
    let theirs: Vec<_> = all.iter().filter(of_theirs).collect();
    let given = pick(&theirs, shift).filter(|_| known.is_none()).map(|shift| shift.id.clone());
    Action::AcceptSwap { id: swap_id(world, n), agent: who, shift: given }
}

fn approve(world: &World, id: SwapId, answers: Answers) -> Action {
    let plain = Action::ApproveSwap { id: id.clone(), verdict: Verdict::default() };
    let acknowledge = answers.to(&World::findings(&world.decide(&plain)));
    Action::ApproveSwap { id, verdict: Verdict { acknowledge, reason: None } }
}

/// Whether everything that was asked for happened.
pub(crate) fn is_whole(answer: &Result<Decision, Rejection>) -> bool {
    use muster_core::decide::Outcome;
    answer.as_ref().is_ok_and(|decision| match &decision.outcome {
        Outcome::Published(done) | Outcome::Edited(done) => done.held.is_empty(),
        _ => true,
    })
}
