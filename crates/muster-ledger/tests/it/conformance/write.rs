//! Writes to plain tables that are made once, and webhooks.

use muster_core::id::{Revision, UnitId, WebhookId};
use muster_ledger::{
    AgendaRow, Delivery, Keyed, KeyedAnswer, Ledger, LoggedDelivery, PlainWrite, RowChange,
    WebhookMark, WebhookProgress, WebhookRow, WriteError, limits,
};

use crate::engine::Engine;
use crate::given::{command, day, organization, unit};

fn id(id: &str) -> WebhookId {
    WebhookId::parse(id).unwrap()
}

fn webhook(owner: &str, name: &str) -> WebhookRow {
    WebhookRow {
        organization: organization(owner),
        id: id(name),
        unit: UnitId::parse("u1").unwrap(),
        created_at: day(0),
        version: 1,
        settings: b"top-secret".to_vec(),
        turn: 1,
        progress: progress(7, Some(0)),
    }
}

fn progress(revision: u64, due: Option<i64>) -> WebhookProgress {
    WebhookProgress { revision: Revision(revision), due_at: due.map(day), more: vec![1, 2] }
}

fn keyed(key: &str, answer: &str) -> Keyed {
    let answer = KeyedAnswer {
        request_hash: [answer.len() as u8; 32],
        answer: answer.as_bytes().to_vec(),
        at: day(0),
    };
    Keyed { id: command(key), answer }
}

fn moved(turn: u64, progress: WebhookProgress) -> RowChange {
    RowChange::MoveWebhook { organization: organization("acme"), id: id("w"), turn, progress }
}

fn logged(body: u8, at: i64) -> RowChange {
    let (organization, webhook) = (organization("acme"), id("w"));
    RowChange::LogDelivery(Delivery { organization, webhook, at: day(at), body: vec![body] })
}

async fn write(ledger: &Ledger, changes: Vec<RowChange>) -> Result<(), WriteError> {
    ledger.write_plain(PlainWrite::of(changes)).await
}

async fn with_webhook(engine: &impl Engine) -> Ledger {
    let ledger = engine.serve().await;
    write(&ledger, vec![RowChange::AddWebhook(webhook("acme", "w"))]).await.unwrap();
    ledger
}

pub(crate) async fn a_webhook_is_added_once_and_found(engine: &impl Engine) {
    let ledger = with_webhook(engine).await;
    let [acme, zeta] = [organization("acme"), organization("zeta")];
    let again = write(&ledger, vec![RowChange::AddWebhook(webhook("acme", "w"))]).await;
    assert!(matches!(again, Err(WriteError::Moved)));
    let mut asleep = webhook("acme", "a");
    asleep.progress.due_at = None;
    let theirs = webhook("zeta", "w");
    let more = [asleep.clone(), theirs.clone()].map(RowChange::AddWebhook);
    write(&ledger, more.into()).await.unwrap();
    assert_eq!(ledger.find_webhook(&acme, &id("w")).await.unwrap(), Some(webhook("acme", "w")));
    assert_eq!(ledger.find_webhook(&zeta, &id("a")).await.unwrap(), None);
    assert_eq!(ledger.webhooks(&acme).await.unwrap(), [asleep, webhook("acme", "w")]);
    let mark = |row: WebhookRow| WebhookMark {
        organization: row.organization,
        id: row.id,
        unit: row.unit,
        turn: 1,
        revision: Revision(7),
        due_at: day(0),
    };
    let marks = ledger.webhook_marks().await.unwrap();
    assert_eq!(marks, [webhook("acme", "w"), theirs].map(mark));
    assert!(!format!("{:?}", webhook("acme", "w")).contains("secret"));
}

pub(crate) async fn a_change_of_a_webhook_that_moved_is_refused(engine: &impl Engine) {
    let ledger = with_webhook(engine).await;
    let set = |version| RowChange::SetWebhook {
        organization: organization("acme"),
        id: id("w"),
        version,
        settings: vec![3],
    };
    write(&ledger, vec![set(1), moved(1, progress(9, None))]).await.unwrap();
    let after = WebhookRow {
        version: 2,
        settings: vec![3],
        turn: 2,
        progress: progress(9, None),
        ..webhook("acme", "w")
    };
    for late in [vec![set(1)], vec![moved(1, progress(8, None))], vec![set(2), set(2)]] {
        let refused = write(&ledger, late).await;
        assert!(matches!(refused, Err(WriteError::Moved)), "{refused:?}");
        let found = ledger.find_webhook(&after.organization, &after.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&after), "all or nothing");
    }
}

