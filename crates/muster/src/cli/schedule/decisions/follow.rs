//! Follows single decisions: what the publish carries, and what is sent before it.

use muster_api::ROOT;
use muster_api::client::{ConflictIn, RemedyIn};
use serde_json::Value;

use super::DecisionArgs;
use super::choice::{Named, Wanted, fingerprint};
use super::decider::{Decider, found};
use crate::cli::failure::Usage;
use crate::cli::findings::{Groups, Item, key};
use crate::cli::schedule::path;
use crate::cli::table::Table;

/// A decision that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) number: Option<usize>,
    pub(super) finding: ConflictIn,
    pub(super) remedy: String,
    /// Who says so: `--resolve 3:take_yours`, `rules.toml, line 4`.
    pub(super) by: String,
    /// The request that clears the way; none where the publish itself carries the decision.
    pub(super) first: Option<RemedyIn>,
}

impl Made {
    /// Whether it decides a conflict, however big that is now.
    pub(super) fn is_about(&self, finding: &ConflictIn) -> bool {
        key(&self.finding.fingerprint) == key(&finding.fingerprint)
    }
}

/// A decision of the command line whose conflict has not come up yet.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) named: Named,
    /// The remedy; an acknowledgement goes without being offered.
    wanted: Option<Wanted>,
    by: String,
}

impl Pending {
    /// All decisions of the command line.
    pub(super) fn all(args: &DecisionArgs) -> Vec<Self> {
        let acknowledged = args.terms.findings().map(|fingerprint| Self {
            named: Named::Fingerprint(fingerprint.clone()),
            wanted: None,
            by: format!("--ack {fingerprint}"),
        });
        let chosen = args.choices.iter().flat_map(|choice| {
            choice.conflicts.iter().map(move |named| Self {
                named: named.clone(),
                wanted: Some(choice.remedy.clone()),
                by: format!("--resolve {choice}"),
            })
        });
        acknowledged.chain(chosen).collect()
    }
}

impl Decider {
    /// Makes the decisions of the command line whose conflicts are there.
    pub(super) fn choose(&mut self) -> Result<(), Usage> {
        let plan = self.plan().clone();
        let open = found(&plan);
        let groups = Groups::offered(&open);
        for pending in std::mem::take(&mut self.pending) {
            let is_meant = |item: &&Item<'_>| pending.named.is(item.finding, self.numbers());
            match groups.conflicts().find(is_meant) {
                Some(item) => self.make(&pending, item.finding)?,
                None => self.pending.push(pending),
            }
        }
        Ok(())
    }

    /// Decides what is left as the policy says.
    pub(super) fn apply_policy(&mut self) -> Result<(), Usage> {
        self.unmet.clear();
        let plan = self.plan().clone();
        let open = found(&plan);
        for item in Groups::offered(&open).conflicts() {
            if !self.is_decided(item.finding) {
                self.ask_policy(item.finding)?;
            }
        }
        Ok(())
    }

    /// Does with a conflict what the command line says.
    fn make(&mut self, pending: &Pending, finding: &ConflictIn) -> Result<(), Usage> {
        let Pending { named, wanted, by } = pending;
        let who = who(finding);
        let refused = |problem: String| Usage(format!("{by}: {who} {problem}"));
        if let (Named::Fingerprint(named), Some(found)) = (named, fingerprint(finding))
            && !named.covers(&found)
        {
            return Err(refused(format!("has grown since: its fingerprint is {found} now")));
        }
        if self.has_decided(finding) {
            return Err(refused("is decided twice".to_owned()));
        }
        match wanted {
            None if finding.severity == "ack" => {
                let fingerprint = Value::from(finding.fingerprint.clone());
                self.carried.acknowledge(&fingerprint).map_err(|problem| said(by, &problem))?;
                self.note(finding, "acknowledge", by, None);
                Ok(())
            }
            None => Err(refused("blocks: nobody can acknowledge it".to_owned())),
            Some(wanted) => {
                let remedy = wanted.of(finding).map_err(refused)?.clone();
                self.follow(finding, &remedy, by)
            }
        }
    }

    fn ask_policy(&mut self, finding: &ConflictIn) -> Result<(), Usage> {
        let Some(policy) = self.policy.as_ref().filter(|_| !self.has_decided(finding)) else {
            return Ok(());
        };
        let Some(rule) = policy.about(finding) else { return Ok(()) };
        let (place, reason) = (policy.place(rule), rule.reason.clone());
        match Wanted::Id(rule.remedy.clone()).of(finding).cloned() {
            Ok(remedy) => {
                if let Some(reason) = reason {
                    self.carried.because(reason);
                }
                self.follow(finding, &remedy, &place)
            }
            Err(problem) => {
                let handle = self.numbers().handle(finding);
                self.unmet.entry(format!("{place}: {problem}")).or_default().push(handle);
                Ok(())
            }
        }
    }

    fn has_decided(&self, finding: &ConflictIn) -> bool {
        self.made.iter().any(|made| made.is_about(finding))
    }

    /// Follows a remedy: what it says of the publish becomes a part of that; another request is
    /// sent before it.
    fn follow(&mut self, finding: &ConflictIn, remedy: &RemedyIn, by: &str) -> Result<(), Usage> {
        let publish = format!("{ROOT}{}/publish", path(&self.schedule));
        if remedy.href != publish {
            let is_known = |made: &Made| {
                made.first.as_ref().is_some_and(|first| first.is_same_request(remedy))
            };
            if !self.made.iter().any(is_known) {
                self.first.push(remedy.clone());
            }
            self.note(finding, &remedy.id, by, Some(remedy.clone()));
            return Ok(());
        }
        let body = remedy.body.as_ref().unwrap_or(&Value::Null);
        self.carried.follow(body).map_err(|problem| said(by, &problem))?;
        self.note(finding, &remedy.id, by, None);
        Ok(())
    }

    fn note(&mut self, finding: &ConflictIn, remedy: &str, by: &str, first: Option<RemedyIn>) {
        self.made.push(Made {
            number: self.numbers().get(&finding.fingerprint),
            finding: finding.clone(),
            remedy: remedy.to_owned(),
            by: by.to_owned(),
            first,
        });
    }

    /// A conflict that is not there.
    pub(super) fn unknown(&self, named: &Named) -> Usage {
        let count = self.numbers().len();
        let there = match (named, count) {
            (_, 0) => "there are none".to_owned(),
            (Named::Number(_), 1) => "there is only 1".to_owned(),
            (Named::Number(_), _) => format!("there are 1 to {count}"),
            (Named::Fingerprint(_), _) => format!("there are\n\n{}", self.listed()),
        };
        Usage(format!("{} has no conflict {named}: {there}", self.schedule))
    }

    /// Every conflict, a line each.
    fn listed(&self) -> Table {
        let open = found(self.plan());
        let mut table = Table::new(["no.", "fingerprint", "agent", "conflict"]);
        for item in Groups::offered(&open).conflicts() {
            let ConflictIn { fingerprint, kind, .. } = item.finding;
            let number = self.numbers().get(fingerprint);
            let number = number.map(|number| number.to_string()).unwrap_or_default();
            table.row([&number, fingerprint, &item.whose(), kind]);
        }
        table
    }
}

fn said(by: &str, problem: &str) -> Usage {
    Usage(format!("{by}: {problem}"))
}

/// The conflict as errors name it.
fn who(finding: &ConflictIn) -> String {
    match &finding.agent_id {
        Some(agent) => format!("{} of {agent}", finding.kind),
        None => finding.kind.clone(),
    }
}
