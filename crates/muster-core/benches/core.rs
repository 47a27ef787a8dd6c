//! `cargo bench -p muster-core`: what deciding costs, by the size of the unit and of the change.

use std::sync::Arc;

use divan::{Bencher, black_box};
use jiff::civil::date;
use muster_core::agent::Agent;
use muster_core::command::{Action, Command, Terms, Verdict};
use muster_core::conflict::{Kind, Severity};
use muster_core::decide::{Readiness, decide};
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::{Actor, Entry};
use muster_core::event::Event;
use muster_core::id::{
    ActivityCodeId, AgentId, ClientId, CommandId, ScheduleId, ShiftId, SwapId, TrunkGroupId, UnitId,
};
use muster_core::levels::{Need, SkillStaffing, StaffingChange, TrunkGroup};
use muster_core::roster::Image;
use muster_core::rule::{RuleSetting, RulesChange};
use muster_core::shift::{Activity, AtomValue, ExternalIds, ShiftBody, Span, Tags};
use muster_core::swap::{Side, SwapOffer};
use muster_core::unit::{BusinessUnit, DayOfWeek};
use muster_core::{Instant, Interval, Roster, Zone};

fn main() {
    divan::main();
}

const SIZES: &[usize] = &[50, 500, 5_000];

fn zone() -> Zone {
    Zone::find("America/Chicago").expect("it is bundled")
}

fn now() -> Instant {
    zone().start_of_day(date(2026, 3, 16))
}

fn command(action: Action) -> Command {
    let client = ClientId::parse("planner").expect("it is an id");
    Command::new(Actor { client, agent: None }, action)
}

fn done(roster: &mut Roster, action: Action) {
    let command = command(action);
    let decision = decide(roster, &command, now()).expect("the fixture is legal");
    let id = CommandId::parse("c").expect("it is an id");
    if let Some(entry) = decision.entry(roster, &command, &id, now()) {
        roster.apply(&entry);
    }
}

fn agent(n: usize) -> AgentId {
    AgentId::parse(&format!("agent-{n:05}")).expect("it is an id")
}

fn shift(n: usize, day: usize) -> ShiftId {
    ShiftId::parse(&format!("shift-{n:05}-{day}")).expect("it is an id")
}

fn body(n: usize, day: usize, late_min: i64) -> Arc<ShiftBody> {
    let monday = zone().start_of_day(date(2026, 3, 23));
    let start = monday.plus_days(i64::try_from(day).unwrap_or(0)).plus_min(8 * 60 + late_min);
    let activity = |offset_min, length_min, code: &str, paid| Activity {
        offset_min,
        length_min,
        code: ActivityCodeId::parse(code).expect("it is an id"),
        paid,
    };
    Arc::new(ShiftBody {
        owner: agent(n),
        span: Span { start, length_min: 510, zone: zone() },
        activities: Arc::from([
            activity(120, 15, "Break", true),
            activity(240, 30, "Meal", false),
            activity(400, 15, "Break", true),
        ]),
        site: None,
        work_plan: None,
        external_ids: ExternalIds::new(),
        note: None,
        tags: Tags::new(),
    })
}

fn week(agents: usize, late_min: i64, base: Option<i64>) -> Edits {
    let shifts = (0..agents).flat_map(|n| {
        (0..5).map(move |day| ShiftEdit {
            id: shift(n, day),
            base: base.map(|late_min| body(n, day, late_min)),
            draft: Some(body(n, day, late_min)),
        })
    });
    Edits { shifts: shifts.collect(), commitments: Vec::new() }.normalized()
}

fn empty(agents: usize) -> Roster {
    let mut roster = Roster::default();
    let id = UnitId::parse("unit").expect("it is an id");
    let first_day = DayOfWeek::Monday;
    done(
        &mut roster,
        Action::PutUnit(BusinessUnit { id, name: "unit".into(), zone: zone(), first_day }),
    );
    let agents = (0..agents).map(|n| Agent {
        id: agent(n),
        management_unit: None,
        zone: zone(),
        skills: Vec::new(),
        contract: None,
        minor_until: None,
    });
    done(&mut roster, Action::PutAgents(agents.collect()));
    roster
}

fn draft_id() -> ScheduleId {
    ScheduleId::parse("draft").expect("it is an id")
}

fn drafted(roster: &mut Roster, edits: Edits) {
    let (id, week) = (draft_id(), date(2026, 3, 23));
    done(roster, Action::CreateDraft { id, week, name: "next".into(), base: None, edits });
}

fn published(agents: usize) -> Roster {
    let mut roster = empty(agents);
    drafted(&mut roster, week(agents, 0, None));
    done(&mut roster, Action::Publish { id: draft_id(), terms: Terms::default() });
    done(&mut roster, Action::DeleteDraft(draft_id()));
    roster
}

