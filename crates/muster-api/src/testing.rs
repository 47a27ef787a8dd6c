//! A small unit for tests: Paris, two agents, a few shifts.

use muster_core::command::{Action, Command, Terms};
use muster_core::decide::{Decision, Rejection, decide};
use muster_core::diff;
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, CommandId, ShiftId, UnitId};
use muster_core::unit::{BusinessUnit, DayOfWeek};
use muster_core::{Instant, Interval, Roster, Zone};
use serde_json::Value;

use crate::agent::AgentIn;
use crate::parse;
use crate::shift::ShiftIn;

pub(crate) const NOW: &str = "2026-03-20T12:00:00Z";

pub(crate) fn at(text: &str) -> Instant {
    crate::time::instant(text).unwrap()
}

pub(crate) fn during(from: &str, to: &str) -> Interval {
    Interval::new(at(from), at(to)).unwrap()
}

pub(crate) fn agent(id: &str) -> AgentId {
    AgentId::parse(id).unwrap()
}

pub(crate) fn shift_id(id: &str) -> ShiftId {
    ShiftId::parse(id).unwrap()
}

pub(crate) fn unit() -> BusinessUnit {
    BusinessUnit {
        id: UnitId::parse("bu1").unwrap(),
        name: "Paris".into(),
        zone: Zone::find("Europe/Paris").unwrap(),
        first_day: DayOfWeek::Monday,
    }
}

pub(crate) fn command(action: Action) -> Command {
    Command::new(Actor { client: ClientId::parse("planner").unwrap(), agent: None }, action)
}

pub(crate) fn ask(roster: &Roster, action: Action) -> Result<Decision, Rejection> {
    decide(roster, &command(action), at(NOW))
}

/// Lets a command happen.
pub(crate) fn done(roster: &mut Roster, action: Action) -> Decision {
    let decision = ask(roster, action.clone()).unwrap();
    let id = CommandId::parse(&format!("c{}", roster.revision().0)).unwrap();
    if let Some(entry) = decision.entry(roster, &command(action), &id, at(NOW)) {
        roster.apply(&entry);
    }
    decision
}

/// Writes a shift as a client would.
pub(crate) fn put(roster: &mut Roster, json: &str) {
    let doc = parse::<ShiftIn>(json.as_bytes()).unwrap().doc(roster).unwrap();
    let edits = diff::shift(roster, &doc, &mut mint()).unwrap();
    done(roster, Action::EditShifts { edits, terms: Terms::default() });
}

/// Ids `new-1`, `new-2` …
pub(crate) fn mint() -> impl FnMut() -> ShiftId {
    let mut count = 0;
    move || {
        count += 1;
        shift_id(&format!("new-{count}"))
    }
}

/// Ana in Paris with two shifts around the night the clocks change, one with a break and a
/// meeting of hers in it; Ben in Singapore with one.
pub(crate) fn roster() -> Roster {
    let mut roster = Roster::default();
    done(&mut roster, Action::PutUnit(unit()));
    let agents = [
        r#"{"timeZone":"Europe/Paris","skills":[{"name":"fr"}],"contract":"full"}"#,
        r#"{"timeZone":"Asia/Singapore"}"#,
    ];
    let agents = ["ana", "ben"].into_iter().zip(agents).map(|(id, body)| {
        let input: AgentIn = parse(body.as_bytes()).unwrap();
        input.agent(agent(id), &unit(), None, "").unwrap().0
    });
    done(&mut roster, Action::PutAgents(agents.collect()));
    put(
        &mut roster,
        r#"{"id":"s1","agentId":"ana","start":"2026-03-23T08:00:00Z","lengthMinutes":480,
            "externalIds":{"trade_id":"T-1"},"note":"early","tags":["skill:fr"],"activities":[
            {"activityCodeId":"Meal","offsetMinutes":240,"lengthMinutes":30},
            {"activityCodeId":"Meeting","offsetMinutes":60,"lengthMinutes":30}]}"#,
    );
    put(
        &mut roster,
        r#"{"id":"s2","agentId":"ana","start":"2026-03-28T21:00:00Z","lengthMinutes":420}"#,
    );
    put(
        &mut roster,
        r#"{"id":"s3","agentId":"ben","start":"2026-03-24T08:00:00Z","lengthMinutes":480}"#,
    );
    roster
}

/// What is answered, as a client reads it.
pub(crate) fn json(view: &impl serde::Serialize) -> Value {
    serde_json::from_slice(&serde_json::to_vec(view).unwrap()).unwrap()
}

/// The same, for people to read.
pub(crate) fn pretty(view: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(view).unwrap()
}

/// The text in lines of at most 80 columns, broken at spaces.
pub(crate) fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.len() + word.len() < 80) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines.join("\n    ")
}
