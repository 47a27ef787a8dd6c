//! What every history begins with: two small units of one organization.

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use muster_core::agent::Agent;
use muster_core::command::{Action, Command, Terms};
use muster_core::decide::decide;
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::{Actor, FORMAT};
use muster_core::id::{AgentId, CommandId, ShiftId};
use muster_core::shift::{ShiftBody, Span};
use muster_core::unit::{BusinessUnit, DayOfWeek};
use muster_core::{Instant, Revision, Roster, Zone};
use muster_ledger::sim::Sim;
use muster_ledger::{Ledger, NewEntry, UnitKey, encode, subjects};

/// When histories begin, two weeks before the week: 2026-03-23T08:00:00Z.
const NOW_MS: i64 = 1_774_252_800_000;

pub(crate) fn now() -> Instant {
    Instant::from_ms(NOW_MS)
}

/// The week that is worked on.
pub(crate) fn week() -> Date {
    jiff::civil::date(2026, 4, 6)
}

/// 06:00 UTC on a day of the week, and minutes after.
pub(crate) fn at(day: usize, min: usize) -> Instant {
    let start = now().plus_days(14 + i64::try_from(day).unwrap()).plus_min(-120);
    start.plus_min(i64::try_from(min).unwrap())
}

pub(crate) fn keys() -> [UnitKey; 2] {
    ["u1", "u2"]
        .map(|unit| UnitKey { organization: "acme".parse().unwrap(), unit: unit.parse().unwrap() })
}

pub(crate) fn actor(name: &str) -> Actor {
    Actor { client: name.parse().unwrap(), agent: None }
}

pub(crate) fn agent(id: &AgentId) -> Agent {
    let (id, zone) = (id.clone(), Zone::utc());
    Agent { id, management_unit: None, zone, skills: Vec::new(), contract: None, minor_until: None }
}

pub(crate) fn body(owner: &AgentId, day: usize, min: usize, length_min: u32) -> ShiftBody {
    ShiftBody {
        owner: owner.clone(),
        span: Span { start: at(day, min), length_min, zone: Zone::utc() },
        activities: Arc::from([]),
        site: None,
        work_plan: None,
        external_ids: std::collections::BTreeMap::new(),
        note: None,
        tags: std::collections::BTreeSet::new(),
    }
}

/// The database, and the state of each unit.
pub(crate) struct Setting {
    pub(crate) sim: Sim,
    pub(crate) rosters: [Roster; 2],
}

pub(crate) fn setting() -> &'static Setting {
    static SETTING: OnceLock<Setting> = OnceLock::new();
    SETTING.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(furnished())
    })
}

async fn furnished() -> Setting {
    let sim = Sim::new();
    let ledger = Ledger::simulated(&sim.node("furnishes"));
    let [first, second] = keys();
    let rosters = [
        unit(&ledger, &first, &["a0", "a1", "a2", "a3"], 3).await,
        unit(&ledger, &second, &["b0", "b1"], 2).await,
    ];
    Setting { sim, rosters }
}

async fn unit(ledger: &Ledger, key: &UnitKey, agents: &[&str], days: usize) -> Roster {
    ledger.create_unit(&key.organization, &key.unit).await.unwrap();
    let agents: Vec<AgentId> = agents.iter().map(|name| name.parse().unwrap()).collect();
    let shift = |agent: &AgentId, day: usize| ShiftEdit {
        id: ShiftId::parse(&format!("{agent}-{day}")).unwrap(),
        base: None,
        draft: Some(Arc::new(body(agent, day, 0, 480))),
    };
    let shifts = agents.iter().flat_map(|agent| (0..days).map(|day| shift(agent, day)));
    let shifts = Edits { shifts: shifts.collect(), commitments: Vec::new() };
    let (id, name) = (key.unit.clone(), Arc::from("unit"));
    let unit = BusinessUnit { id, name, zone: Zone::utc(), first_day: DayOfWeek::Monday };
    let actions = [
        Action::PutUnit(unit),
        Action::PutAgents(agents.iter().map(agent).collect()),
        Action::EditShifts { edits: shifts, terms: Terms::default() },
    ];
    let mut roster = Roster::default();
    for action in actions {
        let command = Command::new(actor("furnishes"), action);
        let decision = decide(&roster, &command, now()).unwrap();
        let id = CommandId::parse(&format!("furnish-{}", roster.revision())).unwrap();
        let entry = decision.entry(&roster, &command, &id, now()).unwrap();
        let new = NewEntry {
            at: entry.at,
            format: FORMAT,
            command: id,
            request_hash: [0; 32],
            answer: serde_json::to_vec(&decision.outcome).unwrap(),
            body: encode(&entry),
            subjects: subjects(&entry.events),
        };
        let after: Revision = roster.revision();
        ledger.append(key, after, vec![new]).await.unwrap();
        roster.apply(&entry);
    }
    roster
}
