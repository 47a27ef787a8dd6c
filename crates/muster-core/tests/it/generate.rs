//! Units and changes to throw at the core, small enough to be read when one of them fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use muster_core::draft::{CommitmentEdit, Edits, ShiftEdit};
use muster_core::id::{AgentId, ShiftId};
use muster_core::shift::{Activity, Commitment, Shift, ShiftBody, Span};
use muster_core::testing::World;
use muster_core::zone::Disambiguation;
use muster_core::{Instant, Interval, Roster};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) const NAMES: [&str; 5] = ["ana", "ben", "cleo", "dan", "eve"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Weeks whose last night is longer or shorter than it looks.
const PLACES: [&str; 6] = [
    "site Europe/Paris week 2026-03-23",
    "site Europe/Paris week 2026-10-19",
    "site America/Chicago week 2026-03-02",
    "site America/Chicago week 2026-10-26",
    "site Australia/Lord_Howe week 2026-03-30",
    "site Australia/Lord_Howe week 2026-09-28",
];

/// A unit with agents, shifts, meetings and time off.
pub(crate) fn fixture() -> impl Strategy<Value = String> {
    let shifts = vec((0..5_usize, 0..7_usize, 6..13_u8, 4..10_u8, 0..8_u8), 1..10);
    start(shifts.boxed())
}

/// The same, where staff is required, lines and seats are few, and all of it matters.
pub(crate) fn asking_fixture() -> impl Strategy<Value = String> {
    let severity = prop_oneof![Just("ack"), Just("block")];
    let staff = vec((0..7_usize, 7..13_u8, 1..4_u8, 0..4_u8), 1..5);
    (fixture(), severity, staff, 1..4_u8).prop_map(|(text, severity, staff, few)| {
        let mut lines = vec![text];
        for kind in ["STAFFING_BELOW_MINIMUM", "TRUNK_CAPACITY_EXCEEDED", "SITE_SEATS_EXCEEDED"] {
            lines.push(format!("rule {kind} {severity}"));
        }
        lines.extend(staff.into_iter().map(|(day, hour, agents, skill)| {
            let skill = if skill < 2 { format!("s{skill}") } else { String::new() };
            format!("staff {} {hour:02}:00-{:02}:00 {agents} {skill}", DAYS[day], hour + 4)
        }));
        lines.push(format!("trunks eu {few} skill=s0 skill=s1; us {}", few + 1));
        lines.push(format!("seats lyon {few}; lille 1"));
        lines.join("\n")
    })
}

/// Rules that small units break easily, with parameters that make it easier.
const STRICT: [&str; 29] = [
    "SHIFT_OVERLAP",
    "TIME_OFF_APPROVED_OVERLAP",
    "TIME_OFF_PENDING_OVERLAP",
    "TIME_OFF_LIMIT_EXHAUSTED",
    "ACTIVITY_OUTSIDE_SHIFT",
    "SKILL_MISSING",
    "SHIFT_STARTED",
    "REST_TIME_SHORT minRestMinutes=840",
    "MAX_CONSECUTIVE_HOURS maxMinutes=480",
    "MAX_HOURS_DAY maxMinutes=420",
    "MAX_HOURS_WEEK maxMinutes=900",
    "MIN_HOURS_WEEK minMinutes=900",
    "MAX_HOURS_PERIOD maxMinutes=900 weeks=1",
    "MIN_HOURS_PERIOD minMinutes=900 weeks=1",
    "MAX_HOURS_AVERAGE maxMinutes=480 weeks=2",
    "MAX_CONSECUTIVE_DAYS maxDays=1",
    "MIN_CONSECUTIVE_DAYS minDays=2",
    "MIN_DAYS_OFF minDays=2",
    "MAX_WEEKENDS maxWeekends=0 weeks=1",
    "MAX_SHIFTS maxShifts=2 weeks=1",
    "SUCCESSION_FORBIDDEN",
    "WEEKLY_REST_SHORT minRestMinutes=5000",
    "BREAK_MISSING fromMinutes=240",
    "MAX_NIGHT_HOURS maxMinutes=120",
    "FORBIDDEN_HOURS",
    "NOTICE_SHORT",
    "SWAP_TIME_UNEQUAL",
    "SWAP_ONE_SIDED",
    "SWAP_NOTICE_SHORT minNoticeMinutes=7200",
];

/// Any of these, where some rules are strict, days are locked, and few may be off.
pub(crate) fn strict_fixture() -> impl Strategy<Value = String> {
    let fixture =
        prop_oneof![fixture().boxed(), asking_fixture().boxed(), broken_fixture().boxed()];
    let severity = prop_oneof![1 => Just("warn"), 3 => Just("ack"), 2 => Just("block")];
    let rules = vec((0..STRICT.len() + 2, severity), 0..5);
    let limits = vec((0..7_usize, 0..2_u8), 0..2);
    (fixture, rules, limits).prop_map(|(text, rules, limits)| {
        let monday = text.lines().next().and_then(|line| line.rsplit(' ').next());
        let monday = monday.unwrap_or_default();
        let mut lines = vec![text.clone()];
        lines.extend(rules.into_iter().map(|(n, severity)| match STRICT.get(n) {
            Some(rule) => {
                let (kind, params) = rule.split_once(' ').unwrap_or((rule, ""));
                format!("rule {kind} {severity} {params}")
            }
            None if n == STRICT.len() => {
                format!("rule PERIOD_LOCKED {severity} through={monday}")
            }
            None => format!("rule SWAP_LIMIT_REACHED {severity} maxPerWeek=1"),
        }));
        let limit = |(day, agents): &(usize, u8)| format!("limit l{day} {} {agents}", DAYS[*day]);
        lines.extend(limits.iter().map(limit));
        // Ana cannot work on the days that few may be off.
        let cannot = |(day, _): &(usize, u8)| format!("ana cannot {} 08:00-12:00", DAYS[*day]);
        lines.extend(limits.iter().map(cannot));
        lines.join("\n")
    })
}

/// The same, with shifts that overlap, leave no rest and last too long.
pub(crate) fn broken_fixture() -> impl Strategy<Value = String> {
    let shifts = vec((0..5_usize, 0..7_usize, 0..24_u8, 1..16_u8, 0..8_u8), 1..10);
    start(shifts.boxed())
}

type ShiftSeed = (usize, usize, u8, u8, u8);

fn start(shifts: BoxedStrategy<Vec<ShiftSeed>>) -> impl Strategy<Value = String> {
    let own = vec((0..5_usize, 0..7_usize, 7..12_u8), 0..3);
    let off = vec((0..5_usize, 0..7_usize, any::<bool>()), 0..3);
    (0..PLACES.len(), 2..=5_usize, shifts, own, off).prop_map(
        |(place, agents, shifts, own, off)| {
            let mut lines = vec![PLACES[place].to_owned()];
            lines.extend((0..agents).map(|n| format!("{} is skill=s{n}", NAMES[n])));
            let mut taken = std::collections::BTreeSet::new();
            for (agent, day, hour, hours, extra) in shifts {
                let (agent, day) = (NAMES[agent % agents], DAYS[day]);
                if hours < 10 && hour > 5 && !taken.insert((agent, day)) {
                    continue;
                }
                let mut line = format!("{agent} {day} {hour:02}:00-{:02}:00", (hour + hours) % 24);
                if extra & 1 > 0 && hours > 3 {
                    let hour = (hour + 2) % 24;
                    line += &format!(" {hour:02}:00-{hour:02}:15 break");
                }
                line += if extra & 2 > 0 { " +a note=first" } else { "" };
                lines.push(line);
            }
            let meeting = |(agent, day, hour): (usize, usize, u8)| {
                let (agent, day) = (NAMES[agent % agents], DAYS[day]);
                format!("{agent} own {day} {hour:02}:00-{:02}:00 meeting", hour + 1)
            };
            lines.extend(own.into_iter().map(meeting));
            let mut asked = std::collections::BTreeSet::new();
            for (agent, day, approved) in off {
                let (agent, day) = (NAMES[agent % agents], DAYS[day]);
                let status = if approved { "approved" } else { "pending" };
                if asked.insert((agent, day)) {
                    lines.push(format!("{agent} off {day} {status}"));
                }
            }
            lines.join("\n")
        },
    )
}

/// What somebody wants of a shift or an agent; numbers choose among what is there.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Create { id: u8, agent: u8, day: u8, hour: u8, half_hours: u8 },
    Delete { shift: u8 },
    Span { shift: u8, day: u8, hour: u8, half_hours: u8 },
    Owner { shift: u8, agent: u8 },
    Tag { shift: u8, tag: u8, is_there: bool },
    Note { shift: u8, note: u8 },
    Site { shift: u8, site: u8 },
    External { shift: u8, id: u8 },
    Break { shift: u8, slot: u8 },
    NoBreaks { shift: u8 },
    Own { agent: u8, day: u8, hour: u8, is_there: bool },
}

