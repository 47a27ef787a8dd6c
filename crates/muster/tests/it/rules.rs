use expect_test::{Expect, expect};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Run, Server, folded, muster};

const WEEK: &str = "\
agent,start,end,time_zone,activity,activity_start,activity_end,tags
zoe,2026-03-28 12:00,2026-03-28 20:00,,,,,type:late
zoe,2026-03-29 06:30,2026-03-29 14:30,,,,,type:early
ben,2026-03-28 22:00,2026-03-29 06:00,,,,,type:night
ben,2026-03-27 09:00,2026-03-27 17:00,,Meal,2026-03-27 12:00,2026-03-27 12:30,
";

/// Runs `muster rules check` in a folder with these files, without a server.
#[track_caller]
fn check(files: &[(&str, &str)], args: &[&str], expect: Expect) {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let run = Run::of(muster(folder.path()).args(["rules", "check"]).args(args));
    expect.assert_eq(&folded(&run.shown()));
}

#[test]
fn a_file_is_checked_against_the_rules_of_a_fresh_unit_without_a_server() {
    check(
        &[("week.csv", WEEK)],
        &["week.csv", "--time-zone", "Europe/Paris"],
        expect![[r#"
        week.csv: 2 agents, 4 shifts; 1 finding

        blocked: 1 REST_TIME_SHORT
          zoe  Sat 2026-03-28 20:00 – Sun 2026-03-29 06:30
            rest 9:30 of 11:00 between shifts line-2 and line-3: short by 90 min, a clock
        | change of -60 min included

        for information: 1 shift across a clock change
          ben  Sat 2026-03-28 22:00 – Sun 2026-03-29 06:00  line-4
            7:00 long, the clock shows 8:00 (-60 min)
        [exit 1]
    "#]],
    );
}

#[test]
fn rules_come_from_a_file_and_what_warns_is_no_failure() {
    let rules = r#"{"rules":[
        {"kind":"REST_TIME_SHORT","severity":"warn"},
        {"kind":"SUCCESSION_FORBIDDEN","name":"late","severity":"warn",
         "params":{"first":"late","next":"early,day"}},
        {"kind":"MAX_SHIFTS","severity":"info","scope":{"contract":"student"},
         "params":{"maxShifts":1,"weeks":1}}]}"#;
    let agents = "id,time_zone,contract\nzoe,,\nben,Europe/London,student\n";
    let files = [("week.csv", WEEK), ("rules.json", rules), ("agents.csv", agents)];
    let args = ["week.csv", "--time-zone", "Europe/Paris", "--rules", "rules.json"];
    let more = ["--agents", "agents.csv"];
    check(
        &files,
        &[args.as_slice(), &more].concat(),
        expect![[r#"
        week.csv: 2 agents, 4 shifts; 3 findings

        warning: 1 REST_TIME_SHORT
          zoe  Sat 2026-03-28 20:00 – Sun 2026-03-29 06:30
            rest 9:30 of 11:00 between shifts line-2 and line-3: short by 90 min, a clock
        | change of -60 min included

        warning: 1 SUCCESSION_FORBIDDEN (late)
          zoe  Sat 2026-03-28 12:00 – Sun 2026-03-29 14:30
            shifts line-2 and line-3 may not be worked on two days running

        for information: 1 MAX_SHIFTS
          ben  Sun 2026-03-22 23:00 – Sun 2026-03-29 23:00
            2 shifts in the period from 2026-03-22T23:00:00Z, of at most 1: 1 too many

        for information: 1 shift across a clock change
          ben  Sat 2026-03-28 22:00 – Sun 2026-03-29 06:00  line-4
            7:00 long, the clock shows 8:00 (-60 min)
    "#]],
    );
}

#[test]
fn agents_may_go_by_their_addresses() {
    let file = "agent,start,length_minutes\n\
                ana@x.com,2026-06-22 09:00,480\nANA@x.com,2026-06-22 12:00,480\n\
                ben@x.com,2026-06-22 09:00,480\nben@x.com,2026-06-22 19:00,480\n";
    let args = ["week.csv", "--time-zone", "America/Chicago", "--first-day", "sunday"];
    check(
        &[("week.csv", file)],
        &args,
        expect![[r#"
        week.csv: line 3, column "agent": "ANA@x.com" is "ana@x.com" of line 2: give an
        | agent one name
        muster: nothing of week.csv was imported
        [exit 1]
    "#]],
    );
    let file = &file.replace("ANA", "ana").replace("06-22 12", "06-22 18");
    check(
        &[("week.csv", file)],
        &args,
        expect![[r#"
        week.csv: 2 agents, 4 shifts; 2 findings

        blocked: 2 REST_TIME_SHORT
          ana@x.com  Mon 2026-06-22 17:00–18:00
            rest 1:00 of 11:00 between shifts line-2 and line-3: short by 600 min
          ben@x.com  Mon 2026-06-22 17:00–19:00
            rest 2:00 of 11:00 between shifts line-4 and line-5: short by 540 min
        [exit 1]
    "#]],
    );
}

#[test]
fn programs_read_findings_and_clock_changes() {
    let file = "agent,start,end\n\
                zoe@x.com,2026-03-28 22:00,2026-03-29 06:00\n\
                zoe@x.com,2026-03-29 16:00,2026-03-29 20:00\n";
    let args = ["week.csv", "--time-zone", "Europe/Paris", "--json"];
    check(
        &[("week.csv", file)],
        &args,
        expect![[r#"
        {
          "agents": 1,
          "clean": false,
          "clockChanges": {
            "shifts": [
              {
                "agentId": "zoe@x.com",
                "at": "2026-03-29T01:00:00Z",
                "clockChangeMinutes": -60,
                "elapsedMinutes": 420,
                "end": "2026-03-29T04:00:00Z",
                "shiftId": "line-2",
                "start": "2026-03-28T21:00:00Z",
                "timeZone": "Europe/Paris",
                "wallMinutes": 480
              }
            ]
          },
          "findings": [
            {
              "agentId": "zoe@x.com",
              "end": "2026-03-29T14:00:00Z",
              "fingerprint": "e77c5f8fad084c2a.60",
              "kind": "REST_TIME_SHORT",
              "limit": 660,
              "magnitude": 60,
              "message": "rest 10:00 of 11:00 between shifts line-2 and line-3: short by 60
        | min",
              "observed": 600,
              "severity": "block",
              "start": "2026-03-29T04:00:00Z",
              "subject": {
                "shiftId": "line-2"
              },
              "subjects": [
                {
                  "shiftId": "line-2"
                },
                {
                  "shiftId": "line-3"
                }
              ],
              "unit": "minutes"
            }
          ],
          "shifts": 2,
          "source": "week.csv"
        }
        [exit 1]
    "#]],
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let week = [("week.csv", WEEK)];
    check(
        &week,
        &[],
        expect![[r#"
        error: the following required arguments were not provided:
          --time-zone <ZONE>
          <FILE>

        Usage: muster rules check --time-zone <ZONE> <FILE>

        For more information, try '--help'.
        [exit 2]
    "#]],
    );
    check(
        &week,
        &["week.csv", "--time-zone", "Mars/Base"],
        expect![[r#"
        muster: --time-zone: "Mars/Base" is not a time zone of the IANA database 2026e
        [exit 2]
    "#]],
    );
    let zone = ["week.csv", "--time-zone", "Europe/Paris"];
    let rules = [zone.as_slice(), &["--rules", "rules.json"]].concat();
    check(
        &week,
        &rules,
        expect![[r#"
        muster: read rules.json: No such file or directory (os error 2)
        [exit 1]
    "#]],
    );
    let bad = "agent,start,length_minutes,activity,activity_start,activity_length_minutes\n\
               ana,2026-06-22 09:00,480,Yoga,2026-06-22 10:00,60\n";
    check(
        &[("week.csv", bad)],
        &zone,
        expect![[r#"
        week.csv: line 2, column "activity": "Yoga" is no activity of the unit (there are
        | Break, Meal, Meeting, OffQueueWork, OnQueueWork, TimeOff, Training, Unavailable):
        | name it by --activity
        muster: nothing of week.csv was imported
        [exit 1]
    "#]],
    );
}

#[test]
fn rules_that_cannot_be_set_are_named() {
    let args = ["week.csv", "--time-zone", "Europe/Paris", "--rules", "rules.json"];
    for (text, expect) in [
        (
            "{",
            expect![[r#"
            muster: rules.json: the body is not JSON: EOF while parsing an object at line 1
            | column 1
            [exit 1]
        "#]],
        ),
        (
            r#"{"rules":[{"kind":"MAX_SHIFTS","params":{"types":"a,,b"}}]}"#,
            expect![[r#"
            muster: rules.json: /rules/0/params/types: a,,b is not a list of names such as
            | early,late
            [exit 1]
        "#]],
        ),
        (
            r#"{"rules":[{"kind":"MAX_SHIFTS","scope":{"managementUnitId":"north"}}]}"#,
            expect![[r#"
                muster: rules.json: /rules/scope/managementUnitId: north is not a management unit
                | of this unit
                [exit 1]
            "#]],
        ),
    ] {
        check(&[("week.csv", WEEK), ("rules.json", text)], &args, expect);
    }
}

#[test]
fn what_is_live_is_read_from_the_server_and_checked_here() {
    let server = Server::with_agents();
    server.write("week.csv", WEEK);
    server.api(async |client| {
        let rules = json!({ "rules": [{ "kind": "REST_TIME_SHORT", "severity": "ack",
            "params": { "minRestMinutes": 540 } }] });
        let path = "/businessunits/vienna/rules";
        client.send::<Value>(Method::PUT, path, Some(&rules)).await.unwrap();
    });
    server.ok(&["schedule", "push", "week.csv", "--unit", "vienna", "--publish"]);
    server.check(
        &["rules", "check", "--unit", "vienna"],
        expect![[r#"
        unit vienna: 3 agents, 4 shifts; the rules find nothing
    "#]],
    );
    server.api(async |client| {
        let request = json!({ "agentId": "ben", "fullDays": ["2026-03-27"], "id": "t1" });
        let path = "/timeoffrequests";
        client.send::<Value>(Method::POST, path, Some(&request)).await.unwrap();
    });
    server.write(
        "rules.json",
        r#"{"rules":[{"kind":"REST_TIME_SHORT","params":{"minRestMinutes":660}}]}"#,
    );
    let args = ["rules", "check", "--unit", "vienna", "--rules", "rules.json"];
    let told = server.run(&args).shown();
    // Shifts got their ids from the server.
    let kinds = told.lines().filter(|line| !line.contains("shift")).collect::<Vec<_>>();
    expect![[r#"

        needs acknowledgement: 1 TIME_OFF_PENDING_OVERLAP
          ben  Fri 2026-03-27 09:00–17:00

        needs acknowledgement: 1 REST_TIME_SHORT
          zoe  Sat 2026-03-28 20:00 – Sun 2026-03-29 06:30
        [exit 1]"#]]
    .assert_eq(&kinds.join("\n"));
    server.check(
        &["rules", "check", "week.csv", "--unit", "vienna"],
        expect![[r#"
        error: the argument '[FILE]' cannot be used with '--unit <UNIT>'

        Usage: muster rules check --url <URL> --client-id <ID> --client-secret <SECRET>
        | <FILE>

        For more information, try '--help'.
        [exit 2]
    "#]],
    );
}
