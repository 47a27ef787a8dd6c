//! Decisions on a draft: `--resolve`, `--ack` and `--policy`, of a plan and of a publish.

mod publish;
mod refused;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::harness::Server;

const LIVE: &str = "agent,start,length_minutes,shift_id\n\
                    ana,2035-03-05 09:00,480,s1\n\
                    ben,2035-03-05 09:00,480,s2\n\
                    cem,2035-03-05 09:00,480,s3\n";
/// An hour later, two shifts of zoe's with too little rest between them, and a Saturday.
const DRAFT: &str = "agent,start,length_minutes,shift_id\n\
                     ana,2035-03-05 10:00,480,s1\n\
                     ben,2035-03-05 10:00,480,s2\n\
                     cem,2035-03-05 10:00,480,s3\n\
                     cem,2035-03-10 09:00,360,s4\n\
                     zoe,2035-03-07 15:00,480,s5\n\
                     zoe,2035-03-08 06:00,480,s6\n\
                     dan,2035-03-09 09:00,480,s7\n";

fn update(shift: &str, start: &str) -> Value {
    json!({ "op": "update", "shiftId": shift, "start": start, "lengthMinutes": 480 })
}

/// A published week, and a draft of it that five conflicts of three causes stand against: an edit
/// of ana's and ben's live shifts, a request of cem's, and zoe's rest.
fn monday() -> (Server, String) {
    let server = Server::with_agents();
    server.write("more.csv", "id,name\ncem,Cem\ndan,Dan\n");
    server.ok(&["agent", "import", "more.csv", "--unit", "vienna"]);
    server.write("live.csv", LIVE);
    server.ok(&["schedule", "push", "live.csv", "--unit", "vienna", "--publish"]);
    server.write("week.csv", DRAFT);
    let push = ["schedule", "push", "week.csv", "--unit", "vienna", "--json"];
    let draft = server.ok(&push).json()["weeks"][0]["draftId"].as_str().unwrap().to_owned();
    let live = ["schedule", "list", "--unit", "vienna", "--status", "published", "--json"];
    let live = server.ok(&live).json()[0]["id"].as_str().unwrap().to_owned();
    server.api(async |client| {
        let noon = "2035-03-05T18:00:00Z";
        let edits = json!({ "edits": [update("s1", noon), update("s2", noon)] });
        client.patch_schedule(&live, &edits).await.unwrap();
        let request = json!({ "id": "t1", "agentId": "cem", "activityCodeId": "TimeOff",
            "fullDays": ["2035-03-10"] });
        client.request_time_off(&request).await.unwrap();
    });
    (server, draft)
}

fn revision(server: &Server) -> u64 {
    server
        .api(async |client| client.schedules("vienna", None, None).await.unwrap().revision.unwrap())
}

fn token(server: &Server, draft: &str) -> String {
    let plan = server.run(&["schedule", "plan", draft, "--json"]).json();
    plan["numberedPlanToken"].as_str().unwrap().to_owned()
}

/// What `schedule plan` says to decisions, which must write nothing.
#[track_caller]
fn check_plan(decisions: &str, expect: Expect) {
    let (server, draft) = monday();
    server.write("rules.toml", RULES);
    let before = revision(&server);
    let plan = ["schedule", "plan", &draft];
    let decisions: Vec<&str> = decisions.split_whitespace().collect();
    server.check(&[&plan[..], &decisions].concat(), expect);
    assert_eq!(revision(&server), before);
}

const RULES: &str = r#"# What is done on Mondays.
[[resolve]]
kind = "FIELD_CHANGED_BOTH"
agents = ["ana"]
remedy = "take_yours"

[[resolve]]
kind = "FIELD_CHANGED_BOTH"
remedy = "keep_live"

[[resolve]]
kind = "TIME_OFF_PENDING_OVERLAP"
remedy = "acknowledge"
reason = "asked after the draft went round"

[[resolve]]
kind = "REST_TIME_SHORT"
remedy = "leave_out"
"#;

