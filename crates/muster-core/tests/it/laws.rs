//! Laws of merging, diffing and deciding, on generated units in weeks in which the clocks change.

use std::collections::BTreeSet;
use std::sync::Arc;

use muster_core::command::{Action, Terms};
use muster_core::conflict::{Clash, Kind};
use muster_core::diff;
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::id::{AgentId, ScheduleId, ShiftId};
use muster_core::merge::{self, Change as Merge, Resolutions};
use muster_core::shift::{Shift, ShiftBody};
use muster_core::testing::World;
use muster_core::{Roster, decide};
use proptest::prelude::*;

use crate::documents::activity_doc;
use crate::generate::{
    Change, all_time, asking_fixture, broken_fixture, changes, edits, fixture, shifts,
};
use crate::oracle::broken_promises;
use crate::steps::is_whole;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// One shift as two people changed it.
fn sides() -> impl Strategy<Value = (ShiftEdit, Option<ShiftBody>)> {
    (fixture(), changes(), changes(), 0..10_u8).prop_filter_map("no shift", |(text, a, b, n)| {
        let world = World::of(&text);
        let of_first = |changes: &[Change]| -> Vec<Change> {
            changes.iter().map(|change| change.clone().of(n)).collect()
        };
        let edit = |changes: &[Change]| {
            let mut edits = edits(&world, world.head(), &of_first(changes)).shifts;
            edits.retain(|edit| edit.base.is_some());
            edits.pop()
        };
        let yours = edit(&a)?;
        let live =
            edit(&b).filter(|edit| edit.id == yours.id).map_or(yours.base.clone(), |e| e.draft);
        Some((yours, live.map(|body| (*body).clone())))
    })
}

fn merged(edit: &ShiftEdit, live: Option<&ShiftBody>) -> (Option<ShiftBody>, Vec<Kind>) {
    let merged = merge::shift(edit, live, &Resolutions::new());
    let kinds = merged.clashes.into_iter().map(|(kind, _)| kind).collect();
    (merged.change.applied(live).map(|body| (*body).clone()), kinds)
}

fn edited(edits: Edits) -> Action {
    Action::EditShifts { edits, terms: Terms::default() }
}

/// Makes the draft `d` of what was wanted at the head.
fn draft(world: &mut World, changes: &[Change]) {
    let (id, week) = (ScheduleId::parse("d").expect("an id"), world.clock.week);
    let base = Some(world.head().revision());
    let edits = edits(world, world.head(), changes);
    let make = Action::CreateDraft { id, week, name: "d".into(), base, edits };
    world.run(&make).expect("nothing stands in the way of a draft");
}

fn bodies(edits: &Edits) -> impl Iterator<Item = &ShiftBody> {
    edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft)).map(|body| &**body)
}

fn bodies_of_one_id(a: &Edits, b: &Edits) -> bool {
    a.shifts.iter().any(|one| b.shifts.iter().any(|other| one.id == other.id))
}

fn owners(edits: &Edits) -> BTreeSet<AgentId> {
    let own = edits.commitments.iter().map(|edit| edit.agent.clone());
    bodies(edits).map(|body| body.owner.clone()).chain(own).collect()
}

fn external_ids(edits: &Edits) -> BTreeSet<Arc<str>> {
    bodies(edits).flat_map(|body| body.external_ids.values().cloned()).collect()
}

/// What a document of every agent's week shows, shift by shift.
fn shown(roster: &Roster) -> Vec<String> {
    let line = |shift: &&Shift| {
        let ShiftBody { owner, span, activities: _, site, work_plan, external_ids, note, tags } =
            &*shift.body;
        let activities = roster.activities(&shift.body);
        let texts = (site, work_plan, external_ids, note, tags);
        format!("{owner} {span:?} {activities:?} {texts:?}")
    };
    let mut lines: Vec<String> = shifts(roster).iter().map(line).collect();
    lines.sort();
    lines
}

