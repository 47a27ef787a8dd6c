//! Wishes drawn by lot, from what a client knows of a unit.

use std::sync::Arc;

use muster_core::Roster;
use muster_core::agent::Skill;
use muster_core::command::{Action, Mode, Terms, Verdict};
use muster_core::conflict::Kind;
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::id::{AgentId, ScheduleId, ShiftId, SwapId, TimeOffId};
use muster_core::rule::{RulesChange, Value};
use muster_core::shift::{Shift, ShiftBody};
use muster_core::swap::{Leg, Side, Swap, SwapOffer, SwapState};
use muster_core::time_off::{Days, TimeOffRequest};

use crate::asked;
use crate::dice::Dice;
use crate::setting::{agent, at, body, week};
use crate::wish::Wish;

/// Ids that clients of both units use.
const AGENTS: [&str; 7] = ["a0", "a1", "a2", "a3", "b0", "b1", "c0"];

pub(crate) fn any(dice: &mut Dice, known: &Roster, tag: &str) -> Wish {
    match dice.below(46) {
        40..42 => plain(trade(dice, known)),
        42.. => plain(asked::any(dice, known)),
        0..12 => plain(edit(dice, known, tag)),
        12..16 => plain(offer(dice, known)),
        16..21 => plain(swap(dice, known)),
        21..24 => plain(request_off(dice)),
        24..28 => plain(time_off(dice, known)),
        28..33 => plain(draft(dice, known, tag)),
        33 => revert(dice, known).unwrap_or_else(|| plain(edit(dice, known, tag))),
        34 => plain(Action::AgentLeaves(dice.pick(&AGENTS).parse().unwrap())),
        35..40 => put(dice, known, tag),
    }
}

fn plain(action: Action) -> Wish {
    Wish::Plain(Box::new(action))
}

fn terms(dice: &mut Dice) -> Terms {
    let mode = *dice.pick(&[Mode::Atomic, Mode::PerAgent]);
    Terms { mode, ..Terms::default() }
}

fn edit(dice: &mut Dice, known: &Roster, tag: &str) -> Action {
    let edits = edits(dice, known, tag);
    Action::EditShifts { edits, terms: terms(dice) }
}

fn edits(dice: &mut Dice, known: &Roster, tag: &str) -> Edits {
    let all: Vec<&Shift> = known.shifts().collect();
    let mut edits = Edits::default();
    for _ in 0..1 + dice.below(2) {
        let is_new = all.is_empty() || dice.chance(200);
        let edit = if is_new {
            creation(dice)
        } else {
            let shift = all[dice.below(all.len())];
            change(dice, known, shift, tag)
        };
        if edits.shifts.iter().all(|other| other.id != edit.id) {
            edits.shifts.push(edit);
        }
    }
    edits.normalized()
}

/// A shift of one of a few ids, so that units and clients meet.
fn creation(dice: &mut Dice) -> ShiftEdit {
    let id = ShiftId::parse(&format!("x{}", dice.below(6))).unwrap();
    let owner = some_agent(dice);
    let draft = body(&owner, 3 + dice.below(3), 60 * dice.below(8), 360);
    ShiftEdit { id, base: None, draft: Some(Arc::new(draft)) }
}

fn change(dice: &mut Dice, known: &Roster, shift: &Shift, tag: &str) -> ShiftEdit {
    let mut draft: ShiftBody = (*shift.body).clone();
    let id = shift.id.clone();
    let base = Some(shift.body.clone());
    match dice.below(10) {
        0 => return ShiftEdit { id, base, draft: None },
        1..4 => draft.note = Some(tag.into()),
        4..6 => drop(draft.tags.insert(tag.into())),
        6 => {
            // All may have left.
            let agents: Vec<_> = known.agents().map(|record| &record.agent.id).collect();
            let nth = dice.below(agents.len());
            draft.owner = agents.get(nth).map_or_else(|| some_agent(dice), |id| (*id).clone());
        }
        7 => draft.span.start = draft.span.start.plus_min(15),
        _ => draft.span.length_min = 420 + 30 * u32::try_from(dice.below(4)).unwrap(),
    }
    ShiftEdit { id, base, draft: Some(Arc::new(draft)) }
}

