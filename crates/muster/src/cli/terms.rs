//! How a change is to be made: the arguments that publish, revert and decisions share.

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

/// What somebody answers for: `9c1e….240`, or
/// `{"kind": "REST_TIME_SHORT", "where": {"agentIds": ["ana"]}, "reason": "agreed"}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
struct Ack(Value);

impl std::str::FromStr for Ack {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.trim_start().starts_with('{') {
            return Ok(Self(json!(text)));
        }
        serde_json::from_str(text).map(Self).map_err(|error| format!("is not JSON: {error}"))
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
    #[arg(long)]
    reason: Option<String>,
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
        let mut body = self.verdict.body();
        body["mode"] = json!(self.mode);
        if !self.agents.is_empty() {
            body["agentIds"] = json!(self.agents);
        }
        if !self.resolutions.is_empty() {
            body["resolutions"] = json!(self.resolutions);
        }
        body
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
        assert_eq!("9c1e.240".parse(), Ok(Ack(json!("9c1e.240"))));
        let rule = json!({ "kind": "REST_TIME_SHORT", "where": {}, "reason": "x" });
        assert_eq!(rule.to_string().parse(), Ok(Ack(rule)));
        assert!("{kind".parse::<Ack>().is_err());
    }
}
