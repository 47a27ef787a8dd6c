//! Lines of a fixture: facts, whether or not a command would have led to them.

use jiff::civil::Date;

use crate::activity::{ActivityCode, BoundTo, Category};
use crate::agent::Agent;
use crate::conflict::{Kind, Severity};
use crate::decide::schedule::live_id;
use crate::entry::ReferenceKind;
use crate::event::Event;
use crate::id::{ActivityCodeId, AgentId, TimeOffId, UnitId};
use crate::instant::Instant;
use crate::levels::{Capacities, Day};
use crate::rule::{Params, RuleKey, RuleSetting, RulesChange, Scope, Value};
use crate::testing::line::{self, skill};
use crate::testing::{World, availability, levels};
use crate::time_off::{Days, Places, TimeOffLimit, TimeOffRequest, TimeOffStatus};
use crate::unit::{BusinessUnit, DayOfWeek};
use crate::zone::Zone;

pub(super) fn take(world: &mut World, text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["site", zone, ref rest @ ..] => site(world, zone, rest),
        ["rule", ref rest @ ..] => {
            let rules = world.head().rules().changed(&rules(rest));
            world.happen(ReferenceKind::Unit, "site", vec![Event::RulesSet(rules)]);
        }
        ["staff", ..] => {
            let change = levels::staffing(world, &text["staff".len()..]);
            world.happen(ReferenceKind::Unit, "site", vec![Event::StaffingPut(change)]);
        }
        ["trunks", ..] => {
            let (all, since) = (levels::trunks(&text["trunks".len()..]), Day::of(world.now));
            let event = Event::TrunksPut(Capacities { all, since });
            world.happen(ReferenceKind::Unit, "site", vec![event]);
        }
        ["seats", ..] => {
            let (all, since) = (levels::sites(&text["seats".len()..]), Day::of(world.now));
            let event = Event::SitesPut(Capacities { all, since });
            world.happen(ReferenceKind::Unit, "site", vec![event]);
        }
        ["limit", ref rest @ ..] => {
            let event = Event::TimeOffLimitPut(limit(world, rest));
            world.happen(ReferenceKind::Unit, "site", vec![event]);
        }
        ["code", id, category, bound, paid] => {
            let event = Event::ActivityCodePut(code(id, category, bound, paid));
            world.happen(ReferenceKind::Unit, "site", vec![event]);
        }
        [name, "is", ref rest @ ..] => {
            let event = Event::AgentPut(agent(world, name, rest));
            world.happen(ReferenceKind::Agents, name, vec![event]);
        }
        [name, "left"] => {
            let id = AgentId::parse(name).expect("an id");
            world.happen(ReferenceKind::Agents, name, vec![Event::AgentLeft(id)]);
        }
        [name, "off", ref rest @ ..] => off(world, name, rest),
        [name, "own", ref rest @ ..] => own(world, name, rest),
        [name, word, ..] if availability::says(word).is_some() => {
            let said = availability::read(world, name, &words[1..]);
            let mut events = joined(world, name);
            events.push(Event::AvailabilityPut(said));
            world.happen(ReferenceKind::Availability, name, events);
        }
        _ => shift(world, &words),
    }
}

fn site(world: &mut World, zone: &str, rest: &[&str]) {
    let mut first_day = DayOfWeek::Monday;
    world.clock.zone = Zone::find(zone).expect("a zone");
    for pair in rest.chunks(2) {
        match pair {
            ["week", date] => world.clock.week = date.parse().expect("a date"),
            ["start", "sunday"] => first_day = DayOfWeek::Sunday,
            _ => panic!("{pair:?}: what is that of a site?"),
        }
    }
    world.now = world.clock.zone.start_of_day(world.clock.week).plus_days(-3);
    let id = UnitId::parse("site").expect("an id");
    let unit = BusinessUnit { id, name: "site".into(), zone: world.clock.zone.clone(), first_day };
    world.happen(ReferenceKind::Unit, "site", vec![Event::UnitPut(unit)]);
}

/// A kind by its name.
pub(super) fn kind(name: &str) -> Kind {
    *Kind::ALL.iter().find(|kind| kind.name() == name).expect("a kind")
}

