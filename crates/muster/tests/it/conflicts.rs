//! What holds people back: plans, publishes, swaps and time off that need a decision.

use expect_test::expect;
use muster_api::client::AcknowledgementsOf;
use serde_json::json;

use crate::harness::Server;

const FILE: &str = "agent,start,length_minutes,shift_id\n\
                    ana,2035-03-05 09:00,480,s1\n\
                    ben,2035-03-06 09:00,480,s2\n\
                    zoe,2035-03-07 15:00,480,s3\n";

/// A draft of three shifts, and a pending request of ana's over the first.
fn contested() -> (Server, String) {
    let server = Server::with_agents();
    server.write("week.csv", FILE);
    let push = ["schedule", "push", "week.csv", "--unit", "vienna", "--json"];
    let draft = server.ok(&push).json()["weeks"][0]["draftId"].as_str().unwrap().to_owned();
    server.api(async |client| {
        let start = json!({ "local": "2035-03-05T10:00", "timeZone": "America/Chicago" });
        let end = json!({ "local": "2035-03-05T14:00", "timeZone": "America/Chicago" });
        let request = json!({ "id": "t1", "agentId": "ana", "activityCodeId": "TimeOff",
            "start": start, "end": end, "note": "dentist" });
        client.request_time_off(&request).await.unwrap();
    });
    (server, draft)
}

