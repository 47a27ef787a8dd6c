use muster_core::conflict::{Kind, Severity};

use super::*;
use crate::testing::{agent, at, json};

fn finding(id: Option<&str>) -> Finding {
    Finding::new(Kind::ShiftOverlap, Severity::Block, id.map(agent).as_ref())
}

fn published() -> Published {
    let held = Held {
        agents: vec![agent("ana"), agent("ben")],
        findings: vec![finding(Some("ana")), finding(None)],
    };
    Published {
        published: vec![agent("cem")],
        held: vec![held],
        draft: Some(ScheduleId::parse("d1").unwrap()),
        ..Published::default()
    }
}

#[test]
fn what_is_held_is_listed_by_agent_with_those_it_is_tied_to() {
    let held = HeldView::all(&published().held, ConflictView::plain);
    let told: Vec<_> = held
        .iter()
        .map(|held| format!("{} {:?} {}", held.agent_id, held.tied_to, held.conflicts.len()))
        .collect();
    assert_eq!(told, ["ana [ben] 2", "ben [ana] 1"]);
}

#[test]
fn a_publish_with_held_agents_is_partial_and_names_their_draft() {
    let at = EvaluatedAt::new(Revision(9), at("2026-03-20T12:00:00Z"));
    let live = ScheduleId::parse("week-1").unwrap();
    let view = json(&PublishView::new(&live, &published(), at, ConflictView::plain));
    assert_eq!((&view["status"], &view["id"]), (&"PARTIAL".into(), &"week-1".into()));
    assert_eq!((&view["draftId"], &view["revision"]), (&"d1".into(), &9.into()));
    let whole = Published { held: Vec::new(), draft: None, ..published() };
    let view = json(&PublishView::new(&live, &whole, at, ConflictView::plain));
    assert_eq!(view["status"], "PUBLISHED");
    assert_eq!(view.get("draftId"), None);
}
