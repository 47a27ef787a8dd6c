//! A ledger that is longer than one request may go through, and older than what is in memory.

use muster_core::entry::Actor;
use muster_core::event::Event;
use muster_core::id::{ClientId, CommandId, Revision, ShiftId};
use muster_core::shift::AtomValue;
use muster_ledger::{Ledger, NewEntry, Role, encode};
use muster_server::access::SCOPES;
use muster_server::limits;
use serde_json::Value;

use super::{changes, entities, revisions};
use crate::app::{TestApp, entries, now, u1};

/// More than one request replays.
const LONG: u64 = 20_000;
/// Every so manieth entry is another one.
const RARE: u64 = 4_000;

/// A unit with a hundred days old entries, nearly all about one shift of ben's.
async fn long_ago() -> TestApp {
    let mut app = TestApp::with_week().await;
    let mut entry = entries(&app.ledger_url(), &u1()).await.pop().unwrap();
    let ledger = Ledger::open(&app.ledger_url(), Role::Beside).await.unwrap();
    while entry.revision.0 < LONG {
        let after = entry.revision;
        let mut batch = Vec::new();
        for _ in 0..1_000 {
            entry.revision = entry.revision.next();
            let n = entry.revision.0;
            let (shift, client) =
                if n.is_multiple_of(RARE) { ("ana-1", "rare") } else { ("ben-1", "often") };
            entry.command = CommandId::parse(&format!("n{n}")).unwrap();
            entry.actor = Actor { client: ClientId::parse(client).unwrap(), agent: None };
            let note = AtomValue::Note(Some(format!("note {n}").into()));
            let id = ShiftId::parse(shift).unwrap();
            entry.events = vec![Event::ShiftChanged { id, set: vec![note] }];
            batch.push(NewEntry {
                at: entry.at,
                format: muster_core::entry::FORMAT,
                command: entry.command.clone(),
                request_hash: [0; 32],
                answer: Vec::new(),
                body: encode(&entry),
                subjects: Vec::new(),
            });
        }
        ledger.append(&u1(), after, batch).await.unwrap();
    }
    drop(ledger);
    app.manual.set(now().plus_days(100));
    app.restart().await;
    app.token = app.client("auditor", &SCOPES.join(" ")).await;
    app
}

/// The pages of a listing, as far as they go within some requests.
async fn pages(app: &TestApp, path: &str, most: usize) -> (Vec<Vec<Value>>, bool) {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    while pages.len() < most {
        let page = app.get(&format!("{path}{cursor}")).await.is(200);
        pages.push(entities(&page));
        match page.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (pages, true),
        }
    }
    (pages, false)
}

fn noted(entry: &Value, side: &str) -> String {
    changes(entry)[0][side]["note"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_page_far_from_every_state_is_reached_step_by_step() {
    let app = long_ago().await;
    let head = app.get("/businessunits/u1").await.revision();
    assert!(head > limits::AUDIT_APPLIED as u64, "{head}");
    // Nothing is known of the states around the newest entries but the last one.
    let (first, is_end) = pages(&app, "/audit?businessUnitId=u1&pageSize=300", 4).await;
    assert!(!is_end);
    let counts: Vec<usize> = first.iter().map(Vec::len).collect();
    assert_eq!(counts, [0, 300, 300, 300], "the first request ends on the way");
    let found: Vec<Value> = first.into_iter().flatten().collect();
    assert!(revisions(&found).into_iter().eq((head - 899..=head).rev()));
    for entry in &found[1..] {
        let revision = entry["revision"].as_u64().unwrap();
        let (before, after) = (noted(entry, "before"), noted(entry, "after"));
        assert_eq!(after, format!("note {revision}"));
        let ago = if revision.is_multiple_of(RARE) { RARE } else { 1 };
        assert!(before == format!("note {}", revision - ago) || revision % RARE == 1, "{entry}");
    }
}

#[tokio::test]
async fn a_filter_that_little_passes_does_not_read_all_at_once() {
    let app = long_ago().await;
    let rare: Vec<u64> = (1..=LONG / RARE).map(|n| n * RARE).collect();
    for order in ["oldest", "newest"] {
        // Who owns a shift is in no entry that changes it: all have to be replayed.
        let path = format!("/audit?agentId=ana&order={order}&after=10");
        let (found, is_end) = pages(&app, &path, 20).await;
        assert!(is_end && found.len() > 1, "{order}: {} pages", found.len());
        let mut found: Vec<Value> = found.into_iter().flatten().collect();
        if order == "newest" {
            found.reverse();
        }
        assert_eq!(revisions(&found), rare, "{order}");
    }
    let (of_shift, is_end) = pages(&app, "/scheduling/shifts/ana-1/history?after=10", 20).await;
    assert!(is_end);
    let of_shift: Vec<Value> = of_shift.into_iter().flatten().collect();
    assert_eq!(revisions(&of_shift), rare);
    let chained =
        of_shift.windows(2).all(|two| noted(&two[1], "before") == noted(&two[0], "after"));
    assert!(chained);
    let (by_rare, _) = pages(&app, "/audit?businessUnitId=u1&actor=rare&order=oldest", 20).await;
    assert_eq!(revisions(&by_rare.concat()), rare);
    let past = Revision(LONG / 2);
    let until = format!("/audit?businessUnitId=u1&order=oldest&pageSize=2&after={past}");
    let (page, _) = pages(&app, &until, 2).await;
    let next: Vec<u64> = revisions(&page.concat());
    assert_eq!(next, (past.0 + 1..).take(next.len()).collect::<Vec<_>>());
}
