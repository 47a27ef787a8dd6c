//! What the oracle measured, side by side and as JSON.

use serde::Serialize;

use crate::demo::rush::Log;
use crate::oracle::Verdict;

/// One side's figures, as `--json` gives them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    agents: usize,
    shifts: usize,
    sessions_active: u64,
    state_events: u64,
    swaps_approved: usize,
    time_off_decided: usize,
    edits: usize,
    publish_ms: Option<f64>,
    spurious_conflicts: usize,
    lost_updates: usize,
    double_bookings: usize,
    conflicts: usize,
    swap_p50_ms: f64,
    swap_p99_ms: f64,
    requests_per_accepted_edit: f64,
}

/// Both sides' figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) muster: Figures,
    pub(crate) version_tokens: Figures,
}

/// What was measured of one side.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) log: Log,
    pub(crate) verdict: Verdict,
}

impl Figures {
    /// The figures of a rush of so many agents and shifts.
    pub(crate) fn new(agents: usize, shifts: usize, measured: &Measured) -> Self {
        let Measured { log, verdict } = measured;
        Self {
            agents,
            shifts,
            sessions_active: log.sessions,
            state_events: log.states,
            swaps_approved: verdict.swaps_approved,
            time_off_decided: verdict.time_off_decided,
            edits: verdict.edits,
            publish_ms: verdict.publish_us.map(ms),
            spurious_conflicts: verdict.spurious,
            lost_updates: verdict.lost,
            double_bookings: verdict.doubles,
            conflicts: verdict.conflicts,
            swap_p50_ms: ms(verdict.swap_p50_us),
            swap_p99_ms: ms(verdict.swap_p99_us),
            requests_per_accepted_edit: per(verdict.requests, verdict.accepted),
        }
    }
}

/// Milliseconds, to a tenth.
#[expect(clippy::cast_precision_loss, reason = "durations of runs are far below 2^53 µs")]
fn ms(us: u64) -> f64 {
    (us as f64 / 100.0).round() / 10.0
}

/// A quotient, to a hundredth.
#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^53")]
fn per(count: u64, of: usize) -> f64 {
    (count as f64 * 100.0 / of.max(1) as f64).round() / 100.0
}

/// The table of both sides.
pub(crate) fn table(muster: &Measured, versions: &Measured) -> String {
    let row = |name: &str, of: &dyn Fn(&Measured) -> String| {
        format!("{name:<34}{:>16}{:>18}", of(muster), of(versions))
    };
    let out_ms = |us: Option<u64>| us.map_or("never".to_owned(), |us| format!("{} ms", ms(us)));
    let lines = [
        format!("{:<34}{:>16}{:>18}", "", "Muster", "version tokens *"),
        row("edits asked", &|m| m.verdict.edits.to_string()),
        row("accepted", &|m| m.verdict.accepted.to_string()),
        row("accepted at the first try", &|m| m.verdict.first_try.to_string()),
        row("refused wrongly", &|m| m.verdict.spurious.to_string()),
        row("stopped by a true conflict", &|m| m.verdict.conflicts.to_string()),
        row("given up, no decision", &|m| m.verdict.failed.to_string()),
        row("requests per accepted edit", &|m| {
            format!("{:.2}", per(m.verdict.requests, m.verdict.accepted))
        }),
        row("time until the week was out", &|m| out_ms(m.verdict.publish_us)),
        row("swap decided, p50", &|m| format!("{} ms", ms(m.verdict.swap_p50_us))),
        row("swap decided, p99", &|m| format!("{} ms", ms(m.verdict.swap_p99_us))),
        row("edits lost", &|m| m.verdict.lost.to_string()),
        row("values lost with them", &|m| m.verdict.lost_values.to_string()),
        row("double bookings", &|m| m.verdict.doubles.to_string()),
        row("sessions open", &|m| m.log.sessions.to_string()),
        row("state events", &|m| m.log.states.to_string()),
        String::new(),
        "* a document store as the field has it: one version per schedule, refuse on mismatch,"
            .to_owned(),
        "  no rules; its clients fetch the new version, put their own body again and back off."
            .to_owned(),
        "  In memory, while Muster writes to disk before it answers.".to_owned(),
        "Both columns are measured by an oracle from what clients were told and from the states"
            .to_owned(),
        "both servers were in; no counter of the code under test is asked.".to_owned(),
    ];
    lines.join("\n")
}
