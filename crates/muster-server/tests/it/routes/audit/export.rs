//! A unit's ledger as lines, and what is done to them.

use muster_ledger::{Selection, Source};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::eventful;
use crate::app::TestApp;
use crate::coverage::furnish;

/// Reads an export as whoever has nothing but the file.
async fn verified(text: &[u8]) -> Result<u64, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("unit.jsonl");
    std::fs::write(&file, text).unwrap();
    let source = Source::file(&file, Selection::default()).unwrap();
    let checked = source.check(|_| ()).await;
    checked.map(|checked| checked.entries).map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_export_is_verified_alone_and_holds_nothing_but_the_units_entries() {
    let app = eventful().await;
    app.make_unit("u2").await;
    let export = app.get("/audit/export?businessUnitId=u1").await.is(200);
    assert_eq!(export.header("content-type"), Some("application/jsonl"));
    let head = app.get("/businessunits/u1").await.revision();
    assert_eq!(export.revision(), head);
    assert_eq!(verified(export.text.as_bytes()).await, Ok(head));
    let lines: Vec<Value> =
        export.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["header"]["units"], 1);
    assert_eq!(lines[1]["unit"]["id"], "u1");
    assert_eq!(lines[1]["unit"]["organization"], "acme");
    assert_eq!(lines.len() as u64, head + 3);
    assert!(lines.iter().all(|line| line["entry"]["answer"].is_null()));
    let end = &lines.last().unwrap()["end"];
    assert_eq!((&end["profiles"], &end["clients"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn whatever_is_done_to_a_line_of_an_export_is_found() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let text = app.get("/audit/export?businessUnitId=u1").await.is(200).text;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let found = async |what: String, changed: Vec<u8>| {
        assert!(verified(&changed).await.is_err(), "{what}");
    };
    let joined = |lines: &[&str]| lines.concat().into_bytes();
    for (n, line) in lines.iter().enumerate() {
        let start: usize = lines[..n].iter().map(|line| line.len()).sum();
        // Every part of a line comes in turn, from line to line.
        for place in (n % 7..line.len()).step_by(7) {
            for bit in [1_u8, 32] {
                let mut changed = text.clone().into_bytes();
                changed[start + place] ^= bit;
                found(format!("line {}, byte {place}", n + 1), changed).await;
            }
        }
        let mut missing = lines.clone();
        missing.remove(n);
        found(format!("without line {}", n + 1), joined(&missing)).await;
        let mut doubled = lines.clone();
        doubled.insert(n, line);
        found(format!("line {} twice", n + 1), joined(&doubled)).await;
        if n > 0 {
            let mut swapped = lines.clone();
            swapped.swap(n - 1, n);
            found(format!("lines {n} and {} in turn", n + 1), joined(&swapped)).await;
        }
        found(format!("cut before line {}", n + 1), joined(&lines[..n])).await;
        let cut = text.as_bytes()[..start + line.len() / 2].to_vec();
        found(format!("cut in line {}", n + 1), cut).await;
    }
}

/// The same lines under a last one that has their digest: what whoever changes a file would do.
fn sealed(lines: &[&str]) -> Vec<u8> {
    let (last, before) = lines.split_last().unwrap();
    let mut end: Value = serde_json::from_str(last).unwrap();
    let digest = Sha256::digest(before.concat());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    end["end"]["sha256"] = hex.into();
    format!("{}{end}\n", before.concat()).into_bytes()
}

#[tokio::test]
async fn whoever_makes_the_digest_anew_is_found_by_the_chain() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let text = app.get("/audit/export?businessUnitId=u1").await.is(200).text;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let head = lines.len() as u64 - 3;
    assert_eq!(verified(&sealed(&lines)).await, Ok(head));
    // Without the header, the unit and the end.
    for n in 2..lines.len() - 1 {
        let good = format!("(good entries before it: {})", n - 2);
        let revision = n - 1;
        let part = |from: &str, to: &str| lines[n].replacen(from, to, 1);
        let at = lines[n].find("\"at\":").unwrap() + 5;
        let mut later = lines[n].to_owned();
        later.replace_range(at..=at, "2");
        for changed in
            [part("planner-", "planter-"), part("\"command\":\"", "\"command\":\"x"), later]
        {
            assert_ne!(changed, lines[n]);
            let mut all = lines.clone();
            all[n] = &changed;
            let found = verified(&sealed(&all)).await.unwrap_err();
            let what = format!("revision {revision}: the entry does not match its hash");
            assert!(found.contains(&what) && found.ends_with(&good), "{found}");
        }
        let mut missing = lines.clone();
        missing.remove(n);
        let found = verified(&sealed(&missing)).await.unwrap_err();
        let what = format!("revision {revision}: the entry is missing");
        assert!(found.contains(&what) && found.ends_with(&good), "{found}");
    }
}
