//! Damage to the file itself, page by page, not through SQL.

use std::path::Path;

use muster_core::id::Revision;
use muster_ledger::{DamageKind, Ledger, LedgerError, Role, VerifyReport};
use rusqlite::Connection;

use crate::engine::{Engine, Sqlite};
use crate::given::{assert_sound, entries, unit};

const PAGE: usize = 4_096;
const ENTRIES: usize = 1_200;

/// A ledger of one file, two units side by side, that fills many pages.
async fn ledger() -> Sqlite {
    let engine = Sqlite::fresh().await;
    let ledger = engine.serve().await;
    for id in ["u1", "u2"] {
        let unit = unit("acme", id);
        ledger.create_unit(&unit.organization, &unit.unit).await.unwrap();
        for round in 0..ENTRIES as u64 / 100 {
            let batch = entries(&format!("c-{round}"), 100);
            ledger.append(&unit, Revision(round * 100), batch).await.unwrap();
        }
    }
    drop(ledger);
    assert!(!engine.path().with_extension("db-wal").exists(), "it is all in one file");
    engine
}

/// The numbers of the pages of a table or an index, its root first.
fn pages(path: &Path, name: &str) -> Vec<usize> {
    let db = Connection::open(path).unwrap();
    let root: usize = db
        .query_row("select rootpage from sqlite_schema where name = ?1", [name], |row| row.get(0))
        .unwrap();
    let bytes = std::fs::read(path).unwrap();
    let mut pages = vec![root];
    let mut next = 0;
    while let Some(page) = pages.get(next).copied() {
        next += 1;
        let page = &bytes[(page - 1) * PAGE..page * PAGE];
        // Inner pages name those below them.
        if matches!(page[0], 2 | 5) {
            let number = |at: usize| u32::from_be_bytes(page[at..at + 4].try_into().unwrap());
            let cells = usize::from(u16::from_be_bytes([page[3], page[4]]));
            for cell in 0..cells {
                let at = 12 + 2 * cell;
                let cell = usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
                pages.push(number(cell) as usize);
            }
            pages.push(number(8) as usize);
        }
    }
    pages
}

/// Changes a page of the file.
fn change(path: &Path, page: usize, how: impl FnOnce(&mut [u8])) {
    let mut bytes = std::fs::read(path).unwrap();
    how(&mut bytes[(page - 1) * PAGE..page * PAGE]);
    std::fs::write(path, bytes).unwrap();
}

async fn verified(engine: &Sqlite) -> Result<VerifyReport, LedgerError> {
    Ledger::open(&engine.url(), Role::Read).await?.verify(|_| ()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_of_any_leaf_of_the_entries_is_noticed() {
    let engine = ledger().await;
    let whole = std::fs::read(engine.path()).unwrap();
    assert_eq!(verified(&engine).await.unwrap().entries, 2 * ENTRIES as u64);
    let leaves = pages(&engine.path(), "entry");
    assert!(leaves.len() > 40, "{} pages", leaves.len());
    for page in leaves.into_iter().skip(1).step_by(9) {
        // The cells lie at the end of a page.
        change(&engine.path(), page, |page| page[PAGE - 20] ^= 0b1000);
        let report = verified(&engine).await.unwrap();
        let [damage] = &report.damages[..] else { panic!("page {page}: {report:?}") };
        let before = damage.revision.0 - 1;
        assert!(report.entries >= before, "all before revision {} is fine", damage.revision);
        std::fs::write(engine.path(), &whole).unwrap();
    }
    assert!(verified(&engine).await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_zeros_is_named_wherever_it_is() {
    let engine = ledger().await;
    let whole = std::fs::read(engine.path()).unwrap();
    let tables = [
        "entry",
        "command",
        "subject",
        "unit",
        "sqlite_autoindex_entry_1",
        "sqlite_autoindex_unit_1",
    ];
    for table in tables {
        let pages = pages(&engine.path(), table);
        let page = pages[pages.len() / 2];
        change(&engine.path(), page, |page| page.fill(0));
        match verified(&engine).await {
            Ok(report) => {
                assert!(!report.is_sound(), "{table}: {report:?}");
                let all = format!("{report:?}");
                let complained = all.contains(&format!("table {table}: "));
                let named = complained || !report.damages.is_empty();
                assert!(named, "{table}, page {page}: {all}");
            }
            Err(LedgerError::Corrupt(_)) => assert!(table.contains("unit"), "{table}"),
            Err(error) => panic!("{table}: {error}"),
        }
        std::fs::write(engine.path(), &whole).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_page_that_was_not_written_is_found() {
    let engine = ledger().await;
    let page = *pages(&engine.path(), "entry").last().unwrap();
    let before = std::fs::read(engine.path()).unwrap();
    let ledger = engine.serve().await;
    let batch = entries("more", 100);
    ledger.append(&unit("acme", "u2"), Revision(ENTRIES as u64), batch).await.unwrap();
    drop(ledger);
    assert!(verified(&engine).await.unwrap().is_sound());
    // The first half is new, the second one is what was there before.
    let old = before[(page - 1) * PAGE..page * PAGE].to_vec();
    change(&engine.path(), page, |page| page[PAGE / 2..].copy_from_slice(&old[PAGE / 2..]));
    let now = std::fs::read(engine.path()).unwrap();
    let torn = now[(page - 1) * PAGE..page * PAGE] != old[..];
    let report = verified(&engine).await.unwrap();
    assert!(torn);
    let [damage] = &report.damages[..] else { panic!("{report:?}") };
    assert_eq!(damage.unit, unit("acme", "u2"));
    assert!(damage.revision.0 > ENTRIES as u64 - 100, "{damage}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_does_not_go_with_its_rows_is_found() {
    let engine = ledger().await;
    let leaf = *pages(&engine.path(), "sqlite_autoindex_entry_1").last().unwrap();
    // Two rows of the index change places: every page is well formed.
    change(&engine.path(), leaf, |page| {
        let [a, b] = [10, 12].map(|at| usize::from(u16::from_be_bytes([page[at], page[at + 1]])));
        let (a, b) = (a.min(b), a.max(b));
        let length = usize::from(page[a]);
        // The number of the row is the last value.
        let (one, other) = (page[a + length], page[b + length]);
        assert_ne!(one, other);
        (page[a + length], page[b + length]) = (other, one);
    });
    let report = verified(&engine).await.unwrap();
    let [damage] = &report.damages[..] else { panic!("{report:?}") };
    assert_eq!(damage.unit, unit("acme", "u2"));
    let table = "table entry: its index does not go with its rows".to_owned();
    assert!(report.structure.contains(&table), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_beyond_any_unit_are_found() {
    let engine = ledger().await;
    engine.execute("update unit set number = 77 where number = 2").await;
    let report = verified(&engine).await.unwrap();
    assert!(!report.is_sound());
    assert!(matches!(report.damages[0].kind, DamageKind::EntryMissing), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_another_order_are_no_damage() {
    let engine = ledger().await;
    engine.execute("update entry set rowid = rowid + 100000 where revision % 7 = 3").await;
    assert_sound(&engine.beside().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_to_be_read_writes_nothing() {
    let engine = ledger().await;
    let reading = Ledger::open(&engine.url(), Role::Read).await.unwrap();
    let u9 = unit("acme", "u9");
    let refused = reading.create_unit(&u9.organization, &u9.unit).await;
    assert!(matches!(refused, Err(LedgerError::ReadOnly)), "{refused:?}");
    let missing = format!("{}-missing", engine.url());
    assert!(Ledger::open(&missing, Role::Read).await.is_err());
    assert!(!Path::new(&missing["sqlite:".len()..]).exists());
}
