//! Lines about what is asked of all agents together, read and written.

use std::fmt::Write as _;

use crate::instant::Interval;
use crate::levels::{
    Capacities, Levels, Meter, Need, Site, SkillStaffing, StaffingChange, TrunkGroup,
};
use crate::roster::{Known, Roster};
use crate::testing::World;
use crate::testing::line::Clock;

/// `mon 09:00-17:00 2 french; tue 09:00-17:00 3`: each for as long as it says, all of one skill.
pub(super) fn staffing(world: &World, text: &str) -> StaffingChange {
    let mut skill = None;
    let needs = parts(text).map(|words| {
        let [day, span, agents, rest @ ..] = &words[..] else { panic!("{text}: day span number") };
        skill = rest.first().map(|name| (*name).into());
        let day = world.clock.day(day).unwrap_or_else(|| panic!("{day}: a day?"));
        Need { during: world.clock.span(day, span), agents: agents.parse().expect("a number") }
    });
    let needs: Vec<Need> = needs.collect();
    let start = needs.iter().map(|need| need.during.start()).min().expect("an interval");
    let end = needs.iter().map(|need| need.during.end()).max().expect("an interval");
    let during = Interval::new(start, end).expect("intervals are not empty");
    StaffingChange { during, skills: vec![SkillStaffing { skill, needs }] }
}

/// `eu 20 skill=french skill=german group=north; us 5`.
pub(super) fn trunks(text: &str) -> Vec<TrunkGroup> {
    let group = |words: Vec<&str>| {
        let [id, capacity, rest @ ..] = &words[..] else { panic!("{text}: id capacity") };
        let mut group = TrunkGroup {
            id: id.parse().expect("an id"),
            capacity: capacity.parse().expect("a number"),
            skills: Vec::new(),
            management_units: Vec::new(),
        };
        for word in rest {
            match word.split_once('=').expect("key=value") {
                ("skill", name) => group.skills.push(name.into()),
                ("group", id) => group.management_units.push(id.parse().expect("an id")),
                _ => panic!("{word}: what is that of trunks?"),
            }
        }
        group
    };
    parts(text).map(group).collect()
}

/// `lyon 12; lille 3`.
pub(super) fn sites(text: &str) -> Vec<Site> {
    let site = |words: Vec<&str>| {
        let [id, seats] = &words[..] else { panic!("{text}: id seats") };
        Site { id: (*id).into(), seats: seats.parse().expect("a number") }
    };
    parts(text).map(site).collect()
}

fn parts(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let parts = text.split(';').map(|part| part.split_whitespace().collect::<Vec<_>>());
    parts.filter(|words| !words.is_empty())
}

/// The same, as lines; what is counted is not said.
pub(super) fn lines(text: &mut String, roster: &Roster, clock: &Clock) {
    let Levels { required, required_version: _, trunks, sites, counts: _ } = roster.levels();
    for ((day, meter), known) in required {
        let Meter::Staff(skill) = meter else { continue };
        let skill = skill.as_ref().map_or(String::new(), |skill| format!(" {skill}"));
        for (from, to, agents) in known.value.runs().filter(|(_, _, agents)| *agents > 0) {
            let (from, to) = (day.quarter(from).start(), day.quarter(to - 1).end());
            let place = Interval::new(from, to).expect("runs are not empty");
            let _ = writeln!(text, "staff {} {agents}{skill}", clock.span_name(place));
        }
    }
    if let Some(Known { value: Capacities { all, since }, origin: _ }) = trunks.as_deref() {
        for TrunkGroup { id, capacity, skills, management_units } in all {
            let skills = skills.iter().map(|skill| format!(" skill={skill}"));
            let groups = management_units.iter().map(|id| format!(" group={id}"));
            let words: String = skills.chain(groups).collect();
            let _ = writeln!(text, "trunks {id} {capacity}{words} since {}", since.start());
        }
    }
    if let Some(Known { value: Capacities { all, since }, origin: _ }) = sites.as_deref() {
        for Site { id, seats } in all {
            let _ = writeln!(text, "seats {id} {seats} since {}", since.start());
        }
    }
}
