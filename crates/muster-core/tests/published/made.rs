//! Units, shifts and rules made of what a published roster says.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use muster_core::activity::Category;
use muster_core::agent::{Agent, Skill};
use muster_core::command::{Action, Terms};
use muster_core::conflict::{Finding, Kind, Severity};
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::ReferenceKind;
use muster_core::event::Event;
use muster_core::id::{AgentId, ScheduleId, ShiftId, TimeOffId};
use muster_core::instant::Interval;
use muster_core::rule::{self, RuleKey, RuleSet, RuleSetting, RulesChange, Scope, Value};
use muster_core::shift::{ShiftBody, Span};
use muster_core::testing::World;
use muster_core::time_off::{Days, TimeOffRequest};
use muster_core::zone::Zone;

/// Where every published roster is lived: a zone with clock changes, which none of them knows of.
pub(crate) const ZONE: &str = "Europe/Paris";
/// Published shifts have no times, or need none: they all begin at eight.
const BEGINS: i8 = 8;

/// A shift and its id.
pub(crate) type Made = (ShiftId, Arc<ShiftBody>);

/// So many days after a date.
pub(crate) fn after(first: Date, days: usize) -> Date {
    first.checked_add(jiff::Span::new().days(i64::try_from(days).unwrap())).unwrap()
}

/// Somebody, with a contract and skills.
pub(crate) type Person<'a> = (&'a str, &'a str, &'a [String]);

/// A unit whose weeks start on Monday, with these rules and no others, and these people.
pub(crate) fn unit(week: Date, rules: Vec<RuleSetting>, people: &[Person<'_>]) -> World {
    let mut world = World::of(&format!("site {ZONE} week {week}"));
    let off = [Kind::RestTimeShort, Kind::MaxConsecutiveHours, Kind::SkillMissing]
        .map(|kind| RuleSetting { severity: Severity::Off, ..setting(kind, "", None, &[]) });
    let put = off.into_iter().chain(rules).collect();
    let rules = RuleSet::default().changed(&RulesChange { put, ..RulesChange::default() });
    world.happen(ReferenceKind::Unit, "site", vec![Event::RulesSet(rules)]);
    let skill =
        |name: &String| Skill { name: name.as_str().into(), valid_from: None, valid_until: None };
    let agent = |(name, contract, skills): &Person<'_>| {
        Event::AgentPut(Agent {
            id: name.parse().unwrap(),
            management_unit: None,
            zone: Zone::find(ZONE).unwrap(),
            skills: skills.iter().map(skill).collect(),
            contract: Some((*contract).into()),
            minor_until: None,
        })
    };
    world.happen(ReferenceKind::Agents, "all", people.iter().map(agent).collect());
    world
}

/// A rule that blocks.
pub(crate) fn setting(
    kind: Kind,
    name: &str,
    contract: Option<&str>,
    params: &[(&str, Value)],
) -> RuleSetting {
    let scope = contract.map_or(Scope::Unit, |name| Scope::Contract(name.into()));
    let key = RuleKey { name: name.into(), scope, ..RuleKey::of(kind) };
    let params = params.iter().map(|(name, value)| (Arc::from(*name), value.clone()));
    RuleSetting { params: params.collect(), ..RuleSetting::new(key, Severity::Block) }
}

/// The parameters of a planning period that begins on a day.
pub(crate) fn period(first: Date, days: usize) -> [(&'static str, Value); 2] {
    let weeks = i64::try_from(days / 7).unwrap();
    [("weeks", Value::Number(weeks)), ("anchor", Value::Word(first.to_string().into()))]
}

/// A wish for a day off that nobody has decided.
pub(crate) fn day_off(agent: &str, day: Date) -> Event {
    let days = Days::FullDays(vec![day]);
    Event::TimeOffRequested(TimeOffRequest {
        id: TimeOffId::parse(&format!("{agent}-off-{day}")).unwrap(),
        agent: agent.parse().unwrap(),
        code: Category::TimeOff.default_code().id,
        intervals: days.intervals(&Zone::find(ZONE).unwrap()),
        days,
        paid: true,
        paid_min: None,
        note: None,
    })
}

/// A shift on a day, with its type and what it asks for as tags.
pub(crate) fn shift(agent: &str, day: Date, tags: &[String], length_min: u32) -> Made {
    let zone = Zone::find(ZONE).unwrap();
    let start = zone.resolve(day.at(BEGINS, 0, 0, 0), Default::default()).unwrap();
    let body = ShiftBody {
        owner: agent.parse().unwrap(),
        span: Span { start, length_min, zone },
        activities: Arc::from([]),
        site: None,
        work_plan: None,
        external_ids: BTreeMap::new(),
        note: None,
        tags: tags.iter().map(|tag| tag.as_str().into()).collect(),
    };
    (ShiftId::parse(&format!("{agent}-{day}")).unwrap(), Arc::new(body))
}

/// Opens the weeks from a day on, and writes shifts into them, whatever the rules say.
pub(crate) fn happened(world: &mut World, monday: Date, days: usize, shifts: Vec<Made>) {
    let weeks = (0..days.div_ceil(7)).map(|week| after(monday, week * 7));
    let opened = weeks.map(|week| {
        let id = ScheduleId::parse(&format!("live-{week}")).unwrap();
        Event::WeekOpened { week, id }
    });
    let created = shifts.into_iter().map(|(id, body)| Event::ShiftCreated { id, body });
    let events = opened.chain(created).collect();
    world.happen(ReferenceKind::ShiftEdit, "all", events);
}

/// What an agent's shifts become, each from something or nothing to something or nothing.
pub(crate) type Change = (Option<Made>, Option<Made>);

/// One command for changes of shifts.
pub(crate) fn edit(changes: impl IntoIterator<Item = Change>) -> Action {
    let edit = |(base, draft): Change| {
        let id = base.as_ref().or(draft.as_ref()).unwrap().0.clone();
        let body = |made: Option<Made>| made.map(|(_, body)| body);
        ShiftEdit { id, base: body(base), draft: body(draft) }
    };
    let edits = Edits { shifts: changes.into_iter().map(edit).collect(), commitments: Vec::new() };
    Action::EditShifts { edits, terms: Terms::default() }
}

/// What the rules find in the days from a first one on.
pub(crate) fn findings(world: &World, agent: &str, first: Date, days: usize) -> Vec<Finding> {
    let zone = Zone::find(ZONE).unwrap();
    let hull: Interval = zone.days(first, after(first, days - 1)).unwrap();
    let agent = AgentId::parse(agent).unwrap();
    rule::findings(world.head(), &agent, hull)
}

/// A made-up sequence that is the same on every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// Less than `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}
