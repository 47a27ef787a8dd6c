//! How a change is to be made: the arguments that publish, revert and decisions share.

use clap::{Args, ValueEnum};
use muster_api::client::Fingerprint;
use serde::Serialize;
use serde_json::{Value, json};

use super::remedy::quoted;

/// What somebody answers for, and why.
#[derive(Debug, Args)]
pub(crate) struct VerdictArgs {
    /// A finding to answer for, by its fingerprint, with a reason; may come several times.
    #[arg(long = "ack", value_name = "FINGERPRINT", requires = "reason")]
    acknowledge: Vec<Fingerprint>,
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
        let all = self.acknowledge.iter().map(|fingerprint| format!(" --ack {fingerprint}"));
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

    /// Of it, all but what somebody answers for.
    pub(crate) fn but_acknowledged(&self) -> Value {
        let mut body = self.body();
        if let Some(members) = body.as_object_mut() {
            members.remove("acknowledge");
        }
        body
    }

    /// What somebody answers for.
    pub(crate) fn acknowledged(&self) -> &[Fingerprint] {
        &self.verdict.acknowledge
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
}
