use expect_test::expect;

use crate::harness::Server;

#[test]
fn units_and_agents_are_made_and_listed() {
    let server = Server::with_agents();
    server.check(
        &["unit", "list"],
        expect![[r#"
            unit    name    zone             first day
            vienna  vienna  America/Chicago  Monday
        "#]],
    );
    server.check(
        &["agent", "list", "--unit", "vienna"],
        expect![[r#"
            agent  name  email      zone             management unit  contract
            ana    Ana   ana@x.com  America/Chicago
            ben    Ben   Ben@X.com  America/Chicago
            zoe    Zoé   zoe@x.com  Europe/Paris
        "#]],
    );
}

#[test]
fn a_file_of_agents_is_imported_as_a_whole_or_not_at_all() {
    let server = Server::with_agents();
    let file = "id,name,time_zone\nlin,Lin,Asia/Singapore\n?,X,Mars/Base\nlin,Twice,\neve,Eve\n";
    server.write("more.csv", file);
    server.check(
        &["agent", "import", "more.csv", "--unit", "vienna"],
        expect![[r#"
            more.csv: line 3, column "id": "?" an id has 1 to 64 of the characters A-Z a-z 0-9
            | . _ : -
            more.csv: line 4, column "id": "lin" repeats line 2
            more.csv: line 5: cannot be read: CSV error: record 4 (line: 5, byte: 66): found
            | record with 2 fields, but the previous record has 3 fields
            muster: nothing of more.csv was imported
            [exit 1]
        "#]],
    );
    server.write("columns.csv", "name,shoe size\nLin,38\n");
    server.check(
        &["agent", "import", "columns.csv", "--unit", "vienna"],
        expect![[r#"
            columns.csv: line 1, column "shoe size": is no column; there are id, name, email,
            | time_zone, skills, management_unit, contract
            columns.csv: line 1, column "id": is a column that must be there
            muster: nothing of columns.csv was imported
            [exit 1]
        "#]],
    );
    assert!(!server.ok(&["agent", "list", "--unit", "vienna"]).out.contains("lin"));
}

/// What a calendar program is answered: the status, and what it is.
fn read(link: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = reqwest::get(link).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap().lines().next().unwrap().to_owned())
    })
}

#[test]
fn a_link_to_a_calendar_is_shown_once_made_anew_and_ended() {
    let server = Server::with_agents();
    let link = |args: &[&str]| -> (String, String) {
        let shown = server.ok(&[&["agent", "calendar"], args].concat()).out;
        let (link, rest) = shown.split_once('\n').unwrap();
        (link.to_owned(), rest.to_owned())
    };
    let (first, said) = link(&["ana"]);
    assert!(first.starts_with("http://127.0.0.1:") && first.ends_with(".ics"), "{first}");
    expect!["whoever has this link can read the calendar of ana; it is not shown again\n"]
        .assert_eq(&said);
    assert_eq!(read(&first), (200, "BEGIN:VCALENDAR".to_owned()));
    let (since, said) = link(&["ana"]);
    let shown = "; it was shown when it was made";
    assert!(since.starts_with("ana has a link since 20") && since.ends_with(shown), "{since}");
    assert_eq!(said, "--rotate makes another, --revoke ends it\n");
    let (second, _) = link(&["ana", "--rotate"]);
    assert_eq!((read(&first).0, read(&second).0), (404, 200));
    server.check(
        &["agent", "calendar", "ana", "--revoke"],
        expect![[r#"
            no link leads to the calendar of ana
        "#]],
    );
    assert_eq!(read(&second).0, 404);
    let refused = server.run(&["agent", "calendar", "nobody"]);
    assert!(refused.code != 0 && refused.err.contains("there is no agent \"nobody\""));
}

#[test]
fn what_is_asked_of_all_agents_is_set_from_files_and_shown() {
    let server = Server::with_agents();
    let staffing = r#"{"from": "2035-03-05T06:00:00Z", "to": "2035-03-06T06:00:00Z", "staffing": [
        {"intervals": [{"start": "2035-03-05T14:00:00Z", "end": "2035-03-05T20:00:00Z",
        "agents": 2}]}, {"skill": "french", "intervals": [
        {"start": {"local": "2035-03-05T10:00"}, "end": {"local": "2035-03-05T10:15"},
        "agents": 1}]}]}"#;
    server.write("staffing.json", staffing);
    server.check(
        &["unit", "staffing", "vienna", "staffing.json"],
        expect![[r#"
        skill        when                        required  present  missing
        (everybody)  Mon 2035-03-05 08:00–14:00  2         0        2
        french       Mon 2035-03-05 10:00–10:15  1         0        1
    "#]],
    );
    let day = ["--from", "2035-03-05", "--to", "2035-03-06"];
    server.check(
        &[&["unit", "staffing", "vienna"], &day[..]].concat(),
        expect![[r#"
        skill        when                        required  present  missing
        (everybody)  Mon 2035-03-05 08:00–14:00  2         0        2
        french       Mon 2035-03-05 10:00–10:15  1         0        1
    "#]],
    );
    server.check(
        &["unit", "staffing", "vienna"],
        expect![[r#"
        nobody is required
    "#]],
    );
    server.api(async |client| {
        let (from, to) = (Some("2035-03-05"), Some("2035-03-06"));
        let staffing = client.staffing("vienna", from, to).await.unwrap().value;
        assert_eq!(staffing.staffing[0].intervals[0].missing, 2);
        let nobody = serde_json::json!({ "from": "2035-03-05T06:00:00Z",
            "to": "2035-03-06T06:00:00Z", "staffing": [{ "intervals": [] }] });
        let left = client.set_staffing("vienna", &nobody).await.unwrap().value;
        assert_eq!(left.staffing.len(), 1);
    });
}

#[test]
fn trunks_and_sites_are_set_from_files_and_shown() {
    let server = Server::with_agents();
    server.write("trunks.json", r#"{"trunks": [{"id": "eu", "capacity": 4, "skills": ["fr"]}]}"#);
    server.check(
        &["unit", "trunks", "vienna", "trunks.json"],
        expect![[r#"
        trunk group  capacity  skills  management units
        eu           4         fr
    "#]],
    );
    server.check(
        &["unit", "sites", "vienna"],
        expect![[r#"
        no sites
    "#]],
    );
    server.write("sites.json", r#"{"sites": [{"id": "lyon", "seats": -4}]}"#);
    server.check(
        &["unit", "sites", "vienna", "sites.json"],
        expect![[r#"
        muster: a value cannot be (INVALID)
          /sites/0/seats: -4 cannot be taken: invalid value: integer `-4`, expected a whole
        | number, not negative
        [exit 1]
    "#]],
    );
    server.write("none.json", "sites");
    server.check(
        &["unit", "sites", "vienna", "none.json"],
        expect![[r#"
        muster: none.json is not JSON: expected value at line 1 column 1
        [exit 1]
    "#]],
    );
    server.api(async |client| {
        let body = serde_json::json!({ "sites": [{ "id": "lyon", "seats": 4 }] });
        let set = client.set_sites("vienna", &body).await.unwrap();
        assert_eq!(client.sites("vienna").await.unwrap().value, set.value);
        let trunks = client.trunks("vienna").await.unwrap().value;
        assert_eq!((trunks.trunks[0].capacity, trunks.trunks.len()), (4, 1));
        let none = serde_json::json!({ "trunks": [] });
        client.set_trunks("vienna", &none).await.unwrap();
    });
}

#[test]
fn what_agents_say_of_when_they_can_work_is_put_listed_and_withdrawn() {
    let server = Server::with_agents();
    let put = ["agent", "availability", "put"];
    let weekly = ["ana", "evenings", "unavailable", "--on", "tuesday,thursday", "--from", "18:00"];
    server.check(
        &[&put[..], &weekly, &["--to", "24:00", "--valid-from", "2035-03-01"]].concat(),
        expect![[r#"
            ana says evenings, version 3
        "#]],
    );
    let days = ["zoe", "wedding", "prefers-off", "--day", "2035-04-07", "--note", "mine"];
    server.check(
        &[&put[..], &days].concat(),
        expect![[r#"
        zoe says wedding, version 4
    "#]],
    );
    server.check(
        &["agent", "availability", "list", "--unit", "vienna"],
        expect![[r#"
        agent  id        says         when                                 note
        ana    evenings  unavailable  Tue Thu 18:00–00:00 from 2035-03-01
        zoe    wedding   prefers off  2035-04-07                           mine
    "#]],
    );
    let bad = ["ana", "evenings", "prefers-within", "--from", "25:00", "--to", "08:00"];
    server.check(
        &[&put[..], &bad].concat(),
        expect![[r#"
        muster: a value cannot be (INVALID)
          /weekly/from: 25:00 is not a time of day such as 18:00
        [exit 1]
    "#]],
    );
    let withdraw = ["agent", "availability", "withdraw", "ana", "evenings"];
    server.check(
        &withdraw,
        expect![[r#"
        ana says evenings no longer
    "#]],
    );
    server.check(
        &withdraw,
        expect![[r#"
        muster: there is no such thing (NOT_FOUND)
          there is no availability "evenings"
        [exit 1]
    "#]],
    );
    server.api(async |client| {
        let said = serde_json::json!({ "says": "PREFERS_WITHIN", "weekly": {} });
        client.put_availability("ben", "early", &said).await.unwrap();
        let all = client.availability("ben").await.unwrap().value;
        assert_eq!(all.entities[0].id, "early");
    });
}