#[test]
fn a_plan_numbers_conflicts_by_cause_and_their_remedies() {
    check_plan(
        "",
        expect![[r#"
            plan of DRAFT push-2035-03-05-######## "week.csv", week of 2035-03-05, unit vienna,
            | version 6
            on revision 8, times in America/Chicago

            5 agents: 3 blocked, 1 to be acknowledged, 1 as written
            1 agent would be told
            4 conflicts to be decided

            blocked, 2 agents: shift s1 was edited
              by PLANNER, NOW (revision 7)

              1  ana  Mon 2035-03-05 12:00–20:00  FIELD_CHANGED_BOTH
                   the start and length of shift s1 changed to two values since the base
                   base   Mon 2035-03-05 09:00–17:00
                   yours  Mon 2035-03-05 10:00–18:00
                   live   Mon 2035-03-05 12:00–20:00
                   fingerprint 2b0ace48fcabe682.1
                   1:1  take_yours  set it to your value
                   1:2  keep_live   go ahead with everything else and keep what is live

              2  ben  Mon 2035-03-05 12:00–20:00  FIELD_CHANGED_BOTH
                   the start and length of shift s2 changed to two values since the base
                   base   Mon 2035-03-05 09:00–17:00
                   yours  Mon 2035-03-05 10:00–18:00
                   live   Mon 2035-03-05 12:00–20:00
                   fingerprint 2f28d1ca5a5273c9.1
                   2:1  take_yours  set it to your value
                   2:2  keep_live   go ahead with everything else and keep what is live

            blocked, 1 agent: REST_TIME_SHORT

              3  zoe  Wed 2035-03-07 16:00–23:00  REST_TIME_SHORT
                   rest 7:00 of 11:00 between shifts s5 and s6: short by 240 min
                   fingerprint b17489021f8646d2.240
                   3:1  trim       cut shift s5 down to where it may be, in the draft, then
            | send this again
                   3:2  trim       cut shift s6 down to where it may be, in the draft, then
            | send this again
                   3:3  leave_out  go ahead with everything else and leave shift s5 as it is
            | live
                   3:4  leave_out  go ahead with everything else and leave shift s6 as it is
            | live

            needs acknowledgement, 1 agent: TimeOff requested 2035-03-10, pending
              by PLANNER, NOW (revision 8)

              4  cem  Sat 2035-03-10 09:00–15:00  TIME_OFF_PENDING_OVERLAP
                   shift s4 shares 360 min with pending time-off request t1
                   fingerprint 30ba9f9e22c0b497.360
                   4:1  acknowledge      go ahead, acknowledging this
                   4:2  decide_time_off  deny time-off request t1, then send this again
                   4:3  leave_out        go ahead with everything else and leave shift s4 as it
            | is live

            publish the others: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.8.6+ca8df884
            or decide: the same with --resolve N:REMEDY (such as 1:1)
            to try it: muster schedule plan push-2035-03-05-######## with the same, which
            | writes nothing
            [exit 3]
        "#]],
    );
}

#[test]
fn a_plan_shows_what_is_left_after_decisions_and_what_would_be_sent_first() {
    check_plan(
        "--resolve 1-2:keep_live --resolve 4:decide_time_off",
        expect![[r#"
            plan of DRAFT push-2035-03-05-######## "week.csv", week of 2035-03-05, unit vienna,
            | version 6
            on revision 8, times in America/Chicago

            5 agents: 1 blocked, 1 to be acknowledged, 1 as written, 2 live already
            1 agent would be told
            1 conflict to be decided

            no.  agent  conflict                  remedy           decided by
            1    ana    FIELD_CHANGED_BOTH        keep_live        --resolve 1-2:keep_live
            2    ben    FIELD_CHANGED_BOTH        keep_live        --resolve 1-2:keep_live
            4    cem    TIME_OFF_PENDING_OVERLAP  decide_time_off  --resolve 4:decide_time_off

            blocked, 1 agent: REST_TIME_SHORT

              3  zoe  Wed 2035-03-07 16:00–23:00  REST_TIME_SHORT
                   rest 7:00 of 11:00 between shifts s5 and s6: short by 240 min
                   fingerprint b17489021f8646d2.240
                   3:1  trim       cut shift s5 down to where it may be, in the draft, then
            | send this again
                   3:2  trim       cut shift s6 down to where it may be, in the draft, then
            | send this again
                   3:3  leave_out  go ahead with everything else and leave shift s5 as it is
            | live
                   3:4  leave_out  go ahead with everything else and leave shift s6 as it is
            | live

            what the publish sends first:
              muster timeoff deny t1

            publish the others: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.8.6+ca8df884 --resolve 1-2:keep_live --resolve 4:decide_time_off
            or decide: the same with --resolve N:REMEDY (such as 3:1)
            to try it: muster schedule plan push-2035-03-05-######## with the same, which
            | writes nothing
            [exit 3]
        "#]],
    );
}

#[test]
fn a_plan_without_anything_left_says_how_to_make_it_live() {
    check_plan(
        "--resolve 2:2 --resolve 3:4 --policy rules.toml --reason agreed",
        expect![[r#"
            plan of DRAFT push-2035-03-05-######## "week.csv", week of 2035-03-05, unit vienna,
            | version 6
            on revision 8, times in America/Chicago

            5 agents: 1 merged with other edits, 3 as written, 1 live already
            4 agents would be told

            no.  agent  conflict                  remedy       decided by
            1    ana    FIELD_CHANGED_BOTH        take_yours   rules.toml, line 2
            2    ben    FIELD_CHANGED_BOTH        keep_live    --resolve 2:2
            3    zoe    REST_TIME_SHORT           leave_out    --resolve 3:4
            4    cem    TIME_OFF_PENDING_OVERLAP  acknowledge  rules.toml, line 11

            make it live: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.8.6+ca8df884 --reason agreed --resolve 2:2 --resolve 3:4 --policy rules.toml
        "#]],
    );
}

#[test]
fn a_policy_decides_by_kind_and_says_by_which_rule_and_where_it_could_not() {
    check_plan(
        "--policy rules.toml",
        expect![[r#"
            plan of DRAFT push-2035-03-05-######## "week.csv", week of 2035-03-05, unit vienna,
            | version 6
            on revision 8, times in America/Chicago

            5 agents: 1 blocked, 1 merged with other edits, 2 as written, 1 live already
            3 agents would be told
            1 conflict to be decided

            no.  agent  conflict                  remedy       decided by
            1    ana    FIELD_CHANGED_BOTH        take_yours   rules.toml, line 2
            2    ben    FIELD_CHANGED_BOTH        keep_live    rules.toml, line 7
            4    cem    TIME_OFF_PENDING_OVERLAP  acknowledge  rules.toml, line 11

            not decided: 3 (rules.toml, line 16: offers leave_out more than once; it offers 1
            | trim, 2 trim, 3 leave_out, 4 leave_out)

            blocked, 1 agent: REST_TIME_SHORT

              3  zoe  Wed 2035-03-07 16:00–23:00  REST_TIME_SHORT
                   rest 7:00 of 11:00 between shifts s5 and s6: short by 240 min
                   fingerprint b17489021f8646d2.240
                   3:1  trim       cut shift s5 down to where it may be, in the draft, then
            | send this again
                   3:2  trim       cut shift s6 down to where it may be, in the draft, then
            | send this again
                   3:3  leave_out  go ahead with everything else and leave shift s5 as it is
            | live
                   3:4  leave_out  go ahead with everything else and leave shift s6 as it is
            | live

            publish the others: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.8.6+ca8df884 --policy rules.toml
            or decide: the same with --resolve N:REMEDY (such as 3:1)
            to try it: muster schedule plan push-2035-03-05-######## with the same, which
            | writes nothing
            [exit 3]
        "#]],
    );
}

#[test]
fn a_policy_may_speak_of_some_agents_and_groups() {
    let (server, draft) = monday();
    server.api(async |client| {
        let group = json!({ "id": "north", "businessUnitId": "vienna", "name": "North" });
        client.create_management_unit(&group).await.unwrap();
        let ben = json!({ "businessUnitId": "vienna", "managementUnitId": "north" });
        client.put_agent("ben", &ben).await.unwrap();
    });
    let policy = "[[resolve]]\nkind = \"FIELD_CHANGED_BOTH\"\nremedy = \"keep_live\"\n\
                  management-units = [\"north\"]\n";
    server.write("north.toml", policy);
    let plan = server.run(&["schedule", "plan", &draft, "--policy", "north.toml", "--json"]).json();
    let decided = plan["decided"].as_array().unwrap();
    assert_eq!((decided.len(), &decided[0]["agentId"]), (1, &json!("ben")));
    assert_eq!(decided[0]["by"], "north.toml, line 1");
    let terms = json!({ "mode": "perAgent",
        "resolutions": [{ "shiftId": "s2", "atom": "span", "keep": "live" }] });
    assert_eq!(plan["terms"], terms);
    server.write("north.toml", &policy.replace("keep_live", "keep_mine"));
    server.check(
        &["schedule", "plan", &draft, "--policy", "north.toml"],
        expect![[r#"
            muster: in north.toml: TOML parse error at line 3, column 10
              |
            3 | remedy = "keep_mine"
              |          ^^^^^^^^^^^
            "keep_mine" is no remedy; there are acknowledge, add_break, agree_again,
            | cancel_time_off, chain, decide_time_off, decline_swap, deny_swap, deny_time_off,
            | keep_live, leave_out, merge, offer_again, request_again, revert_swap, take_yours,
            | trim, update_existing, withdraw_availability
            [exit 1]
        "#]],
    );
    server.check(
        &["schedule", "plan", &draft, "--policy", "none.toml"],
        expect![[r#"
            muster: read none.toml: No such file or directory (os error 2)
            [exit 1]
        "#]],
    );
}

#[test]
fn programs_read_the_same_numbers() {
    let (server, draft) = monday();
    let run = server.run(&["schedule", "plan", &draft, "--resolve", "4:decide_time_off", "--json"]);
    assert_eq!(run.code, 3);
    let plan = run.json();
    let findings =
        plan["agents"].as_array().unwrap().iter().flat_map(|agent| {
            agent["findings"].as_array().unwrap().iter().map(|finding| {
                (finding["number"].as_u64().unwrap(), finding["kind"].as_str().unwrap())
            })
        });
    let expected = [
        (1, "FIELD_CHANGED_BOTH"),
        (2, "FIELD_CHANGED_BOTH"),
        (4, "TIME_OFF_PENDING_OVERLAP"),
        (3, "REST_TIME_SHORT"),
    ];
    assert_eq!(findings.collect::<Vec<_>>(), expected);
    assert_eq!(plan["agents"][0]["findings"][0]["remedies"][1]["number"], 2);
    let deny = "/api/v2/wfm/timeoffrequests/t1/deny";
    assert_eq!(plan["sentFirst"], json!([{ "method": "POST", "href": deny, "body": {} }]));
    let one = ["schedule", "plan", &draft, "--agent", "ben", "--json"];
    let one = server.run(&one).json();
    assert_eq!(
        (&one["summary"]["agents"], &one["agents"][0]["agentId"]),
        (&json!(1), &json!("ben"))
    );
}
