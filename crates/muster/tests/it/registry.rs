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
            more.csv: line 3, column "id": "?" an id has 1 to 64 of the characters A-Z a-z 0-9 . _ : -
            more.csv: line 4, column "id": "lin" repeats line 2
            more.csv: line 5: cannot be read: CSV error: record 4 (line: 5, byte: 66): found record with 2 fields, but the previous record has 3 fields
            muster: nothing of more.csv was imported
            [exit 1]
        "#]],
    );
    server.write("columns.csv", "name,shoe size\nLin,38\n");
    server.check(
        &["agent", "import", "columns.csv", "--unit", "vienna"],
        expect![[r#"
            columns.csv: line 1, column "shoe size": is no column; there are id, name, email, time_zone, skills, management_unit, contract
            columns.csv: line 1, column "id": is a column that must be there
            muster: nothing of columns.csv was imported
            [exit 1]
        "#]],
    );
    assert!(!server.ok(&["agent", "list", "--unit", "vienna"]).out.contains("lin"));
}
