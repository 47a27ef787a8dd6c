//! The plain tables.

use muster_core::id::{AgentId, ClientId};
use muster_ledger::{CalendarLink, ClientRow, LedgerError, Profile};

use crate::engine::Engine;
use crate::given::{day, organization};

fn profile(agent: &str, name: &str) -> Profile {
    let email = name.contains(' ').then(|| format!("{agent}@example.org"));
    Profile { agent: AgentId::parse(agent).unwrap(), name: name.to_owned(), email }
}

fn client(owner: &str, id: &str) -> ClientRow {
    ClientRow {
        organization: organization(owner),
        also: [organization("beta"), organization("gamma")].into(),
        id: ClientId::parse(id).unwrap(),
        name: format!("client {id}"),
        secret_hash: "$argon2id$top-secret".to_owned(),
        scopes: "wfm:schedule:read wfm:schedule:write".to_owned(),
        created_at: day(1),
        revoked_at: None,
    }
}

pub(crate) async fn profiles_are_replaced_and_found_by_agent(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [acme, zeta] = [organization("acme"), organization("zeta")];
    let [ana, ben] = [profile("A-1", "Ana Pérez"), profile("A-2", "Ben")];
    ledger.put_profiles(&acme, vec![ana.clone(), ben.clone()]).await.unwrap();
    ledger.put_profiles(&zeta, vec![profile("A-1", "Zoe")]).await.unwrap();
    let married = profile("A-2", "Ben Pérez");
    ledger.put_profiles(&acme, vec![married.clone()]).await.unwrap();
    let asked = ["A-2", "A-3", "A-1"].map(|id| AgentId::parse(id).unwrap());
    assert_eq!(ledger.profiles(&acme, &asked).await.unwrap(), [married, ana]);
    assert_eq!(ledger.profiles(&zeta, &asked).await.unwrap(), [profile("A-1", "Zoe")]);
}

pub(crate) async fn clients_are_found_listed_and_revoked(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let acme = organization("acme");
    let [a, b, other] = [client("acme", "a"), client("acme", "b"), client("zeta", "c")];
    for client in [&b, &a, &other] {
        ledger.put_client(client.clone()).await.unwrap();
    }
    assert_eq!(ledger.find_client(&a.id).await.unwrap(), Some(a.clone()));
    assert_eq!(ledger.list_clients(&acme).await.unwrap(), [a.clone(), b.clone()]);

    let revoked = ClientRow { revoked_at: Some(day(2)), ..a.clone() };
    let revoke = |id, at| ledger.revoke_client(&acme, id, at);
    assert_eq!(revoke(&a.id, day(2)).await.unwrap(), Some(revoked.clone()));
    assert_eq!(revoke(&a.id, day(3)).await.unwrap(), Some(revoked.clone()), "the first stands");
    assert_eq!(revoke(&other.id, day(3)).await.unwrap(), None, "not theirs");
    assert_eq!(ledger.find_client(&other.id).await.unwrap(), Some(other));
    assert_eq!(ledger.list_clients(&acme).await.unwrap(), [revoked, b]);
}

pub(crate) async fn a_client_id_belongs_to_one_organization(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let ours = client("acme", "a");
    ledger.put_client(ours.clone()).await.unwrap();
    let renamed = ClientRow { name: "renamed".to_owned(), ..ours.clone() };
    ledger.put_client(renamed.clone()).await.unwrap();
    let refused = ledger.put_client(client("zeta", "a")).await;
    assert!(matches!(refused, Err(LedgerError::ClientTaken(id)) if id == ours.id));
    assert_eq!(ledger.find_client(&ours.id).await.unwrap(), Some(renamed));
}

pub(crate) async fn an_agent_has_one_link_to_a_calendar_at_a_time(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [acme, zeta] = [organization("acme"), organization("zeta")];
    let agent = AgentId::parse("A-1").unwrap();
    let link = |secret: u8, at| CalendarLink {
        organization: acme.clone(),
        agent: agent.clone(),
        token_hash: [secret; 32],
        created_at: day(at),
        revoked_at: None,
    };
    let (first, second, third) = (link(1, 1), link(2, 2), link(3, 4));
    assert_eq!(ledger.calendar_of(&acme, &agent).await.unwrap(), None);
    assert_eq!(ledger.put_calendar(first.clone(), false).await.unwrap(), first);
    assert_eq!(ledger.put_calendar(second.clone(), false).await.unwrap(), first, "it stands");
    assert_eq!(ledger.put_calendar(second.clone(), true).await.unwrap(), second);
    assert_eq!(ledger.find_calendar(&first.token_hash).await.unwrap(), None);
    assert_eq!(ledger.find_calendar(&second.token_hash).await.unwrap(), Some(second.clone()));
    assert_eq!(ledger.calendar_of(&zeta, &agent).await.unwrap(), None);

    ledger.revoke_calendar(&zeta, &agent, day(3)).await.unwrap();
    assert_eq!(
        ledger.calendar_of(&acme, &agent).await.unwrap(),
        Some(second.clone()),
        "not theirs"
    );
    for at in [3, 4] {
        ledger.revoke_calendar(&acme, &agent, day(at)).await.unwrap();
    }
    let revoked = CalendarLink { revoked_at: Some(day(3)), ..second };
    assert_eq!(ledger.find_calendar(&revoked.token_hash).await.unwrap(), Some(revoked));
    assert_eq!(ledger.put_calendar(third.clone(), false).await.unwrap(), third, "none stood");
}

pub(crate) async fn secrets_do_not_show_in_debug_output(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let key = ledger.signing_key([222; 32], day(0)).await.unwrap();
    assert_eq!(key.secret, [222; 32]);
    let shown = format!("{key:?} {:?} {:?}", client("acme", "a"), profile("A-1", "Ana Pérez"));
    for secret in ["222", "top-secret", "Pérez", "example.org"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

pub(crate) async fn a_new_signing_key_stands_beside_the_older_ones_until_they_are_dropped(
    engine: &impl Engine,
) {
    let ledger = engine.serve().await;
    let first = ledger.signing_key([1; 32], day(0)).await.unwrap();
    let second = ledger.rotate_signing_key([2; 32], day(1), false).await.unwrap();
    assert_eq!(second.secret, [2; 32]);
    assert_eq!(ledger.signing_key([9; 32], day(1)).await.unwrap(), second);
    assert_eq!(ledger.trust(day(0)).await.unwrap().keys, [first, second.clone()]);
    let third = ledger.rotate_signing_key([3; 32], day(2), true).await.unwrap();
    assert!(third.id > second.id);
    assert_eq!(ledger.trust(day(0)).await.unwrap().keys, [third]);
}

pub(crate) async fn clients_that_were_revoked_lately_are_told(engine: &impl Engine) {
    let ledger = engine.serve().await;
    for id in ["a", "b", "c"] {
        ledger.put_client(client("acme", id)).await.unwrap();
    }
    for (id, at) in [("a", day(1)), ("b", day(3))] {
        let (organization, id) = (organization("acme"), ClientId::parse(id).unwrap());
        ledger.revoke_client(&organization, &id, at).await.unwrap();
    }
    let told = async |since| {
        let trust = ledger.trust(since).await.unwrap();
        trust.revoked.iter().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(told(day(2)).await, ["b".to_owned()].into());
    assert_eq!(told(day(3)).await, ["b".to_owned()].into());
    assert_eq!(told(day(1)).await, ["a".to_owned(), "b".to_owned()].into());
}
