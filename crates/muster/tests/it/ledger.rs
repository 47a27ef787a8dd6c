use expect_test::expect;

use crate::harness::{Run, Server, muster};

#[test]
fn a_sound_ledger_is_verified_beside_its_server() {
    let server = Server::with_agents();
    server.check(
        &["ledger", "verify"],
        expect![[r#"
            ledger sqlite:muster.db: 2 entries of 1 units read
            every entry is there, every hash is right, every head is the last entry
        "#]],
    );
}

#[test]
fn a_flipped_bit_is_found() {
    let server = Server::with_agents();
    let folder = server.folder().to_owned();
    // Everything into the one file, so that what is flipped is what is read.
    let file = folder.join("muster.db");
    let copy = tempfile::TempDir::new().unwrap();
    let path = copy.path().join("muster.db");
    std::fs::copy(&file, &path).unwrap();
    std::fs::copy(folder.join("muster.db-wal"), copy.path().join("muster.db-wal")).unwrap();
    assert_eq!(Run::of(muster(copy.path()).args(["ledger", "verify"])).code, 0);
    // The last to close a ledger moves what was written into the file itself.
    let mut bytes = std::fs::read(&path).unwrap();
    let at = find(&bytes, b"America/Chicago").expect("the unit's entry says its zone");
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let run = Run::of(muster(copy.path()).args(["ledger", "verify"]));
    expect![[r#"
        ledger sqlite:muster.db: 1 entries of 1 units read
        DAMAGED  unit default/vienna, revision 2: the entry does not match its hash; what comes before it can be trusted
    "#]]
    .assert_eq(&run.out);
    assert_eq!(run.code, 1);
    let json = Run::of(muster(copy.path()).args(["ledger", "verify", "--json"]));
    assert_eq!(
        (json.code, json.json()["damages"][0]["businessUnitId"].as_str()),
        (1, Some("vienna"))
    );
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[test]
fn a_ledger_that_is_not_there_is_not_made() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = Run::of(muster(folder.path()).args(["ledger", "verify", "--ledger", "sqlite:no.db"]));
    assert_eq!((run.code, run.err.as_str()), (1, "muster: there is no ledger sqlite:no.db\n"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