impl Change {
    /// The same change of another shift.
    pub(crate) fn of(mut self, n: u8) -> Self {
        if let Self::Delete { shift }
        | Self::Span { shift, .. }
        | Self::Owner { shift, .. }
        | Self::Tag { shift, .. }
        | Self::Note { shift, .. }
        | Self::Site { shift, .. }
        | Self::External { shift, .. }
        | Self::Break { shift, .. }
        | Self::NoBreaks { shift } = &mut self
        {
            *shift = n;
        }
        self
    }
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    use Change::{Break, Create, Delete, External, NoBreaks, Note, Own, Owner, Site, Span, Tag};
    let (s, a, d) = (|| 0..10_u8, || 0..5_u8, || 0..7_u8);
    prop_oneof![
        2 => (0..4_u8, a(), d(), 0..24_u8, 1..24_u8).prop_map(|(id, agent, day, hour, half_hours)| {
            Create { id, agent, day, hour, half_hours }
        }),
        1 => s().prop_map(|shift| Delete { shift }),
        3 => (s(), d(), 0..24_u8, 1..24_u8).prop_map(|(shift, day, hour, half_hours)| {
            Span { shift, day, hour, half_hours }
        }),
        2 => (s(), a()).prop_map(|(shift, agent)| Owner { shift, agent }),
        2 => (s(), 0..4_u8, any::<bool>()).prop_map(|(shift, tag, is_there)| {
            Tag { shift, tag, is_there }
        }),
        2 => (s(), 0..5_u8).prop_map(|(shift, note)| Note { shift, note }),
        1 => (s(), 0..3_u8).prop_map(|(shift, site)| Site { shift, site }),
        1 => (s(), 0..4_u8).prop_map(|(shift, id)| External { shift, id }),
        2 => (s(), 0..6_u8).prop_map(|(shift, slot)| Break { shift, slot }),
        1 => s().prop_map(|shift| NoBreaks { shift }),
        1 => (a(), d(), 7..12_u8, any::<bool>()).prop_map(|(agent, day, hour, is_there)| {
            Own { agent, day, hour, is_there }
        }),
    ]
}

pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    vec(change(), 1..5)
}

pub(crate) fn all_time() -> Interval {
    Interval::new(Instant::MIN.plus_days(3), Instant::MAX).expect("it begins before it ends")
}

/// All shifts, by id.
pub(crate) fn shifts(roster: &Roster) -> Vec<&Shift> {
    World::shifts(roster).collect()
}

pub(crate) fn pick<T>(all: &[T], n: u8) -> Option<&T> {
    all.get(usize::from(n) % all.len().max(1))
}

pub(crate) fn agent(roster: &Roster, n: u8) -> AgentId {
    let all: Vec<&AgentId> = roster.agents().map(|record| &record.agent.id).collect();
    pick(&all, n).map_or_else(|| "nobody".parse().expect("an id"), |id| (*id).clone())
}

pub(crate) fn day(world: &World, n: u8) -> Date {
    world.clock.week.checked_add(jiff::Span::new().days(i64::from(n))).expect("a date")
}

fn at(world: &World, n: u8, hour: u8) -> Instant {
    let local = day(world, n).at(i8::try_from(hour).expect("an hour"), 0, 0, 0);
    world.clock.zone.resolve(local, Disambiguation::Compatible).expect("nothing is rejected")
}

fn span(world: &World, day: u8, hour: u8, half_hours: u8) -> Span {
    let zone = world.clock.zone.clone();
    Span { start: at(world, day, hour), length_min: u32::from(half_hours) * 30, zone }
}

/// The edits that lead from a ground to the changes.
pub(crate) fn edits(world: &World, ground: &Roster, changes: &[Change]) -> Edits {
    let mut wanted = Wanted { world, ground, shifts: BTreeMap::new(), own: BTreeMap::new() };
    changes.iter().for_each(|change| wanted.take(change));
    let edit = |(id, draft): (ShiftId, Option<ShiftBody>)| {
        let base = ground.shift(&id).map(|shift| shift.body.clone());
        ShiftEdit { id, base, draft: draft.map(Arc::new) }
    };
    let shifts = wanted.shifts.into_iter().map(edit).collect();
    Edits { shifts, commitments: wanted.own.into_values().collect() }.normalized()
}

struct Wanted<'a> {
    world: &'a World,
    ground: &'a Roster,
    shifts: BTreeMap<ShiftId, Option<ShiftBody>>,
    own: BTreeMap<AgentId, CommitmentEdit>,
}