/// Documents that say everything of all agents' weeks.
fn documents(roster: &Roster, week: jiff::civil::Date, with_ids: bool) -> Vec<diff::WeekDoc> {
    let during = roster.unit().and_then(|unit| unit.week(week)).expect("a week");
    let doc = |shift: &Shift| {
        let body = &shift.body;
        diff::ShiftDoc {
            id: with_ids.then(|| shift.id.clone()),
            owner: Some(body.owner.clone()),
            span: Some(body.span.clone()),
            activities: Some(roster.activities(body).iter().map(activity_doc).collect()),
            site: Some(body.site.clone()),
            work_plan: Some(body.work_plan.clone()),
            external_ids: Some(body.external_ids.clone()),
            note: Some(body.note.clone()),
            tags: Some(body.tags.clone()),
            pointer: String::new(),
        }
    };
    let agents = roster.agents().map(|record| record.agent.id.clone());
    agents
        .map(|agent| {
            let shifts = roster.shifts_starting(&agent, during).map(doc).collect();
            diff::WeekDoc { agent, shifts }
        })
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn merging_with_the_base_takes_the_other_side((edit, live) in sides()) {
        let yours = edit.draft.as_deref().cloned();
        prop_assert_eq!(merged(&edit, edit.base.as_deref()), (yours, vec![]));
        let nothing = ShiftEdit { draft: edit.base.clone(), ..edit };
        prop_assert_eq!(merged(&nothing, live.as_ref()), (live.clone(), vec![]));
    }

    #[test]
    fn merging_the_same_edit_twice_is_merging_it_once((edit, live) in sides()) {
        let (once, clashes) = merged(&edit, live.as_ref());
        if clashes.is_empty() {
            let again = merge::shift(&edit, once.as_ref(), &Resolutions::new());
            prop_assert_eq!((again.change, again.clashes), (Merge::None, vec![]));
        }
    }

    #[test]
    fn merging_is_the_same_from_either_side((edit, live) in sides()) {
        let mirror = ShiftEdit {
            draft: live.clone().map(Arc::new),
            ..edit.clone()
        };
        let one = merge::shift(&edit, live.as_ref(), &Resolutions::new());
        let other = merge::shift(&mirror, edit.draft.as_deref(), &Resolutions::new());
        let sides = |clashes: Vec<(Kind, Clash)>, flip: bool| {
            let pair = |c: Clash| {
                if flip { (c.base, c.live, c.yours) } else { (c.base, c.yours, c.live) }
            };
            clashes.into_iter().map(|(_, clash)| pair(clash)).collect::<Vec<_>>()
        };
        if one.clashes.is_empty() {
            let here = one.change.applied(live.as_ref());
            prop_assert_eq!(here, other.change.applied(edit.draft.as_deref()));
        }
        prop_assert_eq!(sides(one.clashes, false), sides(other.clashes, true));
    }

    #[test]
    fn edits_from_one_base_meet_in_either_order(
        text in fixture(), a in changes(), b in changes(), c in changes(),
    ) {
        let world = World::of(&text);
        let of = |changes: &[Change]| edited(edits(&world, world.head(), changes));
        commute(&world, &of(&a), &of(&b), &c)?;
    }

    #[test]
    fn an_edit_is_not_refused_because_something_else_moved(
        text in fixture(), a in changes(), b in changes(),
    ) {
        let world = World::of(&text);
        let [a, b] = [a, b].map(|changes| edits(&world, world.head(), &changes));
        let (whose, ids) = (owners(&a), external_ids(&a));
        let meet = owners(&b).iter().any(|agent| whose.contains(agent))
            || external_ids(&b).iter().any(|id| ids.contains(id))
            || bodies_of_one_id(&a, &b);
        let [a, b] = [a, b].map(edited);
        let alone = world.decide(&b);
        let mut moved = world.clone();
        if !meet && is_whole(&alone) && moved.run(&a).is_ok() {
            prop_assert_eq!(alone.map(|d| d.outcome), moved.decide(&b).map(|d| d.outcome));
        }
    }

    #[test]
    fn a_publish_and_a_swap_meet_in_either_order(
        text in prop_oneof![fixture(), asking_fixture()],
        a in changes(),
        one in 0..10_u8,
        other in 0..10_u8,
    ) {
        let mut world = World::of(&text);
        let all = shifts(world.head());
        let ids = [one, other].map(|n| all[usize::from(n) % all.len()].id.clone());
        let owner = all.iter().find(|shift| shift.id == ids[1]).map(|s| s.body.owner.clone());
        draft(&mut world, &a);
        world.send(&format!("swap w {} for {}", ids[0], ids[1]));
        world.send(&format!("accept w {}", owner.unwrap()));
        let (publish, approve) = (world.action("publish d"), world.action("approve w"));
        commute(&world, &publish, &approve, &[])?;
    }

    #[test]
    fn a_publish_and_time_off_meet_in_either_order(
        text in fixture(), a in changes(), n in 0..3_u8,
    ) {
        let mut world = World::of(&text);
        draft(&mut world, &a);
        let all: Vec<_> = world.head().all_time_off().map(|t| t.request.id.clone()).collect();
        if let Some(id) = crate::generate::pick(&all, n) {
            let approve = world.action(&format!("approve-off {id}"));
            commute(&world, &world.action("publish d"), &approve, &[])?;
        }
    }

    #[test]
    fn the_edits_between_two_states_lead_from_one_to_the_other(
        text in fixture(), changes in changes(), with_ids in any::<bool>(),
    ) {
        let world = World::of(&text);
        let ground = world.head();
        let there = diff::applied(ground, &edits(&world, ground, &changes));
        let docs = documents(&there, world.clock.week, with_ids);
        let mut next = 0;
        let mut mint = || {
            next += 1;
            ShiftId::parse(&format!("new-{next}")).unwrap()
        };
        let edits = diff::week(ground, world.clock.week, &docs, &mut mint);
        // A break that sticks out of its shift is there, but no document may say so.
        let Ok(edits) = edits else { return Ok(()) };
        let back = diff::applied(ground, &edits);
        prop_assert_eq!(shown(&back), shown(&there));
        // An id of another system on two shifts is read once; the rules keep it from going live.
        let again = diff::week(&back, world.clock.week, &docs, &mut mint);
        prop_assert!(again.is_err() || again.unwrap().is_empty());
    }

    #[test]
    fn an_inverse_leads_back(text in fixture(), changes in changes()) {
        let world = World::of(&text);
        let before = world.head();
        let after = diff::applied(before, &edits(&world, before, &changes));
        let back = diff::applied(&after, &diff::inverse(before, &after));
        let facts = |roster: &Roster| muster_core::testing::facts(roster, world.clock.week);
        prop_assert_eq!(facts(&back), facts(before));
    }

    #[test]
    fn what_stood_before_never_stands_in_the_way(text in broken_fixture(), tag in "[a-c]") {
        let world = World::of(&text);
        for shift in shifts(world.head()) {
            let mut body = (*shift.body).clone();
            body.tags.insert(tag.as_str().into());
            let (id, base) = (shift.id.clone(), Some(shift.body.clone()));
            let edit = ShiftEdit { id, base, draft: Some(Arc::new(body)) };
            let edits = Edits { shifts: vec![edit], commitments: vec![] };
            let answer = world.decide(&edited(edits.normalized()));
            prop_assert!(is_whole(&answer), "{}: {:?}", shift.id, answer);
        }
    }

    #[test]
    fn the_plan_is_what_the_publish_does(
        text in prop_oneof![broken_fixture(), asking_fixture()], a in changes(), b in changes(),
    ) {
        let mut world = World::of(&text);
        draft(&mut world, &a);
        let _ = world.run(&edited(edits(&World::of(&text), World::of(&text).head(), &b)));
        let by = muster_core::testing::by(None, world.action("publish d"));
        let id = "d".parse().unwrap();
        let terms = Terms::default();
        let plan = decide::plan(world.head(), &by.actor, &id, &terms, world.now).unwrap();
        let held: Vec<AgentId> = match world.run(&by.action).map(|decision| decision.outcome) {
            Ok(decide::Outcome::Published(done)) => {
                done.held.into_iter().flat_map(|held| held.agents).collect()
            }
            Ok(_) => vec![],
            Err(_) => plan.agents.keys().cloned().collect(),
        };
        for (agent, planned) in &plan.agents {
            use decide::PlanOutcome::{Blocked, NeedsAck};
            let is_held = matches!(planned.outcome, Blocked | NeedsAck);
            prop_assert_eq!(is_held, held.contains(agent), "{}: {:?}", agent, planned);
        }
    }

    #[test]
    fn findings_are_the_same_in_any_order_and_on_any_day(text in broken_fixture()) {
        let world = World::of(&text);
        for record in world.head().agents() {
            let all = muster_core::rule::findings(world.head(), &record.agent.id, all_time());
            let again = muster_core::rule::findings(world.head(), &record.agent.id, all_time());
            prop_assert_eq!(&all, &again);
            for shift in world.head().shifts_of(&record.agent.id, all_time()) {
                let here =
                    muster_core::rule::findings(world.head(), &record.agent.id, shift.interval());
                for found in here {
                    prop_assert!(all.contains(&found), "{:?}", found);
                }
                for found in all.iter().filter(|f| f.shifts().any(|id| *id == shift.id)) {
                    let here = muster_core::rule::findings(
                        world.head(), &record.agent.id, shift.interval(),
                    );
                    prop_assert!(here.contains(found), "{:?}", found);
                }
            }
        }
    }
}

