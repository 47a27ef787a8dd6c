//! Decisions about a draft's conflicts, as the command line makes them: `--resolve`, `--ack` and
//! `--policy`, of a plan and of a publish alike.

mod carried;
mod choice;
mod decider;
mod follow;
mod policy;
mod report;

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::cli::failure::Usage;
use crate::cli::findings::Numbers;
use crate::cli::remedy::quoted;
use crate::cli::terms::TermsArgs;
use choice::Choice;

pub(super) use decider::Decider;

/// How a publish is to be made, and what is decided about what stands in its way.
#[derive(Debug, Args)]
pub(super) struct DecisionArgs {
    #[command(flatten)]
    terms: TermsArgs,
    /// Follow a remedy: of a conflict, or of several, by their numbers in the plan, or of one by
    /// its fingerprint; may come several times.
    #[arg(long = "resolve", value_name = "N:REMEDY")]
    choices: Vec<Choice>,
    /// Follow remedies by kind of conflict, as a file says; docs/PLANNING.md describes it.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The plan that was looked at, as `muster schedule plan` names it; numbers are those it
    /// showed.
    #[arg(long, value_name = "TOKEN")]
    plan_token: Option<PlanToken>,
}

impl DecisionArgs {
    /// The same, with nothing decided.
    pub(super) fn undecided(&self) -> Self {
        let terms = self.terms.undecided();
        Self { terms, choices: Vec::new(), policy: None, plan_token: None }
    }

    /// Whether there is anything that only a plan can tell the meaning of.
    pub(super) fn needs_plan(&self) -> bool {
        self.policy.is_some() || !self.choices.is_empty() || self.terms.findings().next().is_some()
    }

    /// The terms as they were given.
    pub(super) fn terms(&self) -> &TermsArgs {
        &self.terms
    }

    /// The server's name of the plan that was looked at.
    pub(super) fn plan(&self) -> Option<&str> {
        self.plan_token.as_ref().map(|token| token.plan.as_str())
    }

    /// Refuses numbers without the plan that they are from: what they mean is not known.
    ///
    /// # Errors
    /// [`Usage`].
    pub(super) fn check_plan_is_named(&self) -> Result<(), Usage> {
        let has_numbers = self.plan_token.as_ref().is_some_and(|token| token.numbers.is_some());
        match self.choices.iter().find(|choice| choice.is_numbered()) {
            Some(choice) if !has_numbers => Err(Usage(format!(
                "--resolve {choice} goes by the numbers of a plan: say of which by --plan-token, \
                 as muster schedule plan prints it, or name fingerprint and remedy"
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses numbers that do not mean what they meant in the plan that was looked at.
    fn check_numbers(&self, numbers: &Numbers) -> Result<(), Usage> {
        let was = self.plan_token.as_ref().and_then(|token| token.numbers.as_deref());
        let choice = self.choices.iter().find(|choice| choice.is_numbered());
        match (was, choice) {
            (Some(was), Some(choice)) if was != numbers.digest() => Err(Usage(format!(
                "the conflicts are not those that were numbered any more, so --resolve {choice} \
                 may mean another one: look at the plan again, or name fingerprint and remedy; \
                 nothing was sent"
            ))),
            _ => Ok(()),
        }
    }

    /// The arguments that say the same, each with a space before it.
    pub(super) fn words(&self) -> String {
        let mut words = self.terms.words();
        for choice in &self.choices {
            words += &format!(" --resolve {}", quoted(&choice.to_string()));
        }
        if let Some(policy) = &self.policy {
            words += &format!(" --policy {}", quoted(&policy.display().to_string()));
        }
        words
    }
}

/// Names a plan, and the numbers that its conflicts were shown with: `plan.12.9+1f3a9c20`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PlanToken {
    /// As the server names it.
    plan: String,
    /// Stands for the numbers.
    numbers: Option<String>,
}

impl FromStr for PlanToken {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (plan, numbers) = match text.split_once('+') {
            Some((plan, numbers)) => (plan, Some(numbers.to_owned())),
            None => (text, None),
        };
        Ok(Self { plan: plan.to_owned(), numbers })
    }
}
