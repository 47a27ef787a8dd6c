//! How a change is to be made: the arguments that publish, revert and decisions share.

use clap::{Args, ValueEnum};
use muster_api::client::Fingerprint;
use serde::Serialize;
use serde_json::{Value, json};

use super::remedy::quoted;

/// What somebody answers for: `98c7fde42a42d07c.240`, or
/// `{"kind": "REST_TIME_SHORT", "where": {"agentIds": ["ana"]}, "reason": "agreed"}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Ack {
    Finding(Fingerprint),
    Rule(Value),
}

impl std::str::FromStr for Ack {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.trim_start().starts_with('{') {
            return text.parse().map(Self::Finding);
        }
        serde_json::from_str(text).map(Self::Rule).map_err(|error| format!("is not JSON: {error}"))
    }
}

impl std::fmt::Display for Ack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Finding(fingerprint) => write!(f, "{fingerprint}"),
            Self::Rule(rule) => write!(f, "{rule}"),
        }
    }
}

/// What somebody answers for, and why.
#[derive(Debug, Args)]
pub(crate) struct VerdictArgs {
    /// A finding to answer for, by its fingerprint, or a rule as JSON that says which; may come
    /// several times.
    #[arg(long = "ack", value_name = "FINGERPRINT|RULE")]
    acknowledge: Vec<Ack>,
    /// Why, in your words.
    #[arg(long, value_parser = reason)]
    reason: Option<String>,
}

/// Reads a reason: one without a letter or a digit gives none.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let has_words = text.contains(char::is_alphanumeric);
    has_words.then(|| text.to_owned()).ok_or_else(|| "say why in words".to_owned())
}

impl VerdictArgs {
    /// The body of a decision.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({});
        if !self.acknowledge.is_empty() {
            body["acknowledge"] = json!(self.acknowledge);
        }
        if let Some(reason) = &self.reason {
            body["reason"] = json!(reason);
        }
        body
    }

    /// The arguments that say the same, each with a space before it.
    fn words(&self) -> String {
        let all = self.acknowledge.iter();
        let all = all.map(|one| format!(" --ack {}", quoted(&one.to_string())));
        let reason = self.reason.iter().map(|reason| format!(" --reason {}", quoted(reason)));
        all.chain(reason).collect()
    }
}

/// Whether a change stands or falls as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "camelCase")]
#[value(rename_all = "camelCase")]
pub(crate) enum Mode {
    /// Whoever is clean goes live, the others are held back.
    PerAgent,
    /// All or nothing.
    Atomic,
}

/// A decision about a clash of values: `SHIFT/ATOM=yours` or `SHIFT/ATOM=live`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resolution {
    shift_id: String,
    atom: String,
    keep: String,
}

impl std::str::FromStr for Resolution {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(place, keep)| {
            let (shift, atom) = place.split_once('/')?;
            matches!(keep, "yours" | "live").then_some((shift, atom, keep))
        });
        let (shift, atom, keep) =
            parts.ok_or("a decision is SHIFT/ATOM=yours or SHIFT/ATOM=live")?;
        Ok(Self { shift_id: shift.to_owned(), atom: atom.to_owned(), keep: keep.to_owned() })
    }
}

/// How a publish or a revert is to be made.
#[derive(Debug, Args)]
pub(crate) struct TermsArgs {
    /// Whether it stands or falls as one.
    #[arg(long, value_enum, default_value = "perAgent")]
    mode: Mode,
    /// Only this agent, and those tied to it; may come several times.
    #[arg(long = "agent", value_name = "AGENT", value_parser = super::server::id)]
    agents: Vec<String>,
    /// Whose value stays where an edit clashes with what is live.
    #[arg(long = "keep", value_name = "SHIFT/ATOM=yours|live")]
    resolutions: Vec<Resolution>,
    #[command(flatten)]
    verdict: VerdictArgs,
}

impl TermsArgs {
    /// The body of a publish or a revert.
    pub(crate) fn body(&self) -> Value {
        let mut body = self.of_whom();
        if let (Some(body), Value::Object(verdict)) = (body.as_object_mut(), self.verdict.body()) {
            body.extend(verdict);
        }
        if !self.resolutions.is_empty() {
            body["resolutions"] = json!(self.resolutions);
        }
        body
    }

    /// Of it, whom it is about, with nothing decided.
    pub(crate) fn of_whom(&self) -> Value {
        let mut body = json!({ "mode": self.mode });
        if !self.agents.is_empty() {
            body["agentIds"] = json!(self.agents);
        }
        body
    }

    /// The same for those it is about, with nothing decided.
    pub(crate) fn undecided(&self) -> Self {
        let verdict = VerdictArgs { acknowledge: Vec::new(), reason: None };
        Self { mode: self.mode, agents: self.agents.clone(), resolutions: Vec::new(), verdict }
    }

    /// Of it, all but the single findings that somebody answers for.
    pub(crate) fn but_findings(&self) -> Value {
        let mut body = self.body();
        let rules = self.verdict.acknowledge.iter().filter(|ack| matches!(ack, Ack::Rule(_)));
        let rules: Vec<&Ack> = rules.collect();
        match body.as_object_mut() {
            Some(members) if rules.is_empty() => drop(members.remove("acknowledge")),
            _ => body["acknowledge"] = json!(rules),
        }
        body
    }

    /// The single findings that somebody answers for.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &Fingerprint> {
        self.verdict.acknowledge.iter().filter_map(|ack| match ack {
            Ack::Finding(fingerprint) => Some(fingerprint),
            Ack::Rule(_) => None,
        })
    }

    /// Why.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.verdict.reason.as_deref()
    }

    /// The arguments that say the same, each with a space before it.
    pub(crate) fn words(&self) -> String {
        let mode = if self.mode == Mode::Atomic { " --mode atomic" } else { "" };
        let agents = self.agents.iter().map(|agent| format!(" --agent {agent}"));
        let keep = self.resolutions.iter().map(|Resolution { shift_id, atom, keep }| {
            format!(" --keep {}", quoted(&format!("{shift_id}/{atom}={keep}")))
        });
        let parts = agents.chain(keep).chain([self.verdict.words()]);
        mode.to_owned() + &parts.collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_about_a_clash_names_shift_atom_and_side() {
        let decision: Resolution = "s1/span=yours".parse().unwrap();
        let wanted = json!({ "shiftId": "s1", "atom": "span", "keep": "yours" });
        assert_eq!(serde_json::to_value(decision).unwrap(), wanted);
        for bad in ["s1", "s1/span", "s1=yours", "s1/span=mine"] {
            assert!(bad.parse::<Resolution>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_answered_for_is_a_fingerprint_or_a_rule() {
        let finding: Ack = "98c7fde42a42d07c.240".parse().unwrap();
        assert_eq!(json!(finding), json!("98c7fde42a42d07c.240"));
        let rule = json!({ "kind": "REST_TIME_SHORT", "where": {}, "reason": "x" });
        assert_eq!(rule.to_string().parse(), Ok(Ack::Rule(rule)));
        for bad in ["{kind", "9c1e.240"] {
            assert!(bad.parse::<Ack>().is_err(), "{bad}");
        }
    }
}
