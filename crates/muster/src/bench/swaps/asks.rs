//! The commands that are measured, and the states that they are decided on.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use muster_core::command::{Action, Command, Terms, Verdict};
use muster_core::conflict::Finding;
use muster_core::decide::{Outcome, Rejection, decide};
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::explain::explain;
use muster_core::id::{ActivityCodeId, ScheduleId, ShiftId, SwapId, TimeOffId};
use muster_core::shift::{Shift, ShiftBody, Span};
use muster_core::swap::SwapOffer;
use muster_core::time_off::{Days, TimeOffRequest};
use muster_core::{Instant, Roster};

use crate::bench::paper::Paper;
use crate::bench::swaps::pairs::Pairs;

/// Agents whose shifts the held publish changes.
const DRAFTED: usize = 50;

/// Something of one kind, about many agents of one unit.
pub(super) struct Asks {
    pub(super) what: &'static str,
    pub(super) agents: usize,
    pub(super) roster: Roster,
    pub(super) now: Instant,
    pub(super) all: Vec<Ask>,
}

/// What is timed.
pub(super) enum Ask {
    /// Deciding, which goes through.
    Decide(Command),
    /// Explaining what stops it.
    Explain(Command, Vec<Finding>),
}

/// Everything that is measured in a unit.
pub(super) fn all(paper: &Paper, pairs: &Pairs) -> Result<Vec<Asks>> {
    let (mut offered, mut agreed, mut wished) = (paper.clone(), paper.clone(), paper.clone());
    let offers = |pairs: &[SwapOffer]| pairs.iter().cloned().map(Action::OfferSwap).collect();
    let legal: Vec<Action> = offers(&pairs.legal);
    let accepts = pairs.legal.iter().map(accept).collect::<Result<Vec<_>>>()?;
    lay(&mut offered, &legal)?;
    lay(&mut agreed, &legal)?;
    lay(&mut agreed, &accepts)?;
    let (requests, grants) = time_off(paper, &pairs.legal)?;
    lay(&mut wished, &requests)?;
    let approve = |id: SwapId| Action::ApproveSwap { id, verdict: Verdict::default() };
    let approves = pairs.legal.iter().map(|offer| approve(offer.id.clone())).collect();
    let moves = shifts(paper, &pairs.legal).map(|shift| edit(shift, 0, -15)).collect();
    let mut refusing = paper.clone();
    lay(&mut refusing, &offers(&pairs.refused))?;
    let refused = pairs.refused.iter().map(accept).collect::<Result<_>>()?;
    let clashing = shifts(paper, &pairs.legal).map(|shift| edit(shift, 45, 15)).collect();
    let (held, publish) = held(paper, &pairs.legal)?;
    Ok(vec![
        Asks::decided("swap offered", paper, legal)?,
        Asks::decided("swap accepted", &offered, accepts)?,
        Asks::decided("swap approved", &agreed, approves)?,
        Asks::decided("shift moved", paper, moves)?,
        Asks::decided("time off approved", &wished, grants)?,
        Asks::explaining("refused swap explained", &refusing, refused)?,
        Asks::explaining("refused edit explained", paper, clashing)?,
        Asks::explaining("held publish explained", &held, vec![publish])?,
    ])
}

fn lay(paper: &mut Paper, actions: &[Action]) -> Result<()> {
    actions.iter().try_for_each(|action| paper.done(action.clone()).map(drop))
}

fn accept(offer: &SwapOffer) -> Result<Action> {
    let receiver = offer.receiver.as_ref().context("nobody is asked")?;
    let (id, agent) = (offer.id.clone(), receiver.agent.clone());
    Ok(Action::AcceptSwap { id, agent, shift: None })
}

/// The shifts that the initiators give.
fn shifts<'a>(paper: &'a Paper, offers: &'a [SwapOffer]) -> impl Iterator<Item = &'a Shift> {
    let ids = offers.iter().filter_map(|offer| offer.initiator.shift.as_ref());
    ids.filter_map(|id| paper.roster.shift(id))
}

/// A day off for each of the initiators, and its approval.
fn time_off(paper: &Paper, offers: &[SwapOffer]) -> Result<(Vec<Action>, Vec<Action>)> {
    let (mut asks, mut grants) = (Vec::new(), Vec::new());
    for (n, shift) in shifts(paper, offers).enumerate() {
        let id = TimeOffId::parse(&format!("off-{n}"))?;
        asks.push(Action::RequestTimeOff(wish(id.clone(), shift, 0)?));
        grants.push(Action::ApproveTimeOff { id, verdict: Verdict::default() });
    }
    Ok((asks, grants))
}

/// The day of a shift, or one after it, off.
fn wish(id: TimeOffId, shift: &Shift, days_later: i64) -> Result<TimeOffRequest> {
    let zone = &shift.body.span.zone;
    let day = shift.first_day(zone).checked_add(jiff::Span::new().days(days_later))?;
    let days = Days::FullDays(vec![day]);
    Ok(TimeOffRequest {
        id,
        agent: shift.body.owner.clone(),
        code: ActivityCodeId::parse("TimeOff")?,
        intervals: days.intervals(zone),
        days,
        paid: true,
        paid_min: None,
        note: None,
    })
}

