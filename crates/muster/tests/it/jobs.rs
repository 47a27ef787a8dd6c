//! Many writes of a file: on the real program.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::Server;

fn with_shifts() -> Server {
    let server = Server::with_agents();
    server.api(async |client| {
        for (id, agent) in [("s1", "ana"), ("s2", "ben")] {
            let shift = json!({ "id": id, "agentId": agent, "start": "2035-03-05T15:00:00Z",
                "lengthMinutes": 480 });
            let path = "/scheduling/shifts";
            client.send::<Value>("POST".parse().unwrap(), path, Some(&shift)).await.unwrap();
        }
    });
    server
}

fn patch(shift: &str, body: &Value) -> String {
    let path = format!("/scheduling/shifts/{shift}");
    json!({ "method": "PATCH", "path": path, "body": body }).to_string()
}

/// Without the job's id, which is minted.
fn told(out: &str) -> String {
    let (before, after) = out.split_once("job ").unwrap();
    let (_, after) = after.split_once(':').unwrap();
    format!("{before}job ID:{after}")
}

#[test]
fn the_operations_of_a_file_are_sent_and_what_was_refused_is_told() {
    let server = with_shifts();
    let lines = [
        patch("s1", &json!({ "agentId": "ben" })),
        patch("s1", &json!({ "note": "late" })),
        patch("s9", &json!({ "note": "late" })),
    ];
    server.write("week.ndjson", &lines.join("\n"));
    let run = server.run(&["job", "send", "week.ndjson"]);
    assert_eq!(run.code, 1);
    expect![[r#"
        job ID: done, 3 of 3 operations done: 1 took effect, 2 refused

        operation  status  why
        0          409     SHIFT_OVERLAP: shifts s1 and s2 overlap by 480 min
        2          404     NOT_FOUND: there is no shift "s9"
    "#]]
    .assert_eq(&told(&run.out));
    let id = run.out.split([' ', ':']).nth(1).unwrap().to_owned();
    assert_eq!(server.run(&["job", "show", &id]).out, run.out);
    assert_eq!(server.run(&["job", "wait", &id]).out, run.out);
    assert_eq!(server.run(&["job", "cancel", &id]).out, run.out, "it is over");
}

#[test]
fn all_or_nothing_of_a_file_happens_once_under_its_key() {
    let server = with_shifts();
    let swap =
        [patch("s1", &json!({ "agentId": "ben" })), patch("s2", &json!({ "agentId": "ana" }))];
    server.write("swap.json", &format!("{{\"operations\":[{}]}}", swap.join(",")));
    let send = ["job", "send", "swap.json", "--atomicity", "all", "--key", "monday"];
    let first = server.ok(&send);
    expect![[r#"
        job ID: done, 2 of 2 operations done: 2 took effect, 0 refused
    "#]]
    .assert_eq(&told(&first.out));
    assert_eq!(server.ok(&send).out, first.out);
    let json = server.ok(&[&send[..], &["--json"]].concat()).json();
    assert_eq!(json["results"][0]["body"]["agentId"], "ben");

    server.write("clash.json", &format!("{{\"operations\":[{}]}}", swap[0].replace("ben", "ana")));
    let clash = server.run(&["job", "send", "clash.json"]);
    expect![[r#"
        job ID: done, 1 of 1 operations done: 0 took effect, 1 refused

        operation  status  why
        0          409     SHIFT_OVERLAP: shifts s1 and s2 overlap by 480 min
    "#]]
    .assert_eq(&told(&clash.out));
    assert_eq!(clash.code, 3, "a decision is needed");
    server.write("bad.json", "{\"operations\":[{\"method\":\"GET\",\"path\":\"/agents\"}]}");
    server.check(
        &["job", "send", "bad.json"],
        expect![[r#"
        muster: read bad.json: /operations/0/method: "GET" cannot be taken: unknown variant
        | `GET`, expected one of `POST`, `PUT`, `PATCH`, `DELETE`
        [exit 1]
    "#]],
    );
    server.check(
        &["job", "show", "nothing"],
        expect![[r#"
        muster: there is no such thing (NOT_FOUND)
          there is no job "nothing"
        [exit 1]
    "#]],
    );
}