/// A publish that changes every agent of a week that is live.
#[divan::bench(args = SIZES)]
fn publish(bencher: Bencher<'_, '_>, agents: usize) {
    let mut roster = published(agents);
    drafted(&mut roster, week(agents, 30, Some(0)));
    let publish = command(Action::Publish { id: draft_id(), terms: Terms::default() });
    bencher.bench_local(|| decide(black_box(&roster), black_box(&publish), now()));
}

/// Applying its entry.
#[divan::bench(args = SIZES)]
fn apply(bencher: Bencher<'_, '_>, agents: usize) {
    let mut roster = published(agents);
    drafted(&mut roster, week(agents, 30, Some(0)));
    let publish = command(Action::Publish { id: draft_id(), terms: Terms::default() });
    let decision = decide(&roster, &publish, now()).expect("it is legal");
    let id = CommandId::parse("c").expect("it is an id");
    let entry = decision.entry(&roster, &publish, &id, now()).expect("it changes something");
    bencher.with_inputs(|| roster.clone()).bench_local_values(|mut roster| {
        roster.apply(&entry);
        roster
    });
}

/// What a unit asks of all agents together: staff by quarter hours, trunks, seats.
fn asking(mut roster: Roster, agents: usize) -> Roster {
    let monday = zone().start_of_day(date(2026, 3, 23));
    let during = |from, to| Interval::new(monday.plus_min(from), monday.plus_min(to));
    let need = |n: i64| Need {
        during: during(n * 15, n * 15 + 15).expect("it is not empty"),
        agents: u32::try_from(agents / 2).expect("a small number"),
    };
    let skills = vec![SkillStaffing { skill: None, needs: (0..480).map(need).collect() }];
    let during = during(0, 480 * 15).expect("it is not empty");
    done(&mut roster, Action::PutStaffing(StaffingChange { during, skills }));
    let capacity = u32::try_from(agents).expect("a small number");
    let id = TrunkGroupId::parse("all").expect("it is an id");
    let group = TrunkGroup { id, capacity, skills: Vec::new(), management_units: Vec::new() };
    done(&mut roster, Action::PutTrunks(vec![group]));
    let kinds = [Kind::StaffingBelowMinimum, Kind::TrunkCapacityExceeded];
    let put =
        kinds.map(|kind| RuleSetting { severity: Severity::Ack, ..roster.rules().usual(kind) });
    let change = RulesChange { put: put.to_vec(), ..RulesChange::default() };
    done(&mut roster, Action::SetRules(change));
    roster
}

/// A publish as above, where much is asked of all agents together.
#[divan::bench(args = SIZES)]
fn publish_asked(bencher: Bencher<'_, '_>, agents: usize) {
    let mut roster = asking(published(agents), agents);
    drafted(&mut roster, week(agents, 30, Some(0)));
    let publish = command(Action::Publish { id: draft_id(), terms: Terms::default() });
    bencher.bench_local(|| decide(black_box(&roster), black_box(&publish), now()));
}

/// Applying the entry of a publish where much is asked of all agents together.
#[divan::bench(args = SIZES)]
fn apply_asked(bencher: Bencher<'_, '_>, agents: usize) {
    let mut roster = asking(published(agents), agents);
    drafted(&mut roster, week(agents, 0, Some(0)));
    let fixture = week(agents, 30, Some(0));
    let events = fixture.shifts.iter().map(|edit| Event::ShiftChanged {
        id: edit.id.clone(),
        set: edit.draft.iter().map(|body| AtomValue::Span(body.span.clone())).collect(),
    });
    let nothing = command(Action::DeleteDraft(draft_id()));
    let mut decision = decide(&roster, &nothing, now()).expect("it is legal");
    decision.events = events.collect();
    let id = CommandId::parse("c").expect("it is an id");
    let entry = decision.entry(&roster, &nothing, &id, now()).expect("it changes something");
    bencher.with_inputs(|| roster.clone()).bench_local_values(|mut roster| {
        roster.apply(&entry);
        roster
    });
}

/// The approval of one swap where much is asked of all agents together.
#[divan::bench(args = SIZES)]
fn approve_swap_asked(bencher: Bencher<'_, '_>, agents: usize) {
    let (roster, approve) = swap(asking(published(agents), agents));
    bencher.bench_local(|| decide(black_box(&roster), black_box(&approve), now()));
}

/// Setting the required staff of a week anew.
#[divan::bench(args = SIZES)]
fn staffing(bencher: Bencher<'_, '_>, agents: usize) {
    bencher.with_inputs(|| published(agents)).bench_local_values(|roster| asking(roster, agents));
}