pub(crate) fn some_agent(dice: &mut Dice) -> AgentId {
    dice.pick(&AGENTS).parse().unwrap()
}

fn offer(dice: &mut Dice, known: &Roster) -> Action {
    let all: Vec<&Shift> = known.shifts().collect();
    let mut side = || {
        let shift = all.get(dice.below(all.len()))?;
        Some(Side { agent: shift.body.owner.clone(), shift: Some(shift.id.clone()) })
    };
    let nobody = || Side { agent: "nobody".parse().unwrap(), shift: None };
    let (initiator, receiver) = (side().unwrap_or_else(nobody), side());
    let id = SwapId::parse(&format!("w{}", dice.below(8))).unwrap();
    let expires_at = dice.chance(200).then(|| at(0, 0).plus_days(-13));
    Action::OfferSwap(SwapOffer { receiver, expires_at, ..SwapOffer::of(id, initiator) })
}

/// A trade of three that stands or falls as one, or a shift given away.
fn trade(dice: &mut Dice, known: &Roster) -> Action {
    let all: Vec<&Shift> = known.shifts().collect();
    let mut round: Vec<(AgentId, ShiftId)> = Vec::new();
    for _ in 0..12 {
        let Some(shift) = all.get(dice.below(all.len())) else { break };
        let owner = &shift.body.owner;
        if round.len() < 3 && round.iter().all(|(agent, _)| agent != owner) {
            round.push((owner.clone(), shift.id.clone()));
        }
    }
    let Some((agent, shift)) = round.first().cloned() else { return Action::ExpireSwaps };
    let initiator = Side { agent, shift: Some(shift) };
    let mut offer =
        SwapOffer::of(SwapId::parse(&format!("w{}", dice.below(8))).unwrap(), initiator);
    if round.len() == 3 && dice.chance(700) {
        let leg = |n: usize| Leg {
            agent: round[n].0.clone(),
            gives: Some(round[n].1.clone()),
            receives: Some(round[(n + 2) % 3].1.clone()),
        };
        offer.legs = (0..3).map(leg).collect();
    } else {
        offer.receiver = Some(Side { agent: some_agent(dice), shift: None });
        offer.one_sided = true;
    }
    Action::OfferSwap(offer)
}

/// A step of a swap that is known, or of one that may be there.
fn swap(dice: &mut Dice, known: &Roster) -> Action {
    let approved = dice.chance(150);
    let is_meant = |swap: &&Swap| match approved {
        true => swap.state == SwapState::Approved,
        false => swap.state.is_open(),
    };
    let all: Vec<_> = known.swaps().filter(is_meant).collect();
    let Some(swap) = all.get(dice.below(all.len())) else {
        return Action::CancelSwap(SwapId::parse(&format!("w{}", dice.below(8))).unwrap());
    };
    let (id, verdict) = (swap.offer.id.clone(), Verdict::default());
    if approved {
        return Action::RevertSwap { id, verdict };
    }
    let leg = swap.offer.legs.get(dice.below(swap.offer.legs.len()));
    let leg = leg.map(|leg| Side { agent: leg.agent.clone(), shift: None });
    match (dice.below(10), leg.or_else(|| swap.offer.receiver.clone())) {
        (0..5, Some(receiver)) => {
            Action::AcceptSwap { id, agent: receiver.agent, shift: receiver.shift }
        }
        (5..8, _) => Action::ApproveSwap { id, verdict },
        (8, _) => Action::DenySwap { id, verdict },
        _ => Action::CancelSwap(id),
    }
}

fn request_off(dice: &mut Dice) -> Action {
    let day = week().checked_add(jiff::Span::new().days(dice.below(6) as i64)).unwrap();
    let days = Days::FullDays(vec![day]);
    Action::RequestTimeOff(TimeOffRequest {
        id: TimeOffId::parse(&format!("t{}", dice.below(10))).unwrap(),
        agent: some_agent(dice),
        code: "TimeOff".parse().unwrap(),
        intervals: days.intervals(&muster_core::Zone::utc()),
        days,
        paid: true,
        paid_min: None,
        note: None,
    })
}

