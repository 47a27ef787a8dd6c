//! Who changed what, and the proof of it: on the real program.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::{Run, Server, muster, untimed};

const LIST: [&str; 4] = ["audit", "list", "--unit", "vienna"];

/// A unit with an agent's shift that was moved for a reason.
fn with_history() -> Server {
    let server = Server::with_agents();
    server.api(async |client| {
        let shift = json!({ "id": "s1", "agentId": "ana", "start": "2035-03-05T15:00:00Z",
            "lengthMinutes": 480 });
        let path = "/scheduling/shifts";
        client.send::<Value>("POST".parse().unwrap(), path, Some(&shift)).await.unwrap();
        let moved = json!({ "start": "2035-03-05T16:00:00Z", "note": "=late", "reason": "fog" });
        let path = "/scheduling/shifts/s1";
        client.send::<Value>("PATCH".parse().unwrap(), path, Some(&moved)).await.unwrap();
    });
    server
}

/// The lines of a table without the column that says when.
fn lines(server: &Server, args: &[&str]) -> String {
    let text = server.masked(&server.ok(args).out);
    let from = text.find("when").unwrap();
    let to = text.find("by").unwrap();
    text.lines().map(|line| format!("{}{}\n", &line[..from], &line[to..])).collect()
}

#[test]
fn what_happened_is_listed_with_who_and_why() {
    let server = with_history();
    let table = lines(&server, &LIST);
    expect![[r#"
        revision  by                about          changed                                                    reason
        4         PLANNER  shift_edit s1  ~shift s1 (span, note)                                     fog
        3         PLANNER  shift_edit s1  +schedule week-2035-03-05-4419c07588b7aa80658e, +shift s1
        2         PLANNER  agents ana     +agent ana, +agent ben, +agent zoe
        1         PLANNER  unit vienna    +unit vienna
    "#]].assert_eq(&table);
    let of_shift = [&LIST[..], &["--shift", "s1", "--oldest", "--limit", "1"]].concat();
    expect![[r#"
        revision  by                about          changed    reason
        3         PLANNER  shift_edit s1  +shift s1
    "#]]
    .assert_eq(&lines(&server, &of_shift));
    let all = server.ok(&[&LIST[..], &["--entity", "shift", "--json"]].concat()).json();
    assert_eq!(all[0]["changes"][0]["before"]["start"], "2035-03-05T15:00:00Z");
    assert_eq!(all[0]["changes"][0]["after"]["note"], "=late");
    let nothing = server.ok(&[&LIST[..], &["--actor", "nobody"]].concat());
    assert_eq!(nothing.out, "no entries\n");
    let refused = server.run(&[&LIST[..], &["--entity", "moon"]].concat());
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("\"moon\" is none of unit, "), "{}", refused.err);
}

#[test]
fn an_export_is_verified_without_server_and_ledger() {
    let server = with_history();
    let made = server.ok(&["audit", "export", "--unit", "vienna", "--out", "unit.jsonl"]);
    assert!(made.out.ends_with("to check it: muster ledger verify unit.jsonl\n"), "{}", made.out);
    let printed = server.ok(&["audit", "export", "--unit", "vienna"]).out;
    let file = std::fs::read_to_string(server.folder().join("unit.jsonl")).unwrap();
    assert!(printed == file);
    let again = server.run(&["audit", "export", "--unit", "vienna", "--out", "unit.jsonl"]);
    assert_eq!(again.code, 1, "a file that is there is not replaced");
    let unknown = server.run(&["audit", "export", "--unit", "u9", "--out", "u9.jsonl"]);
    assert_eq!((unknown.code, server.folder().join("u9.jsonl").exists()), (1, false));
    // Elsewhere, with nothing but the file.
    drop(server);
    let folder = tempfile::TempDir::new().unwrap();
    let verify = |text: &str| {
        std::fs::write(folder.path().join("unit.jsonl"), text).unwrap();
        Run::of(muster(folder.path()).args(["ledger", "verify", "unit.jsonl"]))
    };
    expect![[r#"
        export unit.jsonl: entries 4, units 1
        every line is as it was written, every hash is right
        took TIME
    "#]]
    .assert_eq(&untimed(&verify(&file).out));
    let bad = verify(&file.replacen("=late", "=Late", 1));
    expect![[r#"
        muster: unit.jsonl, line 6: unit default/vienna, revision 4: the entry does not match its hash (good entries before it: 3)
        [exit 1]
    "#]]
    .assert_eq(&bad.shown());
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    let gap = [&lines[..3], &lines[4..]].concat().concat();
    assert!(verify(&gap).err.contains("revision 2: the entry is missing"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no ledger was made");
}
