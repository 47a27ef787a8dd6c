//! Histories that chance makes too seldom, told step by step.

use std::sync::Arc;
use std::time::Duration;

use muster_core::Roster;
use muster_core::command::{Action, Command};
use muster_core::id::CommandId;
use muster_core::swap::{Side, SwapOffer};
use muster_ledger::Ledger;
use muster_ledger::sim::{Fate, Operation, Sim, Turn};
use muster_server::clock::{Clock, Manual};
use muster_server::desk::{Answer, Ask, DeskError};
use muster_server::units::Units;
use tokio::sync::watch;

use crate::setting::{actor, agent, keys, now, setting};

fn node(sim: &Sim, name: &str) -> Units {
    node_with(sim, name, Manual::at(now()))
}

fn node_with(sim: &Sim, name: &str, clock: Arc<Manual>) -> Units {
    let ledger = Ledger::simulated(&sim.node(name));
    Units::new(ledger, Clock::manual(clock), None, watch::channel(()).1)
}

async fn ask(
    units: &Units,
    place: usize,
    id: &str,
    action: Action,
    ground: Option<Roster>,
) -> Result<Answer, DeskError> {
    let desk = units.desk(&keys()[place]).await.unwrap().unwrap();
    let command = Command::new(actor("c"), action);
    let id = CommandId::parse(id).unwrap();
    desk.ask(Ask { command, id, keyed: None, ground }).await
}

/// The first append with entries of a node meets this fate; everything else is done at once.
fn first_append(sim: &Sim, name: &'static str, turn: Turn) {
    let mut first = Some(turn);
    sim.set_fates(Some(Box::new(move |node, operation| {
        let is_it = node == name && matches!(operation, Operation::Append(1..));
        let turn = if is_it { first.take() } else { None };
        Fate { turn: turn.unwrap_or_default(), ..Fate::default() }
    })));
}

/// An append is on its way, nobody knows where. Its repetition is told that an id belongs to
/// another unit; but then that unit lets go of the id, before the first one arrives.
#[tokio::test(start_paused = true)]
async fn nobody_is_refused_an_id_while_the_claim_may_still_arrive() {
    let sim = aside(|| setting().sim.copy());
    let (one, two) = (node(&sim, "one"), node(&sim, "two"));
    first_append(&sim, "one", Turn::Late(Duration::from_secs(3)));
    let joins = Action::PutAgents(vec![agent(&"a0".parse().unwrap())]);
    let told = ask(&one, 1, "joins", joins, None).await;
    let leaves = Action::AgentLeaves("a0".parse().unwrap());
    ask(&two, 0, "leaves", leaves, None).await.unwrap().result.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let ledger = Ledger::simulated(&sim.node("looks"));
    let head = ledger.head(&keys()[1]).await.unwrap().unwrap();
    assert_eq!(head, setting().rosters[1].revision().next(), "it arrived");
    assert!(matches!(told, Err(DeskError::Unavailable(_))), "{told:?}, but it took effect");
}

/// The append of a put is made, but its answer is lost: its own entry moves the record from
/// under it. It is not to be made again from the new state, by then somebody else's.
#[tokio::test(start_paused = true)]
async fn a_record_moved_by_its_own_put_has_not_moved() {
    let sim = aside(|| setting().sim.copy());
    let one = node(&sim, "one");
    first_append(&sim, "one", Turn::DoneUnknown);
    let ground = setting().rosters[0].clone();
    let mut unit = ground.unit().unwrap().clone();
    unit.name = "renamed".into();
    let told = ask(&one, 0, "rename", Action::PutUnit(unit), Some(ground.clone())).await.unwrap();
    assert_eq!(told.revision, ground.revision().next());
    assert!(told.replayed);
}

/// An append is on its way, nobody knows where, and meanwhile the offer that it accepts runs out
/// by the node's clock. Decided anew, the command would be refused; and then the append arrives.
#[tokio::test(start_paused = true)]
async fn what_may_still_arrive_is_repeated_and_not_decided_anew() {
    let sim = aside(|| setting().sim.copy());
    let clock = Manual::at(now());
    let one = node_with(&sim, "one", clock.clone());
    let side = |agent: &str| Side {
        agent: agent.parse().unwrap(),
        shift: Some(format!("{agent}-1").parse().unwrap()),
    };
    let offer = SwapOffer {
        receiver: Some(side("a1")),
        expires_at: Some(now().plus_min(60)),
        ..SwapOffer::of("w".parse().unwrap(), side("a0"))
    };
    ask(&one, 0, "offers", Action::OfferSwap(offer), None).await.unwrap().result.unwrap();
    first_append(&sim, "one", Turn::Late(Duration::from_secs(3)));
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        clock.set(now().plus_min(120));
    });
    let (id, agent) = ("w".parse().unwrap(), "a1".parse().unwrap());
    let accepts = Action::AcceptSwap { id, agent, shift: None };
    let told = ask(&one, 0, "accepts", accepts, None).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let ledger = Ledger::simulated(&sim.node("looks"));
    let key = &keys()[0];
    let there = ledger.find_command(key, &"accepts".parse().unwrap()).await.unwrap();
    assert_eq!(there.is_some(), told.result.is_ok(), "{:?}", told.result);
}

/// On a thread of its own: the setting is made by a runtime.
fn aside<T: Send>(make: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(make).join().unwrap())
}
