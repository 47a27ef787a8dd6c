//! `--resolve N:REMEDY`: which conflict, and what is to be done about it.

use std::str::FromStr;

use muster_api::client::{ConflictIn, EXPLAINED, Fingerprint, RemedyIn};

use crate::cli::findings::Numbers;

/// A conflict, as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// By its number in the plan.
    Number(usize),
    /// By its fingerprint.
    Fingerprint(Fingerprint),
}

impl Named {
    /// Whether a conflict is the one that is meant, however big it is now.
    pub(super) fn is(&self, finding: &ConflictIn, numbers: &Numbers) -> bool {
        match self {
            Self::Number(number) => numbers.get(&finding.fingerprint) == Some(*number),
            Self::Fingerprint(named) => {
                fingerprint(finding).is_some_and(|found| found.key() == named.key())
            }
        }
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Fingerprint(fingerprint) => write!(f, "{fingerprint}"),
        }
    }
}

/// The fingerprint of a conflict, if it is spelled as this program knows it.
pub(super) fn fingerprint(finding: &ConflictIn) -> Option<Fingerprint> {
    finding.fingerprint.parse().ok()
}

/// A remedy, as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// By its number among those of its conflict.
    Number(usize),
    /// By its name.
    Id(String),
}

impl Wanted {
    /// The one remedy of a conflict that is meant; else what is wrong.
    pub(super) fn of<'a>(&self, finding: &'a ConflictIn) -> Result<&'a RemedyIn, String> {
        let all = (1..).zip(&finding.remedies);
        let meant = all.filter(|(n, remedy)| match self {
            Self::Number(number) => number == n,
            Self::Id(id) => *id == remedy.id,
        });
        match meant.collect::<Vec<_>>()[..] {
            [(_, remedy)] => Ok(remedy),
            [] => Err(format!("does not offer {self}; {}", offer(finding))),
            [..] => Err(format!("offers {self} more than once; {}", offer(finding))),
        }
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "remedy {number}"),
            Self::Id(id) => write!(f, "{id}"),
        }
    }
}

/// `it offers 1 acknowledge, 2 leave_out`
fn offer(finding: &ConflictIn) -> String {
    let all = (1..).zip(&finding.remedies);
    let all: Vec<String> = all.map(|(n, remedy)| format!("{n} {}", remedy.id)).collect();
    if all.is_empty() {
        return format!("no remedy of it is known (an answer has those of {EXPLAINED} conflicts)");
    }
    format!("it offers {}", all.join(", "))
}

/// One `--resolve`, as it was typed and as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    text: String,
    /// The conflicts: several where numbers from one to another were named.
    pub(super) conflicts: Vec<Named>,
    pub(super) remedy: Wanted,
}

impl Choice {
    /// Whether it goes by the numbers of a plan.
    pub(super) fn is_numbered(&self) -> bool {
        let by_number = |named: &Named| matches!(named, Named::Number(_));
        matches!(self.remedy, Wanted::Number(_)) || self.conflicts.iter().any(by_number)
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Most conflicts that one `--resolve` may name.
const RANGE: usize = 100_000;

impl FromStr for Choice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let form = "a decision is N:REMEDY, FROM-TO:REMEDY or FINGERPRINT:REMEDY, \
                    with a remedy's name or its number";
        let (conflict, remedy) = text.split_once(':').ok_or(form)?;
        let remedy = match remedy.parse() {
            Ok(number) => Wanted::Number(number),
            Err(_) if remedy.is_empty() => return Err(form.to_owned()),
            Err(_) => Wanted::Id(remedy.to_owned()),
        };
        let conflicts = named(conflict).ok_or(form)?;
        Ok(Self { text: text.to_owned(), conflicts, remedy })
    }
}

fn named(text: &str) -> Option<Vec<Named>> {
    if let Ok(fingerprint) = text.parse() {
        return Some(vec![Named::Fingerprint(fingerprint)]);
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
    let is_range = 1 <= from && from <= to && to - from < RANGE;
    is_range.then(|| (from..=to).map(Named::Number).collect())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn choice(text: &str) -> Choice {
        text.parse().unwrap()
    }

    #[test]
    fn a_decision_names_conflicts_by_number_or_fingerprint_and_a_remedy_by_name_or_number() {
        let one = choice("3:take_yours");
        assert_eq!(one.conflicts, [Named::Number(3)]);
        assert_eq!(one.remedy, Wanted::Id("take_yours".to_owned()));
        assert_eq!(choice("2-4:1").conflicts.len(), 3);
        assert_eq!(choice("2-4:1").remedy, Wanted::Number(1));
        let by_fingerprint = choice("00000000000000ff.30:acknowledge");
        let fingerprint = "00000000000000ff.30".parse().unwrap();
        assert_eq!(by_fingerprint.conflicts, [Named::Fingerprint(fingerprint)]);
        let numbered = ["3:take_yours", "00000000000000ff.30:1", "00000000000000ff.30:leave_out"];
        assert_eq!(numbered.map(|text| choice(text).is_numbered()), [true, true, false]);
        for bad in ["3", "3:", ":1", "0:1", "4-2:1", "ff.30:1", "1-999999999:1", "x:y"] {
            assert!(bad.parse::<Choice>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_remedy_that_is_not_offered_or_offered_twice_is_none() {
        let remedy = |id: &str| json!({ "id": id, "title": id, "method": "POST", "href": "/" });
        let finding = json!({ "fingerprint": "f", "kind": "K", "severity": "ack", "message": "",
            "remedies": [remedy("acknowledge"), remedy("leave_out"), remedy("leave_out")] });
        let finding = ConflictIn::deserialize(&finding).unwrap();
        let wanted = |text: &str| choice(&format!("1:{text}")).remedy;
        assert_eq!(wanted("acknowledge").of(&finding).unwrap().id, "acknowledge");
        assert_eq!(wanted("3").of(&finding).unwrap().id, "leave_out");
        let offer = "it offers 1 acknowledge, 2 leave_out, 3 leave_out";
        let error = wanted("leave_out").of(&finding).unwrap_err();
        assert_eq!(error, format!("offers leave_out more than once; {offer}"));
        let error = wanted("4").of(&finding).unwrap_err();
        assert_eq!(error, format!("does not offer remedy 4; {offer}"));
    }
}
