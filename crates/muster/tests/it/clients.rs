use expect_test::expect;

use crate::harness::{Run, Server, folded, muster};

#[test]
fn a_client_is_made_used_and_revoked_beside_a_running_server() {
    let server = Server::start();
    let made = server.ok(&["client", "create", "desk", "--scope", "wfm:unit:read"]);
    let text = |name: &str| {
        let line = made.out.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {made:?}")).to_owned()
    };
    let (id, secret) = (text("MUSTER_CLIENT_ID="), text("MUSTER_CLIENT_SECRET="));
    assert_eq!(made.err, "client desk is made; its secret is not shown again\n");
    let as_desk = |args: &[&str]| {
        let mut command = muster(server.folder());
        command.args(args).args(["--url", &server.url, "--client-id", &id]);
        Run::of(command.arg(format!("--client-secret={secret}")))
    };
    assert_eq!(as_desk(&["unit", "list"]).out, "no units\n");
    let refused = as_desk(&["unit", "create", "u", "--time-zone", "Europe/Paris"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("wfm:unit:write"), "{}", refused.err);
    let list = server.ok(&["client", "list"]);
    assert!(list.out.contains("desk") && !list.out.contains(&secret), "{}", list.out);
    server.ok(&["client", "revoke", &id]);
    let refused = as_desk(&["unit", "list"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("UNAUTHORIZED"), "{}", refused.err);
}

#[test]
fn what_cannot_be_asked_for_is_a_usage_error() {
    let server = Server::start();
    let run = server.run(&["client", "create", "x", "--scope", "wfm:everything"]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("muster: there is no scope \"wfm:everything\"; there are: wfm:"));
    assert_eq!(server.run(&["client", "create", "x", "--scope", " "]).code, 2);
    assert_eq!(server.run(&["schedule", "show", "../units"]).code, 2);
    assert_eq!(server.run(&["schedule", "explode"]).code, 2);
    let mut nobody = muster(server.folder());
    let run = Run::of(nobody.args(["unit", "list", "--url", &server.url]));
    assert_eq!(run.code, 2);
    expect![[r#"
        muster: say as which client: set MUSTER_CLIENT_ID and MUSTER_CLIENT_SECRET (muster
        | client create prints them)
    "#]]
    .assert_eq(&folded(&run.err));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let server = Server::start();
    let run = server.run(&["unit", "list", "--url", "http://127.0.0.1:9"]);
    assert_eq!(run.code, 1);
    assert!(run.err.starts_with("muster: no answer from http://127.0.0.1:9"), "{}", run.err);
}

#[test]
fn clients_of_a_ledger_that_is_not_there_are_not_listed() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = Run::of(muster(folder.path()).args(["client", "list"]));
    assert_eq!((run.code, run.err.as_str()), (1, "muster: there is no ledger sqlite:muster.db\n"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