fn time_off(dice: &mut Dice, known: &Roster) -> Action {
    let all: Vec<_> = known.all_time_off().filter(|off| off.status.is_active()).collect();
    let Some(off) = all.get(dice.below(all.len())) else { return request_off(dice) };
    let (id, verdict) = (off.request.id.clone(), Verdict::default());
    match dice.below(6) {
        0..3 => Action::ApproveTimeOff { id, verdict },
        3 => Action::DenyTimeOff { id, verdict },
        4 => {
            Action::ChangeTimeOff { id, days: None, paid: Some(false), paid_min: None, note: None }
        }
        _ => Action::CancelTimeOff(id),
    }
}

fn draft(dice: &mut Dice, known: &Roster, tag: &str) -> Action {
    let open: Vec<_> = known.drafts().filter(|draft| draft.is_open()).collect();
    let new = ScheduleId::parse(&format!("d{}", dice.below(6))).unwrap();
    let (name, base) = (Arc::from("draft"), Some(known.revision()));
    let Some(draft) = open.get(dice.below(open.len())) else {
        let edits = edits(dice, known, tag);
        if dice.chance(300) {
            let agents = known.agents().map(|record| record.agent.id.clone()).collect();
            let (id, week, terms) = (new, week(), terms(dice));
            return Action::PublishDocument { id, week, name, base, edits, agents, terms };
        }
        return Action::CreateDraft { id: new, week: week(), name, base, edits };
    };
    let id = draft.id.clone();
    match dice.below(8) {
        0..2 => {
            let edits = edits(dice, known, tag);
            Action::EditDraft { id, edits, resolutions: Vec::new() }
        }
        2 => Action::RebaseDraft(id),
        3 => Action::DeleteDraft(id),
        _ => Action::Publish { id, terms: terms(dice) },
    }
}

fn revert(dice: &mut Dice, known: &Roster) -> Option<Wish> {
    let publications = known.week(week())?.publications.clone();
    let nth = dice.below(publications.len());
    publications.get(nth).copied().map(Wish::Revert)
}

/// Some fields of a record, the others as they are.
fn put(dice: &mut Dice, known: &Roster, tag: &str) -> Wish {
    let name: Arc<str> = tag.into();
    let (n, is_first) = (dice.below(3), dice.chance(500));
    match dice.below(6) {
        0 => Wish::Put(Box::new(move |head| {
            let mut unit = head.unit().expect("it is there from the beginning").clone();
            unit.name = name.clone();
            Action::PutUnit(unit)
        })),
        1..3 => Wish::Put(Box::new(move |head| {
            let mut change = RulesChange::default();
            if is_first {
                change.auto_approve = Some(n > 0);
            } else {
                let mut setting = head.rules().usual(Kind::RestTimeShort);
                setting.params = [("minRestMinutes".into(), Value::Number(600 + n as i64))].into();
                change.put.push(setting);
            }
            Action::SetRules(change)
        })),
        3 => {
            let id = some_agent(dice);
            Wish::Put(Box::new(move |head| {
                let known = head.agent(&id).map(|record| record.agent.clone());
                let mut agent = known.unwrap_or_else(|| agent(&id));
                if is_first {
                    agent.contract = Some(name.clone());
                } else {
                    let skill = Skill { name: name.clone(), valid_from: None, valid_until: None };
                    agent.skills = vec![skill];
                }
                Action::PutAgents(vec![agent])
            }))
        }
        4 => plain(Action::PutAgents(vec![agent(&some_agent(dice))])),
        _ => {
            let code = known.code(&"Break".parse().unwrap());
            let mut code = code.expect("every unit has it");
            code.id = format!("code{n}").parse().unwrap();
            Wish::Put(Box::new(move |head| {
                let mut code = head.code(&code.id).unwrap_or_else(|| code.clone());
                if is_first {
                    code.name = name.clone();
                } else {
                    code.paid = !code.paid;
                }
                Action::PutActivityCode(code)
            }))
        }
    }
}
