//! Documents as clients write them, read from lines.

use muster_core::Roster;
use muster_core::diff::{ActivityDoc, ShiftDoc, WeekDoc};
use muster_core::id::ShiftId;
use muster_core::shift::{Activity, ShiftBody};
use muster_core::testing::World;

pub(crate) fn activity_doc(activity: &Activity) -> ActivityDoc {
    let Activity { offset_min, length_min, code, paid } = activity.clone();
    ActivityDoc { code, offset_min, length_min, paid: Some(paid) }
}

/// A line of a document. What it does not name is absent, but for the activities, which are absent
/// only after `=`; `-note`, `-tags` and `-ext` take away.
pub(crate) fn shift_doc(world: &World, ground: &Roster, line: &str) -> ShiftDoc {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_plain = |word: &&&str| **word != "=" && !word.starts_with('-');
    let plain: Vec<&str> = words.iter().filter(is_plain).copied().collect();
    let said = |starts: &[&str]| words.iter().any(|w| starts.iter().any(|s| w.starts_with(s)));
    let parsed = world.clock.shift(ground, &plain);
    let ShiftBody { owner, span, activities, site, work_plan, external_ids, note, tags } =
        parsed.body;
    let mut docs: Vec<ActivityDoc> = activities.iter().map(activity_doc).collect();
    docs.extend(parsed.own.iter().map(|own| ActivityDoc {
        code: own.code.clone(),
        offset_min: u32::try_from(span.start.minutes_until(own.start)).expect("inside"),
        length_min: own.length_min,
        paid: Some(own.paid),
    }));
    ShiftDoc {
        id: said(&["id="]).then_some(parsed.id),
        owner: Some(owner),
        span: Some(span),
        activities: (!said(&["="])).then_some(docs),
        site: site.map(Some),
        work_plan: work_plan.map(Some),
        external_ids: said(&["ext=", "-ext"]).then_some(external_ids),
        note: said(&["note=", "-note"]).then_some(note),
        tags: said(&["+", "-tags"]).then_some(tags),
        pointer: String::new(),
    }
}

pub(crate) fn mint() -> impl FnMut() -> ShiftId {
    let mut next = 0;
    move || {
        next += 1;
        ShiftId::parse(&format!("new-{next}")).expect("an id")
    }
}

/// Reads a document of whole weeks, `ana` for an agent without shifts.
pub(crate) fn docs(world: &World, text: &str) -> Vec<WeekDoc> {
    let mut docs: Vec<WeekDoc> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (agent, rest) = line.split_once(' ').unwrap_or((line, ""));
        let agent = agent.parse().expect("an id");
        if docs.last().is_none_or(|doc| doc.agent != agent) {
            docs.push(WeekDoc { agent, shifts: Vec::new() });
        }
        let last = docs.last_mut().expect("one was pushed");
        last.shifts.extend((!rest.is_empty()).then(|| shift_doc(world, world.head(), line)));
    }
    docs
}
