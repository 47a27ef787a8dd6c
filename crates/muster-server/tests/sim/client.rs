//! A client: it looks now and then, and wants things of what it saw, however long ago.

use muster_core::Roster;
use muster_core::id::CommandId;
use muster_ledger::UnitKey;

use crate::dice::Dice;
use crate::network::Network;
use crate::setting::{actor, keys, setting};
use crate::weather::Weather;
use crate::wish::{Request, Wish};
use crate::wishes;

pub(crate) struct Client {
    pub(crate) name: usize,
    pub(crate) dice: Dice,
    pub(crate) network: Network,
    /// What it saw last of each unit.
    known: [Roster; 2],
    made: usize,
}

impl Client {
    pub(crate) fn new(name: usize, dice: Dice, network: Network) -> Self {
        Self { name, dice, network, known: setting().rosters.clone(), made: 0 }
    }

    pub(crate) async fn run(mut self, steps: usize, weather: Weather) {
        let pause = weather.lasts / u32::try_from(steps).unwrap();
        for _ in 0..steps {
            let pause = self.dice.up_to(2 * u64::try_from(pause.as_millis()).unwrap());
            tokio::time::sleep(pause).await;
            let place = usize::from(self.dice.chance(120));
            let unit = keys()[place].clone();
            if self.dice.chance(400)
                && let Some(roster) = self.network.read(&unit).await
            {
                self.known[place] = roster;
            }
            let request = self.request(place, unit);
            if let Some(Ok(answer)) = self.network.ask(request).await {
                self.known[place] = answer.after;
            }
        }
    }

    fn request(&mut self, place: usize, unit: UnitKey) -> Request {
        self.made += 1;
        let name = format!("c{}", self.name);
        let tag = format!("{name}-{}", self.made);
        let wish = wishes::any(&mut self.dice, &self.known[place], &tag);
        let is_keyed = self.dice.chance(700);
        let key = is_keyed.then(|| CommandId::parse(&format!("key-{tag}")).unwrap());
        let what = match &wish {
            Wish::Plain(action) => format!("{unit} {key:?} {action:?}"),
            Wish::Put(make) => format!("{unit} {key:?} put, now {:?}", make(&self.known[place])),
            Wish::Revert(publication) => format!("{unit} {key:?} revert {publication}"),
        };
        Request { unit, actor: actor(&name), wish, key, what }
    }
}