/// Both orders of two actions lead to the same state whenever both accept both.
fn commute(world: &World, a: &Action, b: &Action, before: &[Change]) -> Result<(), TestCaseError> {
    let mut world = world.clone();
    if !before.is_empty() {
        let edits = edits(&world, world.head(), before);
        let _ = world.run(&edited(edits));
    }
    let played = |first: &Action, second: &Action| {
        let mut world = world.clone();
        let mut whole = true;
        for action in [first, second] {
            let before = world.head().clone();
            let answer = world.run(action);
            whole &= is_whole(&answer);
            if let Ok(decision) = &answer {
                let broken = broken_promises(&before, action, decision, world.head());
                assert_eq!(broken, Vec::<String>::new());
            }
        }
        (whole, world)
    };
    let ((whole, ab), (also, ba)) = (played(a, b), played(b, a));
    if whole && also {
        prop_assert_eq!(notes_sorted(&ab), notes_sorted(&ba));
    }
    Ok(())
}

/// The facts, with the lines of notes in one order: which of three people's comes first depends on
/// who met whom.
fn notes_sorted(world: &World) -> String {
    let sorted = |word: &str| match word.strip_prefix("note=") {
        None => word.to_owned(),
        Some(note) => {
            let mut lines: Vec<&str> = note.split('|').collect();
            lines.sort_unstable();
            format!("note={}", lines.join("|"))
        }
    };
    let line = |line: &str| line.split(' ').map(sorted).collect::<Vec<_>>().join(" ");
    world.facts().lines().map(line).collect::<Vec<_>>().join("\n")
}