/// The approval of one swap.
#[divan::bench(args = SIZES)]
fn approve_swap(bencher: Bencher<'_, '_>, agents: usize) {
    let (roster, approve) = swap(published(agents));
    bencher.bench_local(|| decide(black_box(&roster), black_box(&approve), now()));
}

/// A swap that both agents agreed to, and its approval.
fn swap(mut roster: Roster) -> (Roster, Command) {
    let side = |n, day| Side { agent: agent(n), shift: Some(shift(n, day)) };
    let id = SwapId::parse("swap").expect("it is an id");
    let (initiator, receiver) = (side(0, 1), Some(side(1, 1)));
    let offer = SwapOffer { receiver, ..SwapOffer::of(id.clone(), initiator) };
    done(&mut roster, Action::OfferSwap(offer));
    done(&mut roster, Action::AcceptSwap { id: id.clone(), agent: agent(1), shift: None });
    (roster, command(Action::ApproveSwap { id, verdict: Verdict::default() }))
}

/// A unit with a draft of everybody's week, and what an action does to it.
struct Step {
    before: Roster,
    entry: Entry,
    after: Roster,
}

fn step(mut before: Roster, action: Action) -> Step {
    let agents = before.agents().count() - 1;
    drafted(&mut before, week(agents, 30, Some(0)));
    let command = command(action);
    let decision = decide(&before, &command, now()).expect("it is legal");
    let id = CommandId::parse("c").expect("it is an id");
    let entry = decision.entry(&before, &command, &id, now()).expect("it changes something");
    let mut after = before.clone();
    after.apply(&entry);
    Step { before, entry, after }
}

/// An edit of one shift, which the draft moves elsewhere.
fn edit(n: usize) -> Action {
    let mut edits = week(n + 1, 15, Some(0));
    edits.shifts.retain(|edit| edit.id == shift(n, 1));
    Action::EditShifts { edits, terms: Terms::default() }
}

fn feed(bencher: Bencher<'_, '_>, Step { before, entry, after }: &Step) {
    bencher.bench_local(|| muster_core::feed::events(black_box(before), entry, after));
}

/// What the feed tells of an edit of somebody who is in a draft of all the others too.
#[divan::bench(args = SIZES)]
fn feed_touching_a_draft(bencher: Bencher<'_, '_>, agents: usize) {
    feed(bencher, &step(published(agents), edit(agents / 2)));
}

/// The same for somebody who is in no draft.
#[divan::bench(args = SIZES)]
fn feed_beside_a_draft(bencher: Bencher<'_, '_>, agents: usize) {
    feed(bencher, &step(published(agents), edit(agents - 1)));
}

/// What it tells when a rule is set, for a draft of everybody.
#[divan::bench(args = SIZES)]
fn feed_of_a_rule(bencher: Bencher<'_, '_>, agents: usize) {
    let roster = published(agents);
    let change =
        RuleSetting { severity: Severity::Ack, ..roster.rules().usual(Kind::RestTimeShort) };
    let change = RulesChange { put: vec![change], ..RulesChange::default() };
    feed(bencher, &step(roster, Action::SetRules(change)));
}

/// Which agents of a draft of everybody could go live: the first look.
#[divan::bench(args = SIZES)]
fn readiness(bencher: Bencher<'_, '_>, agents: usize) {
    let Step { after, .. } = step(published(agents), edit(agents / 2));
    bencher.bench_local(|| Readiness::of(black_box(&after), &draft_id(), now()));
}

/// The next look, one entry later.
#[divan::bench(args = SIZES)]
fn readiness_after(bencher: Bencher<'_, '_>, agents: usize) {
    let Step { before, entry, after } = step(published(agents), edit(agents / 2));
    let known = Readiness::of(&before, &draft_id(), now()).expect("it is open");
    bencher.bench_local(|| black_box(&known).after(&[(&entry, &after)], now()));
}

/// A snapshot's image, and back.
#[divan::bench(args = SIZES)]
fn image(bencher: Bencher<'_, '_>, agents: usize) {
    let roster = published(agents);
    bencher.bench_local(|| Image::of(black_box(&roster)).roster());
}

/// The rules over a week, agent by agent.
#[divan::bench(args = SIZES)]
fn rules(bencher: Bencher<'_, '_>, agents: usize) {
    let roster = published(agents);
    let start = zone().start_of_day(date(2026, 3, 23));
    let during = Interval::new(start, start.plus_days(7)).expect("it is not empty");
    bencher.bench_local(|| {
        let found =
            (0..agents).map(|n| muster_core::rule::findings(&roster, &agent(n), during).len());
        found.sum::<usize>()
    });
}