impl Wanted<'_> {
    fn change(&mut self, shift: u8, change: impl FnOnce(&mut ShiftBody)) {
        let all = shifts(self.ground);
        let Some(known) = pick(&all, shift) else { return };
        let body = || Some((*known.body).clone());
        let wanted = self.shifts.entry(known.id.clone()).or_insert_with(body);
        if let Some(body) = wanted {
            change(body);
        }
    }

    fn take(&mut self, change: &Change) {
        let (world, ground) = (self.world, self.ground);
        match *change {
            Change::Create { id, agent: n, day, hour, half_hours } => {
                let id: ShiftId = format!("x{id}").parse().expect("an id");
                let span = span(world, day, hour, half_hours);
                if ground.shift(&id).is_none() {
                    self.shifts.insert(id, Some(bare(agent(ground, n), span)));
                }
            }
            Change::Delete { shift } => {
                let all = shifts(ground);
                self.shifts.extend(pick(&all, shift).map(|known| (known.id.clone(), None)));
            }
            Change::Span { shift, day, hour, half_hours } => {
                self.change(shift, |body| body.span = span(world, day, hour, half_hours));
            }
            Change::Owner { shift, agent: n } => {
                self.change(shift, |body| body.owner = agent(ground, n));
            }
            Change::Tag { shift, tag, is_there } => self.change(shift, |body| {
                let tag: Arc<str> = ["a", "b", "c", "skill:s1"][usize::from(tag)].into();
                body.tags.remove(&tag);
                body.tags.extend(is_there.then_some(tag));
            }),
            Change::Note { shift, note } => self.change(shift, |body| {
                let notes = ["", "first", "first\nmine", "more", "x\nmine"];
                let note = Some(notes[usize::from(note)]).filter(|note| !note.is_empty());
                body.note = note.map(Arc::from);
            }),
            Change::Site { shift, site } => self.change(shift, |body| {
                body.site = [None, Some("lyon"), Some("lille")][usize::from(site)].map(Arc::from);
            }),
            Change::External { shift, id } => self.change(shift, |body| {
                body.external_ids.clear();
                if id > 0 {
                    body.external_ids.insert("verint".into(), id.to_string().into());
                }
            }),
            Change::Break { shift, slot } => self.change(shift, |body| put_break(body, slot)),
            Change::NoBreaks { shift } => self.change(shift, |body| body.activities = [].into()),
            Change::Own { agent: n, day, hour, is_there } => {
                self.own(agent(ground, n), at(world, day, hour), is_there);
            }
        }
    }

    fn own(&mut self, agent: AgentId, start: Instant, is_there: bool) {
        let week = self.ground.unit().and_then(|unit| unit.week(self.world.clock.week));
        let within = week.expect("a week");
        let code = "Meeting".parse().expect("an id");
        let meeting = Commitment { start, length_min: 60, code, paid: true };
        let edit = self.own.entry(agent.clone()).or_insert_with(|| {
            let base: Vec<_> = self.ground.commitments_of(&agent, within).cloned().collect();
            CommitmentEdit { agent, within, draft: base.clone(), base }
        });
        edit.draft.retain(|own| !(own.start < meeting.end() && start < own.end()));
        edit.draft.extend(is_there.then_some(meeting));
        edit.draft.sort();
    }
}

/// A break of a quarter of an hour in one of six places an hour apart, a lunch in the even ones.
fn put_break(body: &mut ShiftBody, slot: u8) {
    let code = if slot.is_multiple_of(2) { "Meal" } else { "Break" };
    let offset_min = u32::from(slot) * 60;
    let activity = Activity {
        offset_min,
        length_min: 15,
        code: code.parse().expect("an id"),
        paid: !slot.is_multiple_of(2),
    };
    let apart = |a: &&Activity| {
        a.code != activity.code
            && (a.offset_min + a.length_min <= offset_min || offset_min + 15 <= a.offset_min)
    };
    let mut all: Vec<Activity> = body.activities.iter().filter(apart).cloned().collect();
    all.push(activity.clone());
    all.sort();
    body.activities = all.into();
}

fn bare(owner: AgentId, span: Span) -> ShiftBody {
    ShiftBody {
        owner,
        span,
        activities: Arc::from([]),
        site: None,
        work_plan: None,
        external_ids: BTreeMap::new(),
        note: None,
        tags: std::collections::BTreeSet::new(),
    }
}
