//! What is said of a job.

use muster_api::client::{Job, OperationOutcome};
use muster_api::job::JobStatus;

use crate::cli::Outcome;
use crate::cli::table::Table;

/// Whether all went well, or a decision is still to be made.
pub(super) fn outcome(job: &Job, outcomes: &[OperationOutcome]) -> Outcome {
    let refused = || outcomes.iter().filter(|outcome| outcome.status_code >= 400);
    if job.status == JobStatus::Failed || refused().any(|refused| !is_conflict(refused)) {
        return Outcome::Bad;
    }
    if refused().next().is_some() { Outcome::NeedsDecision } else { Outcome::Done }
}

/// A conflict, or what fell with one.
fn is_conflict(refused: &OperationOutcome) -> bool {
    matches!(refused.status_code, 409 | 424)
}

/// For people: where it stands, and a line for each operation that was refused.
pub(super) fn text(job: &Job, outcomes: &[OperationOutcome]) -> String {
    let counts = job.counts;
    let mut text = format!(
        "job {}: {}, {} of {} operations done: {} took effect, {} refused\n",
        job.id,
        said(job.status),
        counts.done,
        counts.total,
        counts.succeeded,
        counts.failed,
    );
    if let Some(problem) = &job.problem {
        text += &format!("it could not go on: {problem}\n");
    }
    if let Some(seconds) = job.eta_seconds.filter(|_| !job.status.is_over()) {
        text += &format!("about {seconds} s more\n");
    }
    let mut table = Table::new(["operation", "status", "why"]);
    for refused in outcomes.iter().filter(|outcome| outcome.status_code >= 400) {
        table.row([&refused.id, &refused.status_code.to_string(), &why(refused)]);
    }
    if !table.is_empty() {
        text += &format!("\n{table}");
    }
    text
}

fn said(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Queued => "waiting",
        JobStatus::Running => "under way",
        JobStatus::Done => "done",
        JobStatus::Canceled => "canceled",
        JobStatus::Failed => "given up",
    }
}

/// The kinds of its conflicts or its code, and what it says.
fn why(refused: &OperationOutcome) -> String {
    let problem = &refused.problem;
    let kinds: Vec<&str> = problem["conflicts"]
        .as_array()
        .map(|conflicts| conflicts.iter().filter_map(|found| found["kind"].as_str()).collect())
        .unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or_default();
    let kinds = if kinds.is_empty() { code.to_owned() } else { kinds.join(", ") };
    format!("{kinds}: {}", problem["detail"].as_str().unwrap_or_default())
}