/// `KIND severity [law] [as=NAME] [for=group:ID|contract:NAME|minors] [begins=DATE] [ends=DATE]
/// param=value …`, or `auto-approve`, or `auto-approve-time-off`.
pub(super) fn rules(words: &[&str]) -> RulesChange {
    match words {
        ["auto-approve"] => {
            return RulesChange { auto_approve: Some(true), ..RulesChange::default() };
        }
        ["auto-approve-time-off"] => {
            return RulesChange { auto_approve_time_off: Some(true), ..RulesChange::default() };
        }
        _ => {}
    }
    let [kind, severity, words @ ..] = words else { panic!("{words:?}: KIND severity") };
    use Severity::{Ack, Block, Info, Off, Warn};
    let severity = [Off, Info, Warn, Ack, Block].into_iter().find(|s| s.name() == *severity);
    let mut setting = RuleSetting {
        key: RuleKey::of(self::kind(kind)),
        until: None,
        severity: severity.expect("a severity"),
        params: Params::new(),
        statutory: false,
        source: None,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("law", _) => setting.statutory = true,
            ("as", name) => setting.key.name = name.into(),
            ("for", "minors") => setting.key.scope = Scope::Minors,
            ("for", whom) => {
                setting.key.scope = match whom.split_once(':').expect("group: or contract:") {
                    ("group", id) => Scope::ManagementUnit(id.parse().expect("an id")),
                    (_, name) => Scope::Contract(name.into()),
                }
            }
            ("begins", date) => setting.key.from = Some(date.parse().expect("a date")),
            ("ends", date) => setting.until = Some(date.parse().expect("a date")),
            (name, value) => {
                let number = value.parse().map(Value::Number);
                let value = number.unwrap_or_else(|_| Value::Word(value.into()));
                setting.params.insert(name.into(), value);
            }
        }
    }
    RulesChange { put: vec![setting], ..RulesChange::default() }
}

/// `ID DAY.. AGENTS [group=ID] [code=ID]`; without a day there is no limit any more.
pub(super) fn limit(world: &World, words: &[&str]) -> TimeOffLimit {
    let [id, rest @ ..] = words else { panic!("{words:?}: a limit's id") };
    let mut limit = TimeOffLimit {
        id: id.parse().expect("an id"),
        group: None,
        codes: Vec::new(),
        places: Vec::new(),
    };
    let mut days = Vec::new();
    for word in rest {
        match word.split_once('=') {
            Some(("group", group)) => limit.group = Some(group.parse().expect("an id")),
            Some((_, code)) => limit.codes.push(line::code(world.head(), code).0),
            None => match word.parse() {
                Ok(agents) => {
                    let days = days.drain(..).filter_map(|day| world.clock.zone.day(day));
                    limit.places.extend(days.map(|during| Places { during, agents }));
                }
                Err(_) => days.push(world.clock.day(word).expect("a day")),
            },
        }
    }
    limit
}

pub(super) fn code(id: &str, category: &str, bound: &str, paid: &str) -> ActivityCode {
    let category = Category::ALL.into_iter().find(|c| c.name() == category).expect("a category");
    ActivityCode {
        id: ActivityCodeId::parse(id).expect("an id"),
        name: id.into(),
        paid: paid == "paid",
        bound_to: if bound == "agent" { BoundTo::Agent } else { BoundTo::Shift },
        ..category.default_code()
    }
}

pub(super) fn agent(world: &World, name: &str, words: &[&str]) -> Agent {
    let id = AgentId::parse(name).expect("an id");
    let zone = world.clock.zone.clone();
    let fresh = Agent {
        id: id.clone(),
        management_unit: None,
        zone,
        skills: vec![],
        contract: None,
        minor_until: None,
    };
    let mut agent = world.head().agent(&id).map_or(fresh, |record| record.agent.clone());
    for word in words {
        match word.split_once('=').expect("key=value") {
            ("skill", value) => agent.skills.push(skill(value)),
            ("zone", value) => agent.zone = Zone::find(value).expect("a zone"),
            ("contract", value) => agent.contract = Some(value.into()),
            ("group", value) => agent.management_unit = Some(value.parse().expect("an id")),
            ("minor", value) => agent.minor_until = Some(value.parse().expect("a date")),
            _ => panic!("{word}: what is that of an agent?"),
        }
    }
    agent
}

/// The agent joins with the first line that names it.
fn joined(world: &World, name: &str) -> Vec<Event> {
    let id = AgentId::parse(name).expect("an id");
    let is_known = world.head().agent(&id).is_some();
    if is_known { Vec::new() } else { vec![Event::AgentPut(agent(world, name, &[]))] }
}

