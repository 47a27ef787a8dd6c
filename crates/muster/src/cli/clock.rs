//! What clock changes do to shifts, as a planner reads it.

use std::fmt::Write as _;

use muster_api::client::{ClockChange, ClockChanges, DoubtfulTime, RuleFlip};

use super::table::counted;
use super::when::When;

/// Most of each that are written out; `--json` has them all.
const SHOWN: usize = 20;

/// Writes out what there is, with times in the zones of the agents; nothing where no clocks change.
pub(crate) fn told(changes: Option<&ClockChanges>) -> String {
    let Some(ClockChanges { shifts, times, rules }) = changes else { return String::new() };
    let mut text = String::new();
    part(&mut text, shifts, &across(shifts.len()), shift);
    part(&mut text, times, &doubtful(times.len()), time);
    part(&mut text, rules, &flipped(rules.len()), rule);
    text
}

fn across(count: usize) -> String {
    format!("{} across a clock change", counted(count, "shift"))
}

fn doubtful(count: usize) -> String {
    format!("{} that could be taken for another", counted(count, "time"))
}

fn flipped(count: usize) -> String {
    format!("{} owed to a clock change", counted(count, "verdict"))
}

fn part<T>(text: &mut String, all: &[T], head: &str, one: impl Fn(&T) -> String) {
    if all.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nfor information: {head}");
    for item in all.iter().take(SHOWN) {
        *text += &one(item);
    }
    if let Some(more) = all.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "  … and {more} more; --json lists them all");
    }
}

fn shift(change: &ClockChange) -> String {
    let ClockChange { agent_id, shift_id, start, end, time_zone, midnight, .. } = change;
    let place = When::of(time_zone).span(*start, *end);
    let (elapsed, wall) = (hours(change.elapsed_minutes), hours(change.wall_minutes));
    let change_min = change.clock_change_minutes;
    let midnight = match midnight.as_deref() {
        Some("skipped") => ", and there is no midnight",
        Some("twice") => ", and midnight comes twice",
        Some(_) | None => "",
    };
    format!("  {agent_id}  {place}  {shift_id}\n")
        + &format!("    {elapsed} long, the clock shows {wall} ({change_min:+} min){midnight}\n")
}

fn time(time: &DoubtfulTime) -> String {
    let DoubtfulTime { shift_id, agent_id, activity_code_id, edge, message } = time;
    let what = activity_code_id.as_ref().map_or(String::new(), |code| format!(" of {code}"));
    format!("  {agent_id}  {edge}{what}  {shift_id}\n    {message}\n")
}

fn rule(flip: &RuleFlip) -> String {
    let RuleFlip { verdict, kind, agent_id, message } = flip;
    format!("  {}  {kind}  {verdict}\n    {message}\n", agent_id.as_deref().unwrap_or_default())
}

/// `8:00`
fn hours(minutes: i64) -> String {
    let sign = if minutes < 0 { "-" } else { "" };
    format!("{sign}{}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