pub(crate) async fn a_removed_webhook_is_gone_with_its_log(engine: &impl Engine) {
    let ledger = with_webhook(engine).await;
    let acme = organization("acme");
    let remove = || RowChange::RemoveWebhook { organization: acme.clone(), id: id("w") };
    write(&ledger, vec![logged(1, 0), remove()]).await.unwrap();
    assert_eq!(ledger.find_webhook(&acme, &id("w")).await.unwrap(), None);
    for gone in [remove(), logged(2, 0), moved(1, progress(8, None))] {
        assert!(matches!(write(&ledger, vec![gone]).await, Err(WriteError::Moved)));
    }
    write(&ledger, vec![RowChange::AddWebhook(webhook("acme", "w"))]).await.unwrap();
    assert_eq!(ledger.deliveries(&acme, &id("w"), None, 10).await.unwrap(), []);
}

pub(crate) async fn a_log_keeps_the_latest_deliveries(engine: &impl Engine) {
    let ledger = with_webhook(engine).await;
    let acme = organization("acme");
    write(&ledger, vec![logged(1, 1), logged(2, 2), logged(3, 3)]).await.unwrap();
    let read = async |before, limit| {
        let log = ledger.deliveries(&acme, &id("w"), before, limit).await.unwrap();
        log.into_iter()
            .map(|LoggedDelivery { number, body, .. }| (number, body[0]))
            .collect::<Vec<_>>()
    };
    assert_eq!(read(None, 2).await, [(3, 3), (2, 2)]);
    assert_eq!(read(Some(2), 2).await, [(1, 1)]);
    write(&ledger, vec![RowChange::ForgetDeliveries(day(2))]).await.unwrap();
    assert_eq!(read(None, 9).await, [(3, 3), (2, 2)]);
    let many = (0..limits::DELIVERIES).map(|_| logged(4, 4)).collect();
    write(&ledger, many).await.unwrap();
    let kept = read(None, usize::MAX >> 1).await;
    assert_eq!(kept.len(), limits::DELIVERIES as usize);
    assert_eq!(kept.last(), Some(&(4, 4)));
}

pub(crate) async fn the_agenda_of_a_unit_is_replaced(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let row = |owner, revision, due: Option<i64>| AgendaRow {
        unit: unit(owner, "u1"),
        revision: Revision(revision),
        due_at: due.map(day),
    };
    let set = |row| vec![RowChange::SetAgenda(row)];
    for row in [row("zeta", 1, None), row("acme", 5, Some(1)), row("zeta", 2, Some(3))] {
        write(&ledger, set(row)).await.unwrap();
    }
    let agenda = ledger.agenda().await.unwrap();
    assert_eq!(agenda, [row("acme", 5, Some(1)), row("zeta", 2, Some(3))]);
}

pub(crate) async fn a_keyed_write_is_made_once(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let ask = |answer: &str, name: &str| PlainWrite {
        keyed: Some(keyed("k1", answer)),
        ..PlainWrite::of(vec![RowChange::AddWebhook(webhook("acme", name))])
    };
    let acme = organization("acme");
    // What is refused keeps no answer: the same key may be tried again.
    write(&ledger, vec![RowChange::AddWebhook(webhook("acme", "taken"))]).await.unwrap();
    let refused = ledger.write_plain(ask("first", "taken")).await;
    assert!(matches!(refused, Err(WriteError::Moved)));
    assert_eq!(ledger.find_answer(&command("k1")).await.unwrap(), None);

    ledger.write_plain(ask("first", "w")).await.unwrap();
    let first = keyed("k1", "first").answer;
    assert_eq!(ledger.find_answer(&command("k1")).await.unwrap(), Some(first.clone()));
    let again = ledger.write_plain(ask("second", "x")).await;
    assert!(matches!(again, Err(WriteError::Answered(answer)) if answer == first));
    assert_eq!(ledger.find_webhook(&acme, &id("x")).await.unwrap(), None);

    write(&ledger, vec![RowChange::ForgetAnswers(day(0))]).await.unwrap();
    assert_eq!(ledger.find_answer(&command("k1")).await.unwrap(), Some(first));
    write(&ledger, vec![RowChange::ForgetAnswers(day(1))]).await.unwrap();
    assert_eq!(ledger.find_answer(&command("k1")).await.unwrap(), None);
}

pub(crate) async fn of_twins_with_one_key_one_is_made(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let mut all = tokio::task::JoinSet::new();
    for nth in 0..16 {
        let ledger = ledger.clone();
        all.spawn(async move {
            let add = RowChange::AddWebhook(webhook("acme", &format!("w{nth}")));
            let keyed = Some(keyed("k1", &format!("answer {nth}")));
            ledger.write_plain(PlainWrite { keyed, ..PlainWrite::of(vec![add]) }).await
        });
    }
    let done = all.join_all().await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    let kept = ledger.find_answer(&command("k1")).await.unwrap().unwrap();
    for refused in done.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, WriteError::Answered(answer) if answer == kept));
    }
    assert_eq!(ledger.webhooks(&organization("acme")).await.unwrap().len(), 1);
}
