//! Shifts that two agents may exchange, and such as they may not.

use anyhow::{Result, ensure};
use muster_core::conflict::Severity;
use muster_core::decide::evaluate;
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, SwapId};
use muster_core::shift::Shift;
use muster_core::swap::{Side, SwapOffer};

use crate::bench::paper::Paper;

/// Most of each that are looked for.
const ENOUGH: usize = 200;
/// Agents that everybody is tried with.
const OTHERS: usize = 12;

/// Offers that name both shifts, of different days.
pub(super) struct Pairs {
    /// Those in which no rule finds anything, in either unit.
    pub(super) legal: Vec<SwapOffer>,
    /// Those that are refused in both.
    pub(super) refused: Vec<SwapOffer>,
}

/// Pairs from all over a unit, each agent first in one at most.
pub(super) fn of(fresh: &Paper, strict: &Paper) -> Result<Pairs> {
    let agents: Vec<&AgentId> = fresh.roster.agents().map(|record| &record.agent.id).collect();
    let step = (agents.len() / ENOUGH).max(1);
    let mut pairs = Pairs { legal: Vec::new(), refused: Vec::new() };
    for n in (0..agents.len()).step_by(step).take(ENOUGH) {
        let others = (1..=OTHERS).map(|further| agents[(n + further) % agents.len()]);
        let offers = others
            .filter(|other| *other != agents[n])
            .flat_map(|other| offers(fresh, agents[n], other));
        let (mut is_legal, mut is_refused) = (false, false);
        for offer in offers {
            let worst = [fresh, strict].map(|paper| worst(paper, &offer));
            if !is_legal && worst == [None, None] {
                is_legal = true;
                pairs.legal.push(offer);
            } else if !is_refused && worst == [Some(Severity::Block); 2] {
                is_refused = true;
                pairs.refused.push(offer);
            }
            if is_legal && is_refused {
                break;
            }
        }
    }
    ensure!(!pairs.legal.is_empty(), "nobody can swap with anybody");
    ensure!(!pairs.refused.is_empty(), "everybody can swap with everybody");
    Ok(pairs)
}

/// Every exchange of two agents.
fn offers(paper: &Paper, first: &AgentId, second: &AgentId) -> Vec<SwapOffer> {
    let shifts = |agent| paper.roster.shifts_of(agent, paper.week).collect::<Vec<&Shift>>();
    let (given, got) = (shifts(first), shifts(second));
    let pairs = given.iter().flat_map(|given| got.iter().map(move |got| (*given, *got)));
    let day = |shift: &Shift| shift.first_day(&shift.body.span.zone);
    let apart = pairs.filter(|(given, got)| day(given) != day(got));
    let side =
        |shift: &Shift| Side { agent: shift.body.owner.clone(), shift: Some(shift.id.clone()) };
    apart
        .enumerate()
        .filter_map(|(n, (given, got))| {
            let id = SwapId::parse(&format!("swap-{first}-{second}-{n}")).ok()?;
            Some(SwapOffer { receiver: Some(side(got)), ..SwapOffer::of(id, side(given)) })
        })
        .collect()
}

fn worst(paper: &Paper, offer: &SwapOffer) -> Option<Severity> {
    let actor = Actor { client: ClientId::parse("planner").ok()?, agent: None };
    let found = evaluate(&paper.roster, &actor, offer, paper.now);
    found.iter().map(|finding| finding.severity).max()
}
