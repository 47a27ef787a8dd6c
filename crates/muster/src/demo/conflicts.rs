//! True conflicts, as a planner would see them: who, when, what, because of whom, and what helps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use muster_core::{Instant, Zone};
use serde_json::Value;

use crate::demo::centre::{Centre, ZONE};
use crate::oracle::log::Intent;

/// How many are shown; one of each kind first.
const SHOWN: usize = 6;
const REMEDIES: usize = 3;

/// A handful of the conflicts in a log. `names` are the clients' names by their ids.
pub(crate) fn shown(
    intents: &[Intent],
    centre: &Centre,
    names: &BTreeMap<String, String>,
) -> Vec<String> {
    let all = intents.iter().flat_map(|i| i.conflicts.iter().map(move |c| (i, c)));
    let all: Vec<(&Intent, &Value)> = all.collect();
    let mut seen = BTreeSet::new();
    let first = |(_, conflict): &&(&Intent, &Value)| seen.insert(conflict["kind"].to_string());
    let firsts: Vec<_> = all.iter().filter(first).take(SHOWN).collect();
    firsts.into_iter().map(|(intent, conflict)| one(intent, conflict, centre, names)).collect()
}

fn one(
    intent: &Intent,
    conflict: &Value,
    centre: &Centre,
    names: &BTreeMap<String, String>,
) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let agent = text(&conflict["agentId"]);
    let known = centre.agents.iter().find(|known| known.id == agent);
    let who = known.map_or(agent.clone(), |known| format!("{} ({agent})", known.name));
    let mut lines = vec![format!("{who}, {}: {}", when(conflict), text(&conflict["kind"]),)];
    lines.push(format!("    {}", text(&conflict["message"])));
    lines.push(format!("    asked by {}", intent.who));
    for cause in conflict["causes"].as_array().into_iter().flatten() {
        let actor = text(&cause["actor"]);
        let actor = names.get(&actor).cloned().unwrap_or(actor);
        let summary = text(&cause["summary"]);
        lines.push(format!("    because of {actor}, revision {}: {summary}", cause["revision"]));
    }
    let remedies = conflict["remedies"].as_array().into_iter().flatten();
    for remedy in remedies.take(REMEDIES) {
        let (title, method) = (text(&remedy["title"]), text(&remedy["method"]));
        lines.push(format!("    remedy: {title}  [{method} {}]", text(&remedy["href"])));
    }
    lines.join("\n")
}

/// The stretch of time in the centre's wall time.
fn when(conflict: &Value) -> String {
    let Ok(zone) = Zone::find(ZONE) else { return String::new() };
    let wall = |name: &str| {
        let at: Timestamp = conflict[name].as_str()?.parse().ok()?;
        Some(zone.wall(Instant::from_timestamp(at)))
    };
    match (wall("start"), wall("end")) {
        (Some(start), Some(end)) => {
            format!("{} to {}", start.strftime("%a %d %b %H:%M"), end.strftime("%H:%M"))
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => "any time".to_owned(),
    }
}
