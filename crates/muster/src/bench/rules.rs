//! `muster bench rules`: what the rules cost over a week, on one core and without a server.
//!
//! *check* asks the rules about every agent's live week and sorts what they find, as `muster rules
//! check` does. *publish* decides a publish that creates every shift of the week: merging, the
//! try on a copy, the rules on the result, what is asked of all agents together. Rounds take turns
//! with all of them, so that a busy machine slows all alike.

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use jiff::civil::{Date, date};
use muster_core::command::{Action, Command, Terms};
use muster_core::decide::{Outcome, decide};
use muster_core::id::ScheduleId;
use muster_core::rule::{RULES, RulesChange};
use serde::Serialize;

use crate::bench::paper::{Paper, created, rules};
use crate::bench::timed::{Cost, Timed, told};
use crate::bench::{Told, note};
use crate::local;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct RulesOptions {
    /// Agents in the unit, with five shifts each a week
    #[arg(long, default_value_t = 5_000)]
    agents: usize,
    /// How often everything is measured
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Weeks that are live; the last is measured
    #[arg(long, default_value_t = 1)]
    weeks: usize,
    /// Measure a week in which the clocks change
    #[arg(long)]
    clock_change: bool,
}

/// Something that is measured, with rules of its own.
struct Case {
    what: String,
    paper: Paper,
    publish: Option<Command>,
    timed: Timed,
    findings: usize,
}

/// One line of the table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    what: String,
    agents: usize,
    shifts: usize,
    findings: usize,
    #[serde(flatten)]
    cost: Cost,
}

pub(super) fn run(options: &RulesOptions) -> Result<Told> {
    ensure!(options.agents > 0 && options.weeks > 0, "without agents or weeks nothing is measured");
    note(&format!("a unit of {} agents, {} weeks", options.agents, options.weeks));
    let mut cases = cases(options)?;
    for round in 1..=options.rounds {
        note(&format!("round {round} of {}", options.rounds));
        cases.iter_mut().try_for_each(Case::measure)?;
    }
    let shifts = options.agents * 5;
    let lines: Vec<Line> =
        cases.into_iter().map(|case| case.line(options.agents, shifts)).collect();
    Told::new(table(&lines), &lines)
}

fn cases(options: &RulesOptions) -> Result<Vec<Case>> {
    let last = if options.clock_change { date(2026, 3, 2) } else { date(2026, 4, 20) };
    let mut before = Paper::new(options.agents, last)?;
    for back in (1..options.weeks).rev() {
        before.live(weeks_before(last, back)?)?;
    }
    let drafted = drafted(&before)?;
    let mut live = before;
    live.live(last)?;
    let all = rules::all()?;
    let mut cases = vec![
        Case::check("check, rules of a fresh unit", &live, None)?,
        Case::check("check, all rules", &live, Some(&all))?,
        Case::publish("publish, rules of a fresh unit", &drafted, None)?,
        Case::publish("publish, all rules but staff, lines and seats", &drafted, Some(&all))?,
        Case::publish("publish, all rules", &asked(&drafted)?, Some(&all))?,
        Case::check("check, every rule off", &live, Some(&rules::none()))?,
    ];
    let mut known = live.clone();
    known.set(all)?;
    for rule in RULES.iter().filter(|rule| rule.is_of_weeks()) {
        let only = rules::only(rule.kind, known.roster.rules());
        cases.push(Case::check(&format!("check, {} alone", rule.kind.name()), &live, Some(&only))?);
    }
    Ok(cases)
}

fn weeks_before(last: Date, weeks: usize) -> Result<Date> {
    Ok(last.checked_sub(jiff::Span::new().weeks(i64::try_from(weeks)?))?)
}

/// A unit with a draft of its whole week.
fn drafted(before: &Paper) -> Result<Paper> {
    let mut paper = before.clone();
    let edits = created(paper.bodies(paper.first)?.iter().flatten());
    let (id, week, name) = (ScheduleId::parse("draft")?, paper.first, "next".into());
    paper.done(Action::CreateDraft { id, week, name, base: None, edits })?;
    Ok(paper)
}

fn asked(paper: &Paper) -> Result<Paper> {
    let mut paper = paper.clone();
    paper.ask()?;
    Ok(paper)
}

impl Case {
    fn check(what: &str, paper: &Paper, rules: Option<&RulesChange>) -> Result<Self> {
        let mut paper = paper.clone();
        rules.map(|rules| paper.set(rules.clone())).transpose()?;
        let what = what.to_owned();
        Ok(Self { what, paper, publish: None, timed: Timed::default(), findings: 0 })
    }

    fn publish(what: &str, paper: &Paper, rules: Option<&RulesChange>) -> Result<Self> {
        let case = Self::check(what, paper, rules)?;
        let id = ScheduleId::parse("draft")?;
        let publish = case.paper.command(Action::Publish { id, terms: Terms::default() });
        Ok(Self { publish: Some(publish), ..case })
    }

    fn measure(&mut self) -> Result<()> {
        let Paper { roster, week, now, .. } = &self.paper;
        let Some(publish) = &self.publish else {
            self.findings = self.timed.time(|| local::found(roster, *week)).len();
            return Ok(());
        };
        let decision = self.timed.time(|| decide(roster, publish, *now));
        let Outcome::Published(done) = decision.context("the publish is refused")?.outcome else {
            anyhow::bail!("a publish was answered as something else");
        };
        ensure!(done.held.is_empty(), "{} agents are held: {:?}", done.held.len(), done.held[0]);
        self.findings = done.warnings.len();
        Ok(())
    }

    fn line(self, agents: usize, shifts: usize) -> Line {
        let Self { what, findings, timed, .. } = self;
        Line { what, agents, shifts, findings, cost: timed.cost() }
    }
}

fn table(lines: &[Line]) -> String {
    let mut rows = vec![
        "| what | agents | shifts | findings | samples | best | median | p99 | per shift |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    rows.extend(lines.iter().map(|line| {
        let Line { what, agents, shifts, findings, cost } = line;
        let Cost { samples, best_us, median_us, p99_us } = *cost;
        let each = median_us / f64::from(u32::try_from(*shifts).unwrap_or(u32::MAX));
        let (best, median, p99) = (told(best_us), told(median_us), told(p99_us));
        format!(
            "| {what} | {agents} | {shifts} | {findings} | {samples} | {best} | {median} | {p99} \
             | {each:.2} µs |",
        )
    }));
    rows.join("\n")
}
