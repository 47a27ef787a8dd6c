//! What a run came to.

use std::fmt::Write as _;
use std::time::Duration;

use crate::history::{Answer, Op};

/// What was done to the processes, and what clients saw of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Report {
    pub(crate) kills: u64,
    pub(crate) restarts: u64,
    pub(crate) promotions: u64,
    pub(crate) pauses: u64,
    /// Connections that were cut off.
    pub(crate) cuts: u64,
    pub(crate) requests: u64,
    pub(crate) reads: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) unanswered: u64,
    pub(crate) retried: u64,
    pub(crate) replayed: u64,
    pub(crate) unavailable: u64,
    pub(crate) longest_gap: Duration,
}

impl Report {
    /// What clients saw.
    pub(crate) fn of(ops: &[Op]) -> Self {
        let mut report = Self::default();
        for op in ops {
            let tries = op.attempts.lost + op.attempts.unavailable;
            report.requests += tries + u64::from(op.answer.is_some());
            report.retried += u64::from(tries + op.attempts.not_sent > 0);
            report.unavailable += op.attempts.unavailable;
            match (&op.answer, &op.ask.key) {
                (None, _) => report.unanswered += 1,
                (Some(_), None) => report.reads += 1,
                (Some(answer), Some(_)) if answer.is_success() => report.accepted += 1,
                (Some(_), Some(_)) => report.refused += 1,
            }
        }
        report.longest_gap = longest_gap(ops);
        report
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.restarts += other.restarts;
        self.promotions += other.promotions;
        self.pauses += other.pauses;
        self.cuts += other.cuts;
        self.requests += other.requests;
        self.reads += other.reads;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.retried += other.retried;
        self.replayed += other.replayed;
        self.unavailable += other.unavailable;
        self.longest_gap = self.longest_gap.max(other.longest_gap);
    }

    /// One line.
    pub(crate) fn line(&self) -> String {
        format!(
            "{} kills, {} restarts, {} promotions, {} pauses, {} cuts; {} requests, {} accepted, \
             {} refused, {} unanswered",
            self.kills,
            self.restarts,
            self.promotions,
            self.pauses,
            self.cuts,
            self.requests,
            self.accepted,
            self.refused,
            self.unanswered
        )
    }

    pub(crate) fn table(&self) -> String {
        let rows = [
            ("nodes killed", self.kills),
            ("databases restarted", self.restarts),
            ("standbys promoted", self.promotions),
            ("nodes paused", self.pauses),
            ("connections cut", self.cuts),
            ("requests", self.requests),
            ("reads answered", self.reads),
            ("edits accepted", self.accepted),
            ("edits refused", self.refused),
            ("never answered", self.unanswered),
            ("asked more than once", self.retried),
            ("replayed afterwards", self.replayed),
            ("answered 503", self.unavailable),
        ];
        let mut table = String::new();
        for (name, count) in rows {
            let _ = writeln!(table, "  {name:<42}{count:>12}");
        }
        let gap = self.longest_gap.as_secs_f64();
        let _ = writeln!(table, "  {:<42}{gap:>10.1} s", "longest time without an accepted edit");
        table
    }
}

/// The longest time from one accepted edit to the next.
fn longest_gap(ops: &[Op]) -> Duration {
    let accepted = ops.iter().filter(|op| op.is_accepted());
    let mut times: Vec<Duration> =
        accepted.filter_map(|op| op.answer.as_ref()).map(|answer| answer.at).collect();
    times.sort_unstable();
    times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
}

/// How long the slowest of the attempts took that were answered, but for one in a hundred.
pub(crate) fn p99<'a>(answers: impl Iterator<Item = &'a Answer>) -> Duration {
    let mut times: Vec<Duration> = answers.map(|answer| answer.at - answer.sent).collect();
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}
