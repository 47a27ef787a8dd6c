use crate::harness::{Run, Server, muster};

#[test]
fn a_second_serve_stops_and_names_the_holder() {
    let server = Server::start();
    let mut second = muster(server.folder());
    let run = Run::of(second.args(["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.out, "");
    assert!(run.err.contains("muster.db.lock is held by process"), "{}", run.err);
    assert!(run.err.contains("muster serve"), "{}", run.err);
}

#[test]
fn a_server_that_is_asked_to_stop_ends_well_and_frees_the_ledger() {
    let server = Server::start();
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    assert_ne!(port, "0");
    assert_eq!(server.stop(), 0);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let server = Server::start();
    let address = server.url.strip_prefix("http://").unwrap();
    let mut second = muster(server.folder());
    second.args(["serve", "--listen", address, "--ledger", "sqlite:other.db"]);
    let run = Run::of(&mut second);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains(&format!("cannot listen on {address}")), "{}", run.err);
}

#[test]
fn the_hint_of_serve_makes_a_client_of_it() {
    let server = Server::start();
    let run = server.ok(&["client", "list", "--json"]);
    assert_eq!(run.json()[0]["name"], "planner");
}
