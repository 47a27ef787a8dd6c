//! Wishes about everybody: what a unit asks of all agents together, limits on time off, and what
//! agents say of when they can work.

use std::sync::Arc;

use muster_core::availability::{Availability, Says, When};
use muster_core::command::Action;
use muster_core::conflict::{Kind, Severity};
use muster_core::levels::{Need, Site, SkillStaffing, StaffingChange, TrunkGroup};
use muster_core::rule::RulesChange;
use muster_core::time_off::{Days, Places, TimeOffLimit};
use muster_core::{Interval, Roster};

use crate::dice::Dice;
use crate::setting::{at, week};
use crate::wishes::some_agent;

pub(crate) fn any(dice: &mut Dice, known: &Roster) -> Action {
    match dice.below(10) {
        0..2 => staffing(dice),
        2 => Action::PutTrunks(vec![TrunkGroup {
            id: "eu".parse().unwrap(),
            capacity: few(dice),
            skills: Vec::new(),
            management_units: Vec::new(),
        }]),
        3 => Action::PutSites(vec![Site { id: "lyon".into(), seats: few(dice) }]),
        4..6 => limit(dice),
        6 => severity(dice, known),
        _ => said(dice, known),
    }
}

fn few(dice: &mut Dice) -> u32 {
    1 + u32::try_from(dice.below(4)).unwrap()
}

/// Most of a day of the week.
fn workday(dice: &mut Dice) -> Interval {
    let day = dice.below(4);
    Interval::new(at(day, 0), at(day, 480)).unwrap()
}

fn staffing(dice: &mut Dice) -> Action {
    let (during, agents) = (workday(dice), few(dice));
    let needs = vec![Need { during, agents }];
    Action::PutStaffing(StaffingChange {
        during,
        skills: vec![SkillStaffing { skill: None, needs }],
    })
}

/// At most so many off on a day, or no limit any more.
fn limit(dice: &mut Dice) -> Action {
    let id = format!("l{}", dice.below(2)).parse().unwrap();
    let places = Places { during: workday(dice), agents: few(dice) - 1 };
    let places = if dice.chance(800) { vec![places] } else { Vec::new() };
    Action::PutTimeOffLimits(vec![TimeOffLimit { id, group: None, codes: Vec::new(), places }])
}

/// Whether what is asked of all matters, and to whom.
fn severity(dice: &mut Dice, known: &Roster) -> Action {
    let kinds = [Kind::StaffingBelowMinimum, Kind::TrunkCapacityExceeded, Kind::SiteSeatsExceeded];
    let mut setting = known.rules().usual(*dice.pick(&kinds));
    setting.severity = *dice.pick(&[Severity::Off, Severity::Ack, Severity::Block]);
    let approves = dice.chance(300).then(|| dice.chance(500));
    Action::SetRules(RulesChange {
        put: vec![setting],
        auto_approve_time_off: approves,
        ..RulesChange::default()
    })
}

fn said(dice: &mut Dice, known: &Roster) -> Action {
    let agent = some_agent(dice);
    let known: Vec<_> = known.availability_of(&agent).map(|said| said.value.id.clone()).collect();
    if let Some(id) = known.get(dice.below(known.len())).filter(|_| dice.chance(400)) {
        return Action::WithdrawAvailability { agent, id: id.clone() };
    }
    let day = week().checked_add(jiff::Span::new().days(dice.below(6) as i64)).unwrap();
    Action::PutAvailability(Availability {
        id: format!("s{}", dice.below(4)).parse().unwrap(),
        agent,
        says: *dice.pick(&[Says::Unavailable, Says::PrefersOff]),
        when: When::On(Days::FullDays(vec![day])),
        note: dice.chance(200).then(|| Arc::from("for once")),
    })
}