#[test]
fn a_plan_shows_conflicts_before_they_bite_and_the_others_go_live() {
    let (server, draft) = contested();
    server.check(
        &["schedule", "plan", &draft],
        expect![[r#"
            plan of DRAFT push-2035-03-05-######## "week.csv", week of 2035-03-05, unit vienna,
            | version 3
            on revision 4, times in America/Chicago

            3 agents: 1 to be acknowledged, 2 as written
            2 agents would be told
            1 conflict to be decided

            needs acknowledgement, 1 agent: TimeOff requested 2035-03-05 10:00 to 14:00, pending
              by PLANNER, NOW (revision 4)

              1  ana  Mon 2035-03-05 10:00–14:00  TIME_OFF_PENDING_OVERLAP
                   shift s1 shares 240 min with pending time-off request t1
                   fingerprint 98c7fde42a42d07c.240
                   1:1  acknowledge      go ahead, acknowledging this
                   1:2  decide_time_off  deny time-off request t1, then send this again
                   1:3  trim             cut shift s1 down to where it may be, in the draft,
            | then send this again
                   1:4  leave_out        go ahead with everything else and leave shift s1 as it
            | is live

            publish the others: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.4.3+4d8c4a10
            or decide: the same with --resolve N:REMEDY (such as 1:1)
            to try it: muster schedule plan push-2035-03-05-######## with the same, which
            | writes nothing
            [exit 3]
        "#]],
    );
    server.check(
        &["schedule", "publish", &draft],
        expect![[r#"
            PARTIAL as week-2035-03-05-4419c07588b7aa80658e at revision 5: 2 live, 1 held back;
            | 2 are told

            held back; push-2035-03-05-######## keeps them (times in America/Chicago):

            needs acknowledgement, 1 agent: TimeOff requested 2035-03-05 10:00 to 14:00, pending
              by PLANNER, NOW (revision 4)

              1  ana  Mon 2035-03-05 10:00–14:00  TIME_OFF_PENDING_OVERLAP
                   shift s1 shares 240 min with pending time-off request t1
                   fingerprint 98c7fde42a42d07c.240
                   1:1  acknowledge      go ahead, acknowledging this
                   1:2  decide_time_off  deny time-off request t1, then send this again
                   1:3  trim             cut shift s1 down to where it may be, in the draft,
            | then send this again
                   1:4  leave_out        go ahead with everything else and leave shift s1 as it
            | is live

            decide and publish: muster schedule publish push-2035-03-05-######## --plan-token
            | plan.5.5+4d8c4a10 --resolve N:REMEDY (such as 1:1)
            to try it: muster schedule plan push-2035-03-05-######## with the same, which
            | writes nothing
            [exit 3]
        "#]],
    );
}

#[test]
fn all_or_nothing_is_nothing_with_what_can_be_done_as_commands_to_type() {
    let (server, draft) = contested();
    server.check(
        &["schedule", "publish", &draft, "--mode", "atomic"],
        expect![[r#"
            muster: a decision is needed (CONFLICT)

            needs acknowledgement, 1 agent: TimeOff requested 2035-03-05 10:00 to 14:00, pending
              by PLANNER, NOW (revision 4)

              ana  Mon 2035-03-05 10:00–14:00  TIME_OFF_PENDING_OVERLAP
                shift s1 shares 240 min with pending time-off request t1
                fingerprint 98c7fde42a42d07c.240
                1. go ahead, acknowledging this
                   muster schedule publish push-2035-03-05-######## --ack 98c7fde42a42d07c.240
            | --mode atomic --reason '…'
                2. deny time-off request t1, then send this again
                   muster timeoff deny t1
                3. cut shift s1 down to where it may be, in the draft, then send this again
                   PATCH /api/v2/wfm/scheduling/schedules/push-2035-03-05-########
            | {"baseVersion":3,"edits":[{"lengthMinutes":180,"op":"update","shiftId":"s1","start":"2035-03-05T20:00:00Z","timeZone":"America/Chicago"}],"resolutions":[]}
                4. go ahead with everything else and leave shift s1 as it is live
                   muster schedule publish push-2035-03-05-######## --mode atomic --keep
            | s1/exists=live
            [exit 3]
        "#]],
    );
}

#[test]
fn what_is_acknowledged_goes_live() {
    let (server, draft) = contested();
    let plan = server.run(&["schedule", "plan", &draft, "--json"]);
    assert_eq!(plan.code, 3);
    let finding = plan.json()["agents"][0]["findings"][0]["fingerprint"].clone();
    let finding = finding.as_str().unwrap();
    let reason = ["--reason", "ana agreed"];
    server.check(
        &[&["schedule", "publish", &draft, "--ack", finding], &reason[..]].concat(),
        expect![[r#"
            PUBLISHED as week-2035-03-05-4419c07588b7aa80658e at revision 5: 3 live; 3 are told

            no.  agent  conflict                  remedy       decided by
            1    ana    TIME_OFF_PENDING_OVERLAP  acknowledge  --ack 98c7fde42a42d07c.240

            of what is live:

            acknowledged, 1 agent: TimeOff requested 2035-03-05 10:00 to 14:00, pending
              by PLANNER, NOW (revision 4)

              ana  Mon 2035-03-05 10:00–14:00  TIME_OFF_PENDING_OVERLAP
                shift s1 shares 240 min with pending time-off request t1
        "#]],
    );
}

#[test]
fn what_a_rule_covers_goes_live_and_is_listed_with_its_reason() {
    let (server, draft) = contested();
    server.check(
        &["unit", "acknowledgements", "vienna"],
        expect![[r#"
            nothing was acknowledged
        "#]],
    );
    let rule = r#"{"kind": "TIME_OFF_PENDING_OVERLAP", "where": {"agentIds": ["ana"]},
        "reason": "the dentist moved"}"#;
    server.ok(&["schedule", "publish", &draft, "--ack", rule]);
    let listed = server.ok(&["unit", "acknowledgements", "vienna", "--agent", "ana"]);
    let (day, row) = (" Mon 2035-03-05 10:00–14:00 ", listed.out.lines().nth(1).unwrap());
    assert!(row.contains(day) && row.ends_with("  yes     the dentist moved"), "{}", listed.out);
    for none in [["--agent", "ben"], ["--kind", "REST_TIME_SHORT"], ["--from", "2035-03-06"]] {
        let listed = server.ok(&[&["unit", "acknowledgements", "vienna"], &none[..]].concat());
        assert_eq!(listed.out, "nothing was acknowledged\n", "{none:?}");
    }
    server.api(async |client| {
        let all = AcknowledgementsOf { agent_id: Some("ana"), ..AcknowledgementsOf::default() };
        let list = client.acknowledgements("vienna", all).await.unwrap().value;
        let [one] = &list.entities[..] else { panic!("{list:?}") };
        assert_eq!(one.reason.as_deref(), Some("the dentist moved"));
        assert_eq!((one.stands, &one.about["type"]), (Some(true), &json!("publish")));
        let rule = one.by_rule.as_ref().unwrap();
        assert_eq!(rule["where"], json!({ "agentIds": ["ana"] }));
    });
    let wide = r#"{"kind": "TIME_OFF_PENDING_OVERLAP", "where": {}, "reason": "whatever"}"#;
    let refused = server.run(&["schedule", "publish", &draft, "--ack", wide]);
    assert!(refused.err.contains("/acknowledge/0/where"), "{refused:?}");
}

#[test]
fn a_push_that_publishes_says_who_is_held_back() {
    let (server, _) = contested();
    let run = server.run(&["schedule", "push", "week.csv", "--unit", "vienna", "--publish"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("2 live, 1 held back"), "{}", run.out);
    assert!(run.out.contains("held back in the week of 2035-03-05:"), "{}", run.out);
    assert!(run.out.contains("TIME_OFF_PENDING_OVERLAP"), "{}", run.out);
}

#[test]
fn time_off_is_listed_and_decided() {
    let (server, _) = contested();
    server.check(
        &["timeoff", "list", "--unit", "vienna", "--status", "pending", "--agent", "ana"],
        expect![[r#"
            request  status   agent  when                        activity  note
            t1       PENDING  ana    Mon 2035-03-05 10:00–14:00  TimeOff   dentist
        "#]],
    );
    let none = ["timeoff", "list", "--unit", "vienna", "--from", "2035-04-01"];
    assert_eq!(server.ok(&none).out, "no time-off requests\n");
    server.check(
        &["timeoff", "approve", "t1", "--reason", "enough people"],
        expect![[r#"
            APPROVED t1: ana, Mon 2035-03-05 10:00–14:00, version 5
        "#]],
    );
    server.check(
        &["timeoff", "deny", "t1"],
        expect![[r#"
            muster: a decision is needed (CONFLICT)

            blocked, 1 agent: TimeOff requested 2035-03-05 10:00 to 14:00, approved
              by PLANNER, NOW (revision 5)

              ana  Mon 2035-03-05 10:00–14:00  TIME_OFF_ALREADY_DECIDED
                time-off request t1 was decided before
                fingerprint b406b57623c24b4d.1
                1. cancel the approved request t1
                   POST /api/v2/wfm/timeoffrequests/t1/cancel {}
            [exit 3]
        "#]],
    );
    server.check(
        &["timeoff", "deny", "t2"],
        expect![[r#"
            muster: there is no such thing (NOT_FOUND)
              there is no time-off request "t2"
            [exit 1]
        "#]],
    );
}

#[test]
fn swaps_are_listed_and_decided() {
    let server = Server::with_agents();
    server.write("week.csv", FILE);
    server.ok(&["schedule", "push", "week.csv", "--unit", "vienna", "--publish"]);
    server.api(async |client| {
        for id in ["w1", "w2"] {
            let offer = json!({ "id": id, "initiator": { "agentId": "ana", "shiftId": "s1" },
                "receiver": { "agentId": "ben", "shiftId": "s2" } });
            client.offer_swap(&offer).await.unwrap();
            client.accept_swap(id, &json!({ "agentId": "ben" })).await.unwrap();
        }
    });
    server.check(
        &["swap", "list", "--unit", "vienna", "--status", "pending_approval"],
        expect![[r#"
            swap  status            gives     gets      version
            w1    PENDING_APPROVAL  ana (s1)  ben (s2)  6
            w2    PENDING_APPROVAL  ana (s1)  ben (s2)  8
        "#]],
    );
    server.check(
        &["swap", "deny", "w2", "--reason", "one is enough"],
        expect![[r#"
            DENIED w2: ana (s1) with ben (s2), version 9
        "#]],
    );
    server.check(
        &["swap", "approve", "w1"],
        expect![[r#"
            APPROVED w1: ana (s1) with ben (s2), version 10
        "#]],
    );
    server.check(
        &["swap", "deny", "w1"],
        expect![[r#"
            muster: a decision is needed (CONFLICT)

            blocked, 1 agent: swap w1 of ana and ben, approved
              by PLANNER, NOW (revision 10)

              ana  SWAP_ALREADY_DECIDED
                swap w1 was decided before
                fingerprint 7ead98cf0a814dec.1
                1. give the shifts back
                   POST /api/v2/wfm/scheduling/shiftswaps/w1/revert {}
            [exit 3]
        "#]],
    );
}