fn opened(world: &World, at: Instant) -> Option<Event> {
    let unit = world.head().unit().expect("a fixture begins with its site");
    let week = unit.week_of(at);
    let is_open = world.head().week(week).is_some();
    (!is_open).then(|| Event::WeekOpened { week, id: live_id(unit, week) })
}

fn shift(world: &mut World, words: &[&str]) {
    let mut line = world.clock.shift(world.head(), words);
    let plain = line.id.clone();
    for n in 2.. {
        if world.head().shift(&line.id).is_none() {
            break;
        }
        line.id = format!("{plain}-{n}").parse().expect("an id");
    }
    let (id, body) = (line.id, std::sync::Arc::new(line.body));
    let mut events = joined(world, words[0]);
    events.extend(opened(world, body.span.start));
    let agent = body.owner.clone();
    let about = id.to_string();
    events.push(Event::ShiftCreated { id, body });
    if !line.own.is_empty() {
        events.push(Event::CommitmentsChanged { agent, removed: vec![], added: line.own });
    }
    world.happen(ReferenceKind::ShiftEdit, &about, events);
}

fn own(world: &mut World, name: &str, words: &[&str]) {
    let [day, span, code] = words else { panic!("{words:?}: day span code") };
    let date = world.clock.day(day).expect("a day");
    let (code, paid) = line::code(world.head(), code);
    let commitment = line::commitment(world.clock.span(date, span), code, paid);
    let mut events = joined(world, name);
    let agent = AgentId::parse(name).expect("an id");
    events.push(Event::CommitmentsChanged { agent, removed: vec![], added: vec![commitment] });
    world.happen(ReferenceKind::ShiftEdit, name, events);
}

fn off(world: &mut World, name: &str, words: &[&str]) {
    let mut events = joined(world, name);
    let status = |word: &&str| {
        use TimeOffStatus::{Approved, Canceled, Denied, Pending, Waitlisted};
        let all = [Pending, Waitlisted, Approved, Denied, Canceled];
        all.into_iter().find(|status| status.name().eq_ignore_ascii_case(word))
    };
    let decided = words.iter().find_map(status).expect("a status");
    let decided = (decided != TimeOffStatus::Pending).then_some(decided);
    let words: Vec<&str> = words.iter().filter(|word| status(word).is_none()).copied().collect();
    let request = request(world, name, &words);
    let id = request.id.clone();
    events.push(Event::TimeOffRequested(request));
    events.extend(decided.map(|status| Event::TimeOffDecided { id: id.clone(), status }));
    world.happen(ReferenceKind::TimeOffRequest, &id.to_string(), events);
}

/// `mon..tue`, `mon`, or `mon 10:00-14:00`, then attributes.
pub(super) fn days<'a>(world: &World, words: &'a [&'a str]) -> (Days, &'a [&'a str]) {
    let [first, rest @ ..] = words else { panic!("no days") };
    let (from, to) = first.split_once("..").unwrap_or((first, first));
    let date = |word: &str| world.clock.day(word).unwrap_or_else(|| panic!("{word}: a day?"));
    if let [span, rest @ ..] = rest
        && span.contains(':')
    {
        return (Days::Partial(world.clock.span(date(from), span)), rest);
    }
    let (from, to): (Date, Date) = (date(from), date(to));
    let all = std::iter::successors(Some(from), |day| day.tomorrow().ok());
    (Days::FullDays(all.take_while(|day| *day <= to).collect()), rest)
}

pub(super) fn request(world: &World, name: &str, words: &[&str]) -> TimeOffRequest {
    let (days, rest) = days(world, words);
    let agent = AgentId::parse(name).expect("an id");
    let zone = world.head().agent(&agent).map_or(&world.clock.zone, |r| &r.agent.zone);
    let (mut code, mut paid) = line::code(world.head(), "off");
    let day = words[0].split("..").next().unwrap_or_default();
    let mut id = TimeOffId::parse(&format!("{name}-off-{day}")).expect("an id");
    for word in rest {
        match word.split_once('=') {
            Some(("id", value)) => id = value.parse().expect("an id"),
            Some(("code", value)) => (code, paid) = line::code(world.head(), value),
            None if *word == "unpaid" => paid = false,
            _ => panic!("{word}: what is that of time off?"),
        }
    }
    let intervals = days.intervals(zone);
    TimeOffRequest { id, agent, code, days, intervals, paid, paid_min: None, note: None }
}
