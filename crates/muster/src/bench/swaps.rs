//! `muster bench swaps`: what it costs to decide a swap, an edit and time off, and to explain what
//! was refused, by the size of the unit, on one core and without a server.
//!
//! Each line is measured in every unit and under both sets of rules in turn, a few decisions at a
//! time, each of them about other people: what one line finds in the processor's caches, the others
//! do too.

mod asks;
mod pairs;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use jiff::civil::date;
use muster_core::decide::decide;
use muster_core::explain::explain;
use serde::Serialize;

use crate::bench::paper::{Paper, rules};
use crate::bench::swaps::asks::{Ask, Asks};
use crate::bench::timed::{Cost, Timed, told};
use crate::bench::{Told, note};

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct SwapsOptions {
    /// Sizes of the unit
    #[arg(long, value_delimiter = ',', default_value = "50,500,5000,50000")]
    agents: Vec<usize>,
    /// Rounds, of twenty decisions for each line
    #[arg(long, default_value_t = 50)]
    rounds: usize,
}

/// Decisions in a row, before another line takes its turn.
const BURST: usize = 20;

/// After so long, another line takes its turn anyway.
const PATIENCE: Duration = Duration::from_millis(20);

/// Something that is measured.
struct Case {
    line: Line,
    asks: Asks,
    timed: Timed,
}

/// One cell of the table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    what: &'static str,
    rules: &'static str,
    agents: usize,
    /// Conflicts that each explanation explains, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    conflicts: Option<f64>,
    /// Remedies that it offers, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedies: Option<f64>,
    #[serde(flatten)]
    cost: Option<Cost>,
}

pub(super) fn run(options: &SwapsOptions) -> Result<Told> {
    let mut cases = Vec::new();
    for agents in &options.agents {
        note(&format!("a unit of {agents} agents"));
        ensure!(*agents >= 10, "{agents} agents are too few to swap: take 10 or more");
        let mut fresh = Paper::new(*agents, date(2026, 4, 20))?;
        fresh.live(fresh.first)?;
        let mut strict = fresh.clone();
        strict.ask()?;
        strict.set(rules::all()?)?;
        let pairs = pairs::of(&fresh, &strict)?;
        for (rules, paper) in [("of a fresh unit", &fresh), ("all", &strict)] {
            cases.extend(asks::all(paper, &pairs)?.into_iter().map(|asks| Case::new(rules, asks)));
        }
    }
    note(&format!("{} rounds", options.rounds));
    for round in 0..options.rounds {
        cases.iter_mut().for_each(|case| case.measure(round * BURST));
    }
    let lines: Vec<Line> = cases.into_iter().map(Case::line).collect();
    Told::new(table(&options.agents, &lines), &lines)
}

impl Case {
    fn new(rules: &'static str, asks: Asks) -> Self {
        let (what, agents) = (asks.what, asks.agents);
        let (conflicts, remedies) = asks.explained();
        let line = Line { what, rules, agents, conflicts, remedies, cost: None };
        Self { line, asks, timed: Timed::default() }
    }

    fn measure(&mut self, from: usize) {
        let Asks { roster, now, all, .. } = &self.asks;
        let began = Instant::now();
        for n in from..from + BURST {
            // What is slow is measured less often.
            if n > from && began.elapsed() > PATIENCE {
                break;
            }
            match &all[n % all.len()] {
                Ask::Decide(command) => drop(self.timed.time(|| decide(roster, command, *now))),
                Ask::Explain(command, findings) => {
                    drop(self.timed.time(|| explain(roster, command, findings, *now)));
                }
            }
        }
    }

    fn line(self) -> Line {
        Line { cost: Some(self.timed.cost()), ..self.line }
    }
}

/// What is measured in rows, sizes in columns: median / p99.
fn table(sizes: &[usize], lines: &[Line]) -> String {
    let columns = sizes.iter().map(|agents| format!(" {agents} agents |"));
    let mut rows = vec![
        format!("| what | rules |{}", columns.collect::<String>()),
        format!("|---|---|{}", "---|".repeat(sizes.len())),
    ];
    let mut known: Vec<(&str, &str)> = Vec::new();
    for Line { what, rules, .. } in lines {
        if !known.contains(&(*what, *rules)) {
            known.push((*what, *rules));
        }
    }
    known.sort_by_key(|(what, _)| lines.iter().position(|line| line.what == *what));
    rows.extend(known.into_iter().map(|(what, rules)| {
        let of_row = |agents: &usize| {
            let is_it = |l: &&Line| (l.what, l.rules, l.agents) == (what, rules, *agents);
            let cost = lines.iter().find(is_it).and_then(|line| line.cost);
            let cell = |cost: Cost| format!("{} / {}", told(cost.median_us), told(cost.p99_us));
            format!(" {} |", cost.map_or("–".to_owned(), cell))
        };
        let first = lines.iter().find(|line| (line.what, line.rules) == (what, rules));
        let of_each = first.and_then(|line| line.conflicts.zip(line.remedies));
        let of_each = of_each.map(|(c, r)| format!(" ({c:.1} conflicts, {r:.1} remedies)"));
        let cells: String = sizes.iter().map(of_row).collect();
        format!("| {what}{} | {rules} |{cells}", of_each.unwrap_or_default())
    }));
    rows.join("\n")
}
