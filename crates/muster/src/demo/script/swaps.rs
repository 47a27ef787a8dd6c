//! Who swaps with whom. Most swaps are legal; some run into a rule on purpose.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::{Instant, Zone};
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use crate::demo::centre::{Centre, ZONE};
use crate::demo::week::Shift;

/// Two agents exchange two shifts.
#[derive(Debug, Clone)]
pub(crate) struct SwapPlan {
    pub(crate) id: String,
    pub(crate) initiator: String,
    pub(crate) gives: Shift,
    pub(crate) receiver: String,
    pub(crate) gets: Shift,
}

/// One side of a possible swap: an agent's place in the centre, and a shift's in the week.
type Place = (usize, usize);

struct Pairing<'a> {
    centre: &'a Centre,
    /// Shifts that a swap names already.
    taken: BTreeSet<Place>,
}

/// Every seventh chain goes on: the first agent passes the shift just received to a third. Every
/// twentieth swap breaks a rule.
pub(super) fn chains(centre: &Centre, count: usize, dice: &mut StdRng) -> Vec<Vec<SwapPlan>> {
    let mut pairing = Pairing { centre, taken: BTreeSet::new() };
    let mut places: Vec<Place> = (0..centre.weeks.len())
        .flat_map(|agent| (0..centre.weeks[agent].shifts.len()).map(move |shift| (agent, shift)))
        .collect();
    places.shuffle(dice);
    let by_day = by_day(centre, &places);
    let mut chains: Vec<Vec<SwapPlan>> = Vec::new();
    let mut made = 0;
    for place in places {
        if made == count {
            break;
        }
        if pairing.taken.contains(&place) {
            continue;
        }
        let is_legal = !(made + 1).is_multiple_of(20);
        let day = &by_day[&date(&centre.weeks[place.0].shifts[place.1])];
        let Some(partner) = pairing.partner(place, place.0, day, is_legal) else { continue };
        pairing.taken.extend([place, partner]);
        let mut chain = vec![pairing.swap(made, (place.0, place), (partner.0, partner))];
        made += 1;
        if chains.len().is_multiple_of(7) && made < count && is_legal {
            let third = pairing.partner(partner, place.0, day, true);
            if let Some(third) = third.filter(|third| third.0 != partner.0) {
                pairing.taken.insert(third);
                chain.push(pairing.swap(made, (place.0, partner), (third.0, third)));
                made += 1;
            }
        }
        chains.push(chain);
    }
    let _ = dice.random::<u32>();
    chains
}

fn date(shift: &Shift) -> jiff::civil::Date {
    let zone = Zone::find(ZONE).unwrap_or_else(|_| Zone::utc());
    zone.date(Instant::from_timestamp(shift.start))
}

fn by_day(centre: &Centre, places: &[Place]) -> BTreeMap<jiff::civil::Date, Vec<Place>> {
    let mut by_day: BTreeMap<_, Vec<Place>> = BTreeMap::new();
    for (agent, shift) in places {
        let day = date(&centre.weeks[*agent].shifts[*shift]);
        by_day.entry(day).or_default().push((*agent, *shift));
    }
    by_day
}

impl Pairing<'_> {
    /// Somebody who works the same pattern that day, when it is to be legal; else a pattern whose
    /// shift leaves no rest.
    fn partner(&self, own: Place, owner: usize, day: &[Place], is_legal: bool) -> Option<Place> {
        let agents = &self.centre.agents;
        let (gives, giver) = (&self.centre.weeks[own.0].shifts[own.1], &agents[owner]);
        let fits = |place: &&Place| {
            let (gets, receiver) = (&self.centre.weeks[place.0].shifts[place.1], &agents[place.0]);
            let is_free = place.0 != owner && place.0 != own.0 && !self.taken.contains(*place);
            let same = giver.pattern == receiver.pattern;
            let skilled = giver.can_work(gets) && receiver.can_work(gives);
            is_free && if is_legal { same && skilled } else { !same || !skilled }
        };
        day.iter().find(fits).copied()
    }

    fn swap(&self, n: usize, gives: (usize, Place), gets: (usize, Place)) -> SwapPlan {
        let agent = |n: usize| self.centre.agents[n].id.clone();
        let shift = |owner: usize, place: Place| {
            let mut shift = self.centre.weeks[place.0].shifts[place.1].clone();
            shift.agent_id = agent(owner);
            shift
        };
        SwapPlan {
            id: format!("swap-{:04}", n + 1),
            initiator: agent(gives.0),
            gives: shift(gives.0, gives.1),
            receiver: agent(gets.0),
            gets: shift(gets.0, gets.1),
        }
    }
}
