//! What becomes of the database's operations, and what happens to nodes and clocks meanwhile.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use muster_ledger::sim::{Fate, Fates, Operation, Sim, Turn};
use tokio::time::Instant;

use crate::cluster::{Cluster, NODES};
use crate::dice::Dice;
use crate::record::Record;
use crate::setting;
use crate::weather::Weather;

/// Until when the database is away.
type Away = Arc<Mutex<Option<Instant>>>;

/// Lets the weather loose; when it is over, everything works again.
pub(crate) async fn rage(sim: Sim, cluster: Cluster, weather: Weather, record: Record, seed: u64) {
    let away = Away::default();
    let told = fates(Dice::of(seed, 1), &weather, cluster.clone(), record.clone(), away.clone());
    sim.set_fates(Some(told));
    let mut chaos =
        Chaos { dice: Dice::of(seed, 2), cluster, record: record.clone(), away, drift: [0; NODES] };
    let begun = Instant::now();
    while begun.elapsed() < weather.lasts {
        tokio::time::sleep(Duration::from_millis(100)).await;
        chaos.step(&weather, begun);
    }
    let fair = Weather::fair();
    let mut dice = Dice::of(seed, 3);
    sim.set_fates(Some(Box::new(move |_, _| {
        record.operation();
        let (before, after) = (dice.up_to(fair.slow_ms), dice.up_to(fair.slow_ms));
        Fate { before, turn: Turn::Done, after }
    })));
}

fn fates(mut dice: Dice, weather: &Weather, cluster: Cluster, record: Record, away: Away) -> Fates {
    let weather = weather.clone();
    Box::new(move |node, operation| {
        record.operation();
        let is_away = away.lock().unwrap().is_some_and(|until| Instant::now() < until);
        let turn = turn(&mut dice, &weather, operation, is_away);
        let (before, after) = (dice.up_to(weather.slow_ms), dice.up_to(weather.slow_ms));
        let fate = Fate { before, turn, after };
        if let Some(name) = name(operation, turn) {
            record.count(name);
            record.tell(|| format!("{node} {operation:?}: {fate:?}"));
        }
        let place = node.strip_prefix('n').map(|rest| usize::from(rest.as_bytes()[0] - b'0'));
        if let Some(place) = place
            && dice.chance(weather.dies)
        {
            record.count("node dies at an operation");
            record.tell(|| format!("{node} dies at {operation:?}"));
            cluster.crash(place);
        } else if let Some(place) = place
            && operation == Operation::Hold
            && dice.chance(3 * weather.stop)
        {
            cluster.stop(place, dice.up_to(60_000));
        }
        fate
    })
}

fn turn(dice: &mut Dice, weather: &Weather, operation: Operation, is_away: bool) -> Turn {
    let is_write = !matches!(operation, Operation::Read | Operation::HeldRead | Operation::Moved);
    let may_be_unknown = is_write && operation != Operation::Hold;
    if operation == Operation::Moved {
        Turn::Done
    } else if is_away {
        let is_unknown = may_be_unknown && dice.chance(200);
        if is_unknown { Turn::NotDoneUnknown } else { Turn::Refused }
    } else if dice.chance(weather.refused) {
        if dice.chance(500) { Turn::Refused } else { Turn::Failed }
    } else if may_be_unknown && dice.chance(weather.unknown) {
        if dice.chance(500) { Turn::DoneUnknown } else { Turn::NotDoneUnknown }
    } else if may_be_unknown && dice.chance(weather.late) {
        Turn::Late(dice.up_to(weather.late_ms))
    } else {
        Turn::Done
    }
}

/// What is counted.
fn name(operation: Operation, turn: Turn) -> Option<&'static str> {
    use Operation::{Append, HeldAppend, HeldRead, Hold, Read};
    Some(match (operation, turn) {
        (_, Turn::Done) => return None,
        (Append(_), Turn::Refused | Turn::Failed) => "append refused",
        (Append(_), Turn::DoneUnknown) => "append made, answer lost",
        (Append(_), Turn::NotDoneUnknown) => "append not made, answer lost",
        (Append(_), Turn::Late(_)) => "append late",
        (HeldAppend(_), Turn::Refused | Turn::Failed) => "held append refused",
        (HeldAppend(_), Turn::DoneUnknown) => "held append made, answer lost",
        (HeldAppend(_), Turn::NotDoneUnknown) => "held append not made, answer lost",
        (HeldAppend(_), Turn::Late(_)) => "held append late",
        (Hold, _) => "hold refused",
        (HeldRead, _) => "held read refused",
        (Read, _) => "read refused",
        _ => "other write failed",
    })
}

struct Chaos {
    dice: Dice,
    cluster: Cluster,
    record: Record,
    away: Away,
    /// How far each clock is off.
    drift: [i64; NODES],
}

impl Chaos {
    fn step(&mut self, weather: &Weather, begun: Instant) {
        for place in 0..NODES {
            if self.dice.chance(weather.jump) {
                self.jump(place);
            }
            let elapsed = i64::try_from(begun.elapsed().as_millis()).unwrap();
            let now = setting::now().ms() + elapsed + self.drift[place];
            self.cluster.set_clock(place, muster_core::Instant::from_ms(now));
            if self.dice.chance(weather.crash) {
                self.record.count("node crashes");
                self.record.tell(|| format!("n{place} crashes"));
                self.cluster.crash(place);
            }
            if self.dice.chance(weather.stop) {
                let time = self.dice.up_to(30_000);
                self.cluster.stop(place, time);
            }
        }
        if self.dice.chance(weather.away) {
            let time = self.dice.up_to(8_000);
            self.record.count("database away");
            self.record.tell(|| format!("the database is away for {time:?}"));
            *self.away.lock().unwrap() = Some(Instant::now() + time);
        }
    }

    fn jump(&mut self, place: usize) {
        let (minute, day) = (60_000_i64, 86_400_000_i64);
        let far = *self.dice.pick(&[minute, minute, 90 * minute, day, 9 * day]);
        let by = i64::try_from(self.dice.below(2_001)).unwrap() * far / 1_000 - far;
        self.record.count(if by < 0 { "clock jumps back" } else { "clock jumps on" });
        self.record.tell(|| format!("the clock of n{place} jumps by {by} ms"));
        self.drift[place] = (self.drift[place] + by).clamp(-20 * day, 20 * day);
    }
}
