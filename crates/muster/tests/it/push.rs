//! `schedule push`, and what becomes of the drafts.

use expect_test::{Expect, expect};

use crate::harness::Server;

const HEAD: &str =
    "agent,start,length_minutes,shift_id,activity,activity_start,activity_length_minutes";
const CXONE: &str = "*Username,*Shift Start Date and Time,*Shift End Date and Time,\
                     *Local Time Zone,*Base Activity Name,Activity Start Date and Time,\
                     Activity End Date and Time,Activity Name";

fn plain(rows: &[&str]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

/// What is wrong with a file, with nothing of it imported.
#[track_caller]
fn check_refused(server: &Server, file: &str, expect: Expect) {
    server.write("week.csv", file);
    server.check(&["schedule", "push", "week.csv", "--unit", "vienna"], expect);
    assert_eq!(server.ok(&["schedule", "list", "--unit", "vienna"]).out, "no schedules\n");
}

#[test]
fn a_week_is_pushed_planned_published_shown_and_reverted() {
    let server = Server::with_agents();
    let rows = [
        "ana,2035-03-05 09:00,480,s1,Break,2035-03-05 10:30,15",
        "ana,2035-03-05 09:00,480,s1,lunch,2035-03-05 12:00,30",
        "Ben@x.com,2035-03-06 22:00,480,s2,,,",
        // Sunday evening in Chicago: the week before.
        "zoe,2035-03-05 05:30,480,s3,,,",
    ];
    server.write("week.csv", &plain(&rows));
    let push = ["schedule", "push", "week.csv", "--unit", "vienna", "--activity", "Lunch=Meal"];
    let json = server.ok(&[&push[..], &["--json"]].concat()).json();
    let draft = json["weeks"][1]["draftId"].as_str().unwrap().to_owned();
    assert_eq!(json["weeks"][0]["weekDate"], "2035-02-26");
    assert_eq!(json["weeks"][1]["summary"]["fastForward"], 2);
    server.check(
        &["schedule", "list", "--unit", "vienna", "--status", "draft"],
        expect![[r#"
            week        status  schedule                  version  name
            2035-02-26  DRAFT   push-2035-02-26-########  3        week.csv
            2035-03-05  DRAFT   push-2035-03-05-########  4        week.csv
        "#]],
    );
    server.check(
        &["schedule", "plan", &draft],
        expect![[r#"
            plan of DRAFT push-2035-03-05-######## "week.csv", week of 2035-03-05, unit vienna,
            | version 4
            on revision 4, times in America/Chicago

            2 agents: 2 as written
            2 agents would be told

            make it live: muster schedule publish push-2035-03-05-######## --plan-token plan.4.4
        "#]],
    );
    server.check(
        &["schedule", "publish", &draft],
        expect![[r#"
            PUBLISHED as week-2035-03-05-4419c07588b7aa80658e at revision 5: 2 live; 2 are told
        "#]],
    );
    let live = ["schedule", "list", "--unit", "vienna", "--status", "published", "--json"];
    let live = server.ok(&live).json()[0]["id"].as_str().unwrap().to_owned();
    server.check(
        &["schedule", "show", &live],
        expect![[r#"
            PUBLISHED week-2035-03-05-4419c07588b7aa80658e, week of 2035-03-05, unit vienna,
            | version 5
            2 agents, 2 shifts; times in America/Chicago

            agent  shift                                        hours  paid  activities
            |                   id  note
            ana    Mon 2035-03-05 09:00–17:00                   8:00   7:30  Break 10:30–10:45,
            | Meal 12:00–12:30  s1
            ben    Tue 2035-03-06 22:00 – Wed 2035-03-07 06:00  8:00   8:00
            |                   s2
        "#]],
    );
    server.check(
        &["schedule", "revert", &live],
        expect![[r#"
            PUBLISHED as week-2035-03-05-4419c07588b7aa80658e at revision 6: 2 live; 2 are told
        "#]],
    );
    server.check(
        &["schedule", "show", &live, "--agent", "ana"],
        expect![[r#"
            PUBLISHED week-2035-03-05-4419c07588b7aa80658e, week of 2035-03-05, unit vienna,
            | version 6
            1 agent, 0 shifts; times in America/Chicago
        "#]],
    );
}

#[test]
fn the_vendors_file_is_pushed_and_published_in_one_step() {
    let server = Server::with_agents();
    let rows = [
        "ana@x.com,03/05/2035 09:00:00,03/05/2035 17:00:00,UTC-06:00,Open,\
         03/05/2035 10:30:00,03/05/2035 10:45:00,Break",
        "zoe@x.com,03/13/2035 09:00:00,03/13/2035 17:00:00,UTC+01:00,Training,,,",
    ];
    server.write("cxone.csv", &format!("{CXONE}\n{}\n", rows.join("\n")));
    server.check(
        &["schedule", "push", "cxone.csv", "--unit", "vienna", "--publish"],
        expect![[r#"
            week        draft                     agents  shifts  plan          published
            2035-03-05  push-2035-03-05-########  1       1       1 as written  1 live
            2035-03-12  push-2035-03-12-########  1       1       1 as written  1 live

            agent  week        shifts  what happened
            ana    2035-03-05  1       live
            zoe    2035-03-12  1       live
        "#]],
    );
    server.check(
        &["schedule", "push", "cxone.csv", "--unit", "vienna"],
        expect![[r#"
            week        draft                     agents  shifts  plan           published
            2035-03-05  push-2035-03-05-########  1       1       nothing in it  no
            2035-03-12  push-2035-03-12-########  1       1       nothing in it  no

            agent  week        shifts  what happened
            ana    2035-03-05  1       nothing to change
            zoe    2035-03-12  1       nothing to change

            look at a draft: muster schedule plan DRAFT
            make it live:    muster schedule publish DRAFT
        "#]],
    );
}

#[test]
fn an_offset_that_the_zone_does_not_have_then_is_named_with_both_readings() {
    let server = Server::with_agents();
    // Clocks in Chicago went forward the night before.
    let row = "ana@x.com,03/12/2035 09:00:00,03/12/2035 17:00:00,UTC-06:00,Open,,,";
    check_refused(
        &server,
        &format!("{CXONE}\n{row}\n"),
        expect![[r#"
            week.csv: line 2, column "*Shift Start Date and Time": "03/12/2035 09:00:00" with
            | UTC-06:00 reads 2035-03-12T15:00:00Z, but America/Chicago has UTC-05:00 then and
            | reads 2035-03-12T14:00:00Z
            muster: nothing of week.csv was imported
            [exit 1]
        "#]],
    );
}

#[test]
fn a_wall_time_that_does_not_exist_is_refused_unless_it_is_said_what_is_meant() {
    let server = Server::with_agents();
    let file = plain(&["ana,2035-03-11 02:30,480,s1,,,"]);
    check_refused(
        &server,
        &file,
        expect![[r#"
            week.csv: line 2, column "start": "2035-03-11 02:30" does not exist in
            | America/Chicago, where clocks jump over it; it could be read as
            | 2035-03-11T07:30:00Z or 2035-03-11T08:30:00Z
            muster: nothing of week.csv was imported
            [exit 1]
        "#]],
    );
    let push = ["schedule", "push", "week.csv", "--unit", "vienna", "--ambiguous", "later"];
    assert_eq!(server.ok(&[&push[..], &["--json"]].concat()).json()["weeks"][0]["shifts"], 1);
}

#[test]
fn every_damage_of_a_file_is_named_and_nothing_is_imported() {
    let server = Server::with_agents();
    let rows = [
        "ana,2035-03-05 09:00,480,s1,,,",
        "eve,2035-03-05 09:00,480,s2,,,",
        "ben,2035-03-05 09:00,none,s3,,,",
        "ben,2035-13-05 09:00,480,s4,,,",
        "ana,2035-03-05 10:00,480,s5,,,",
        "zoe,2035-03-05 09:00,480,s6,Yoga,2035-03-05 10:00,15",
        "zoe,2035-03-06 09:00,480,s7,Break,2035-03-05 10:00,15",
        "zoe,2035-03-07 09:00,480,s8",
    ];
    check_refused(
        &server,
        &plain(&rows),
        expect![[r#"
            week.csv: line 3, column "agent": "eve" is not a known agent
            week.csv: line 4, column "length_minutes": "none" is not a length in whole minutes,
            | 1 to 2880
            week.csv: line 5, column "start": "2035-13-05 09:00" is not a date (yyyy-mm-dd
            | hh:mm, with Z or an offset such as +01:00 if it is not local)
            week.csv: line 6, column "start": "2035-03-05 10:00" overlaps the shift of line 2
            | by 420 min, 2035-03-05T15:00:00Z to 2035-03-05T23:00:00Z
            week.csv: line 8, column "activity_start": "2035-03-05 10:00" reads
            | 2035-03-05T09:00:00Z, outside the shift, 2035-03-06T08:00:00Z to
            | 2035-03-06T16:00:00Z
            week.csv: line 9: "zoe,2035-03-07 09:00,480,s8" has 4 fields, the header has 7
            muster: nothing of week.csv was imported
            [exit 1]
        "#]],
    );
    check_refused(
        &server,
        &plain(&["zoe,2035-03-05 09:00,480,s6,Yoga,2035-03-05 10:00,15"]),
        expect![[r#"
            week.csv: line 2, column "activity": "Yoga" is no activity of the unit (there are
            | Break, Meal, Meeting, OffQueueWork, OnQueueWork, TimeOff, Training, Unavailable):
            | name it by --activity
            muster: nothing of week.csv was imported
            [exit 1]
        "#]],
    );
    check_refused(
        &server,
        "",
        expect![[r#"
            week.csv: line 1: the file is empty
            muster: nothing of week.csv was imported
            [exit 1]
        "#]],
    );
    server.write("week.csv", &plain(&rows));
    let run = server.run(&["schedule", "push", "week.csv", "--unit", "vienna", "--json"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["errors"][0]["value"], "eve");
}

#[test]
fn a_push_that_breaks_off_takes_its_drafts_back() {
    let server = Server::with_agents();
    // May make drafts, but not look at them.
    let scope = "wfm:unit:read wfm:agent:read wfm:schedule:write";
    let writer = ["client", "create", "writer", "--scope", scope, "--json"];
    let writer = server.ok(&writer).json();
    let [id, secret] = ["clientId", "clientSecret"].map(|name| writer[name].as_str().unwrap());
    server.write("week.csv", &plain(&["ana,2035-03-05 09:00,480,s1,,,"]));
    let push = ["schedule", "push", "week.csv", "--unit", "vienna"];
    server.check(
        &[&push[..], &["--client-id", id, &format!("--client-secret={secret}")]].concat(),
        expect![[r#"
            muster: the token does not reach that far (FORBIDDEN)
              the token lacks scope wfm:schedule:read
            [exit 1]
        "#]],
    );
    assert_eq!(server.ok(&["schedule", "list", "--unit", "vienna"]).out, "no schedules\n");
}

#[test]
fn a_publish_that_the_server_refuses_takes_the_drafts_back() {
    let server = Server::with_agents();
    // Further away than anything may be planned.
    server.write("week.csv", &plain(&["ana,2100-03-01 09:00,480,s1,,,"]));
    let push = ["schedule", "push", "week.csv", "--unit", "vienna", "--publish"];
    let run = server.run(&push);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.contains("is more than 7320 days from now"), "{}", run.err);
    assert_eq!(server.ok(&["schedule", "list", "--unit", "vienna"]).out, "no schedules\n");
}

#[test]
fn a_file_or_a_unit_that_is_not_there_is_named() {
    let server = Server::with_agents();
    server.check(
        &["schedule", "push", "no.csv", "--unit", "vienna"],
        expect![[r#"
            muster: read no.csv: No such file or directory (os error 2)
            [exit 1]
        "#]],
    );
    server.check(
        &["schedule", "push", "agents.csv", "--unit", "berlin"],
        expect![[r#"
            muster: there is no such thing (NOT_FOUND)
              there is no business unit "berlin"
            [exit 1]
        "#]],
    );
}

/// A week in which clocks in Chicago go back, on Sunday, 4 November, at 02:00.
fn with_clock_change() -> Server {
    let server = Server::with_agents();
    let rows = [
        "ana,2035-11-03 22:00,540,s1,Break,2035-11-04T06:30:00Z,15",
        "ben,2035-11-03 11:00,600,s2,,,",
        "ben,2035-11-04 07:00,480,s3,,,",
        "zoe,2035-11-01 09:00,480,s4,,,",
    ];
    server.write("week.csv", &plain(&rows));
    server
}

#[test]
fn a_push_and_its_plan_say_what_a_clock_change_does_to_shifts() {
    let server = with_clock_change();
    let push = ["schedule", "push", "week.csv", "--unit", "vienna"];
    server.check(
        &push,
        expect![[r#"
            week        draft                     agents  shifts  plan          published
            2035-10-29  push-2035-10-29-########  3       4       3 as written  no

            agent  week        shifts  what happened
            ana    2035-10-29  1       as written
            ben    2035-10-29  2       as written
            zoe    2035-10-29  1       as written

            for information: 1 shift across a clock change
              ana  Sat 2035-11-03 22:00 – Sun 2035-11-04 06:00  s1
                9:00 long, the clock shows 8:00 (+60 min)

            for information: 2 times that could be taken for another
              ana  start of Break  s1
                2035-11-04 01:30 comes twice in America/Chicago: -05:00 is meant, not -06:00
              ana  end of Break  s1
                2035-11-04 01:45 comes twice in America/Chicago: -05:00 is meant, not -06:00

            for information: 1 verdict owed to a clock change
              ben  REST_TIME_SHORT  kept
                by the clock on the wall, rest 10:00 of 11:00 between shifts s2 and s3: short
            | by 60 min; it is not so, because of a clock change of +60 min

            look at a draft: muster schedule plan DRAFT
            make it live:    muster schedule publish DRAFT
        "#]],
    );
    let json = server.ok(&[&push[..], &["--json"]].concat()).json();
    assert_eq!(json["weeks"][0]["clockChanges"]["shifts"][0]["elapsedMinutes"], 540);
    let draft = json["weeks"][0]["draftId"].as_str().unwrap();
    let said = server.ok(&["schedule", "plan", draft]).out;
    for part in ["1 shift across a clock", "2 times that could be", "1 verdict owed to a clock"] {
        assert!(said.contains(&format!("\nfor information: {part}")), "{said}");
    }
}

#[test]
fn a_publish_and_a_swap_say_what_a_clock_change_does_to_shifts() {
    let server = with_clock_change();
    let push = ["schedule", "push", "week.csv", "--unit", "vienna", "--json"];
    let json = server.ok(&push).json();
    let draft = json["weeks"][0]["draftId"].as_str().unwrap();
    let longer = "    9:00 long, the clock shows 8:00 (+60 min)\n";
    let said = server.ok(&["schedule", "publish", draft]).out;
    assert!(said.contains(longer), "{said}");
    // In Paris, where clocks went back the Sunday before, ana's night is as long as it looks.
    let evaluate = |gives: &str, gets: &str| {
        server.run(&["swap", "evaluate", "--gives", gives, "--gets", gets]).out
    };
    let said = evaluate("s1", "s4");
    assert!(said.ends_with(": nothing stands in the way\n"), "{said}");
    let said = evaluate("s3", "s1");
    assert!(said.contains(longer), "{said}");
}

/// SCENARIOS 20, as far as files go: 19:30 on Sunday in Chicago is Monday in UTC, and is not eaten
/// by the import of Monday's week; what is imported twice is there once; an offset that the zone
/// does not have is flagged.
#[test]
fn s20_a_migration_of_dirty_files() {
    let server = Server::with_agents();
    let push = |file: &str| {
        let args = ["schedule", "push", file, "--unit", "vienna", "--publish", "--json"];
        server.ok(&args).json()["weeks"][0]["published"]["revision"].clone()
    };
    let sunday = ["ana,2035-03-04 18:30,60,s1,,,", "ana,2035-03-04 19:30,60,s2,,,"];
    server.write("sunday.csv", &plain(&sunday));
    server.write("monday.csv", &plain(&["ana,2035-03-05 19:30,60,s3,,,"]));
    let first = push("sunday.csv");
    push("monday.csv");
    let shown = server.ok(&["schedule", "list", "--unit", "vienna", "--json"]).json();
    let weeks: Vec<String> = shown
        .as_array()
        .unwrap()
        .iter()
        .filter(|week| week["status"] == "PUBLISHED")
        .map(|week| week["id"].as_str().unwrap().to_owned())
        .collect();
    let shifts = |week: &str| {
        let shown = server.ok(&["schedule", "show", week, "--json"]).json();
        shown["agentSchedules"][0]["shifts"].as_array().unwrap().len()
    };
    assert_eq!(weeks.iter().map(|week| shifts(week)).collect::<Vec<_>>(), [2, 1]);
    // The same file again is no entry of any shift, and changes nobody's week.
    let state = || server.ok(&["schedule", "show", &weeks[0], "--json"]).json();
    let before = state();
    assert_ne!(push("sunday.csv"), first);
    assert_eq!(state()["agentSchedules"], before["agentSchedules"]);
    let flagged = "ana@x.com,03/08/2026 12:00:00,03/08/2026 17:00:00,UTC-06:00,Open,,,";
    server.write("cxone.csv", &format!("{CXONE}\n{flagged}\n"));
    let said = server.run(&["schedule", "push", "cxone.csv", "--unit", "vienna"]);
    assert!(said.shown().contains("has UTC-05:00 then"), "{}", said.shown());
}
