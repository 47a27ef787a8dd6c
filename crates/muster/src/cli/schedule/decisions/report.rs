//! What was decided, as it is told.

use muster_api::client::{ConflictIn, RemedyIn};
use serde_json::{Value, json};

use super::decider::Decider;
use super::follow::Made;
use crate::cli::findings::Numbers;
use crate::cli::remedy;
use crate::cli::table::Table;

impl Decider {
    /// Names the plan and its numbers, for `--plan-token`.
    pub(in crate::cli::schedule) fn token(&self) -> String {
        let (plan, numbers) = (&self.plan().plan_token, self.numbers());
        if numbers.len() == 0 { plan.clone() } else { format!("{plan}+{}", numbers.digest()) }
    }

    /// What was decided and by whom, and where the policy could not; nothing when neither is.
    pub(in crate::cli::schedule) fn decided(&self) -> String {
        let mut table = Table::new(["no.", "agent", "conflict", "remedy", "decided by"]);
        let mut made: Vec<&Made> = self.made.iter().collect();
        made.sort_by_key(|made| made.number.unwrap_or(usize::MAX));
        for Made { number, finding, remedy, by, .. } in made {
            let number = number.map_or_else(|| "new".to_owned(), |number| number.to_string());
            let agent = finding.agent_id.as_deref().unwrap_or_default();
            table.row([&number, agent, &finding.kind, remedy, by]);
        }
        let mut text = if table.is_empty() { String::new() } else { format!("\n{table}") };
        let unmet = self.unmet.iter();
        let unmet: String =
            unmet.map(|(why, who)| format!("not decided: {} ({why})\n", who.join(", "))).collect();
        if !unmet.is_empty() {
            text += &format!("\n{unmet}");
        }
        text
    }

    /// The requests that clear the way, as commands, each once.
    pub(in crate::cli::schedule) fn cleared_by(&self) -> Vec<String> {
        self.firsts().into_iter().map(remedy::command).collect()
    }

    fn firsts(&self) -> Vec<&RemedyIn> {
        let mut firsts: Vec<&RemedyIn> = Vec::new();
        for first in self.made.iter().filter_map(|made| made.first.as_ref()) {
            if !firsts.iter().any(|known| known.is_same_request(first)) {
                firsts.push(first);
            }
        }
        firsts
    }

    /// The plan for programs: as it came, with the numbers and the decisions.
    pub(in crate::cli::schedule) fn json(&self) -> Value {
        let mut json = self.plan_json().clone();
        for agent in json["agents"].as_array_mut().into_iter().flatten() {
            for finding in agent["findings"].as_array_mut().into_iter().flatten() {
                number(finding, self.numbers());
            }
        }
        json["numberedPlanToken"] = json!(self.token());
        self.add_decisions(&mut json);
        json
    }

    /// Adds what was decided to an answer.
    pub(in crate::cli::schedule) fn add_decisions(&self, json: &mut Value) {
        let decided = self.made.iter().map(|Made { number, finding, remedy, by, first }| {
            let ConflictIn { fingerprint, kind, agent_id, .. } = finding;
            let request = first.as_ref().map(request);
            json!({ "number": number, "fingerprint": fingerprint, "kind": kind,
                "agentId": agent_id, "remedy": remedy, "by": by, "sentFirst": request })
        });
        json["decided"] = decided.collect();
        json["sentFirst"] = self.firsts().into_iter().map(request).collect();
        let unmet = self.unmet.iter();
        json["undecided"] =
            unmet.map(|(why, who)| json!({ "conflicts": who, "problem": why })).collect();
        json["terms"] = self.terms().clone();
    }
}

fn request(remedy: &RemedyIn) -> Value {
    let RemedyIn { method, href, body, .. } = remedy;
    json!({ "method": method, "href": href, "body": body })
}

/// Gives a finding and its remedies the numbers that they are shown with.
fn number(finding: &mut Value, numbers: &Numbers) {
    let fingerprint = finding["fingerprint"].as_str().unwrap_or_default();
    let Some(number) = numbers.get(fingerprint) else { return };
    finding["number"] = json!(number);
    for (n, remedy) in (1..).zip(finding["remedies"].as_array_mut().into_iter().flatten()) {
        remedy["number"] = json!(n);
    }
}
