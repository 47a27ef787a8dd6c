//! A publish that decides.

use expect_test::expect;
use reqwest::Method;
use serde_json::{Value, json};

use super::{monday, revision, token};
use crate::harness::Server;

/// When shifts start that are live, and where the request stands.
fn now(server: &Server, shifts: &[&str]) -> (Vec<Option<String>>, String) {
    server.api(async |client| {
        let mut starts = Vec::new();
        for shift in shifts {
            let found = client.shift(shift).await.ok();
            starts.push(found.map(|found| found.value.start.to_string()));
        }
        let request = client.send::<Value>(Method::GET, "/timeoffrequests/t1", None::<&()>).await;
        let status = request.unwrap().value["status"].as_str().unwrap().to_owned();
        (starts, status)
    })
}

#[test]
fn a_publish_follows_numbers_of_the_plan_and_sends_what_clears_the_way_first() {
    let (server, draft) = monday();
    let token = token(&server, &draft);
    // What has nothing to do with these conflicts does not disturb their numbers.
    server.ok(&["unit", "create", "elsewhere", "--time-zone", "UTC"]);
    server.api(async |client| {
        let request = json!({ "id": "t2", "agentId": "dan", "activityCodeId": "TimeOff",
            "fullDays": ["2035-03-12"] });
        client.request_time_off(&request).await.unwrap();
    });
    let publish = ["schedule", "publish", &draft, "--plan-token", &token];
    let decided = "--resolve 1:take_yours --resolve 2:keep_live --resolve 4:decide_time_off";
    let decided: Vec<&str> = decided.split_whitespace().collect();
    server.check(
        &[&publish[..], &decided].concat(),
        expect![[r#"
            PARTIAL as week-2035-03-05-4419c07588b7aa80658e at revision 11: 4 live, 2 of them
            | merged with other edits, 1 held back; 3 are told

            no.  agent  conflict                  remedy           decided by
            1    ana    FIELD_CHANGED_BOTH        take_yours       --resolve 1:take_yours
            2    ben    FIELD_CHANGED_BOTH        keep_live        --resolve 2:keep_live
            4    cem    TIME_OFF_PENDING_OVERLAP  decide_time_off  --resolve 4:decide_time_off

            held back; push-2035-03-05-######## keeps them (times in America/Chicago):

            blocked, 1 agent: schedule push-2035-03-05-######## was published
              by PLANNER, NOW (revision 11)

              1  zoe  Wed 2035-03-07 16:00–23:00  REST_TIME_SHORT
                   rest 7:00 of 11:00 between shifts s5 and s6: short by 240 min
                   fingerprint b17489021f8646d2.240
                   1:1  trim       cut shift s5 down to where it may be, in the draft, then
            | send this again
                   1:2  trim       cut shift s6 down to where it may be, in the draft, then
            | send this again
                   1:3  leave_out  go ahead with everything else and leave shift s5 as it is
            | live
                   1:4  leave_out  go ahead with everything else and leave shift s6 as it is
            | live

            decide and publish: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.11.11+bb32b248 --resolve N:REMEDY (such as 1:1)
            to try it: muster schedule plan push-2035-03-05-######## with the same, which
            | writes nothing
            sent: muster timeoff deny t1
            [exit 3]
        "#]],
    );
    let (starts, status) = now(&server, &["s1", "s2", "s4", "s5"]);
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(starts[0], at("2035-03-05T16:00:00Z"));
    assert_eq!(starts[1], at("2035-03-05T18:00:00Z"));
    assert_eq!(starts[2], at("2035-03-10T15:00:00Z"));
    assert_eq!((&starts[3], status.as_str()), (&None, "DENIED"));
}

#[test]
fn a_publish_takes_no_number_that_may_mean_another_conflict() {
    let (server, draft) = monday();
    let token = token(&server, &draft);
    let publish = ["schedule", "publish", &draft, "--resolve", "3:2"];
    let before = revision(&server);
    server.check(
        &publish,
        expect![[r#"
            muster: --resolve 3:2 goes by the numbers of a plan: say of which by --plan-token,
            | as muster schedule plan prints it, or name fingerprint and remedy
            [exit 2]
        "#]],
    );
    let bare = token.split_once('+').unwrap().0;
    assert_eq!(server.run(&[&publish[..], &["--plan-token", bare]].concat()).code, 2);
    assert_eq!(revision(&server), before);
    server.ok(&["timeoff", "deny", "t1"]);
    let before = revision(&server);
    let run = server.run(&[&publish[..], &["--plan-token", &token]].concat());
    assert_eq!((run.code, revision(&server)), (2, before));
    assert!(run.err.contains("not those that were numbered any more"), "{}", run.err);
    // By its fingerprint, a conflict is the same whatever came and went.
    let named = "b17489021f8646d2.240:leave_out";
    let plan = server.run(&["schedule", "plan", &draft, "--resolve", named]);
    assert!(plan.err.contains("offers leave_out more than once"), "{}", plan.err);
    let named = "2f28d1ca5a5273c9.1:keep_live";
    let done = server.run(&["schedule", "publish", &draft, "--resolve", named, "--json"]);
    assert_eq!(done.code, 3, "{done:?}");
    let done = done.json();
    assert_eq!(done["published"], json!(["ben", "cem", "dan"]));
    assert_eq!(done["decided"][0]["remedy"], "keep_live");
}