/// A shift as it would be if it were moved.
fn moved(body: &ShiftBody, by_min: i64) -> Arc<ShiftBody> {
    let span = Span { start: body.span.start.plus_min(by_min), ..body.span.clone() };
    Arc::new(ShiftBody { span, ..body.clone() })
}

/// Moves a shift, by somebody who saw it at another time than it is now.
fn edit(shift: &Shift, seen_min: i64, by_min: i64) -> Action {
    let base = Some(moved(&shift.body, seen_min));
    let draft = Some(moved(&shift.body, by_min));
    let shifts = vec![ShiftEdit { id: shift.id.clone(), base, draft }];
    let edits = Edits { shifts, commitments: Vec::new() };
    Action::EditShifts { edits, terms: Terms::default() }
}

/// A publish that puts a note on the shifts of some agents; one of them gets a sixth shift, on a
/// day that nobody has decided yet to give off.
fn held(paper: &Paper, offers: &[SwapOffer]) -> Result<(Paper, Action)> {
    let mut paper = paper.clone();
    let first = paper.first;
    let agents: Vec<_> = paper.roster.agents().take(DRAFTED).map(|r| r.agent.id.clone()).collect();
    let owner = &offers.first().context("nobody swaps")?.initiator.agent;
    let last = paper.roster.shifts_of(owner, paper.week).next_back().cloned();
    let last = last.context("somebody who swaps has no shift")?;
    paper.done(Action::RequestTimeOff(wish(TimeOffId::parse("wish")?, &last, 1)?))?;
    let week = paper.week;
    let all = agents.iter().flat_map(|agent| paper.roster.shifts_of(agent, week));
    let mut shifts: Vec<ShiftEdit> = all
        .map(|shift| {
            let body = &shift.body;
            let draft = ShiftBody { note: Some("bring your badge".into()), ..(**body).clone() };
            let (base, draft) = (Some(body.clone()), Some(Arc::new(draft)));
            ShiftEdit { id: shift.id.clone(), base, draft }
        })
        .collect();
    let sixth = moved(&last.body, 24 * 60);
    shifts.push(ShiftEdit { id: ShiftId::parse("sixth")?, base: None, draft: Some(sixth) });
    let edits = Edits { shifts, commitments: Vec::new() }.normalized();
    let id = ScheduleId::parse("draft")?;
    let name = "next".into();
    paper.done(Action::CreateDraft { id: id.clone(), week: first, name, base: None, edits })?;
    Ok((paper, Action::Publish { id, terms: Terms::default() }))
}

impl Asks {
    fn new(what: &'static str, paper: &Paper, all: Vec<Ask>) -> Result<Self> {
        ensure!(!all.is_empty(), "there is nothing to measure: {what}");
        let Paper { roster, now, agents, .. } = paper;
        Ok(Self { what, agents: *agents, roster: roster.clone(), now: *now, all })
    }

    /// Commands that go through.
    fn decided(what: &'static str, paper: &Paper, actions: Vec<Action>) -> Result<Self> {
        let commands = actions.into_iter().map(|action| paper.command(action));
        let mut all = Vec::new();
        for command in commands {
            if stopped(paper, &command)?.is_empty() {
                all.push(Ask::Decide(command));
            }
        }
        Self::new(what, paper, all)
    }

    /// Commands that do not.
    fn explaining(what: &'static str, paper: &Paper, actions: Vec<Action>) -> Result<Self> {
        let commands = actions.into_iter().map(|action| paper.command(action));
        let mut all = Vec::new();
        for command in commands {
            let findings = stopped(paper, &command)?;
            if !findings.is_empty() {
                all.push(Ask::Explain(command, findings));
            }
        }
        Self::new(what, paper, all)
    }

    /// How many conflicts each explanation explains, and how many remedies it offers, on average.
    pub(super) fn explained(&self) -> (Option<f64>, Option<f64>) {
        let (mut count, mut conflicts, mut remedies) = (0, 0, 0);
        for ask in &self.all {
            let Ask::Explain(command, findings) = ask else { return (None, None) };
            let explained = explain(&self.roster, command, findings, self.now);
            count += 1;
            conflicts += explained.len();
            remedies += explained.iter().map(|one| one.remedies.len()).sum::<usize>();
        }
        let each =
            |all: usize| f64::from(u32::try_from(all).unwrap_or(u32::MAX)) / f64::from(count);
        (Some(each(conflicts)), Some(each(remedies)))
    }
}

/// What stops a command, or some of it.
fn stopped(paper: &Paper, command: &Command) -> Result<Vec<Finding>> {
    match decide(&paper.roster, command, paper.now) {
        Ok(decision) => Ok(match decision.outcome {
            Outcome::Published(done) | Outcome::Edited(done) => {
                let held = done.held.into_iter().flat_map(|held| held.findings);
                // What holds many agents is explained once.
                let mut seen = BTreeSet::new();
                held.filter(|finding| seen.insert(finding.fingerprint())).collect()
            }
            Outcome::Done
            | Outcome::Draft { .. }
            | Outcome::Swap { .. }
            | Outcome::TimeOff { .. }
            | Outcome::Availability { .. } => Vec::new(),
        }),
        Err(Rejection::Conflict { findings }) => Ok(findings),
        Err(rejection) => Err(rejection).context("a measured command cannot be"),
    }
}
