use std::collections::BTreeSet;

use muster_core::rule::RULES;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Run, muster};

/// Runs a measurement, and reads the figures it writes.
#[track_caller]
fn figures(args: &[&str]) -> Vec<Value> {
    let folder = TempDir::new().unwrap();
    let mut command = muster(folder.path());
    let run = Run::of(command.arg("bench").args(args).args(["--json", "figures.json"]));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("| what |"), "{run:?}");
    let text = std::fs::read(folder.path().join("figures.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn every_rule_that_looks_at_weeks_is_measured_alone_and_with_all_others() {
    let args = ["rules", "--agents", "20", "--rounds", "2", "--weeks", "2", "--clock-change"];
    let figures = figures(&args);
    let told: BTreeSet<&str> = figures.iter().filter_map(|line| line["what"].as_str()).collect();
    for rule in RULES.iter().filter(|rule| rule.is_of_weeks()) {
        let line = format!("check, {} alone", rule.kind.name());
        assert!(told.contains(line.as_str()), "{line}: {told:?}");
    }
    let of = |what: &str| figures.iter().find(|line| line["what"] == what).unwrap();
    for what in ["check, all rules", "publish, all rules", "publish, rules of a fresh unit"] {
        assert_eq!((&of(what)["shifts"], &of(what)["samples"]), (&100.into(), &2.into()));
    }
    // Every night is a finding: rules that are on are looked at, and no others.
    assert_ne!(of("check, all rules")["findings"], 0);
    assert_eq!(of("check, every rule off")["findings"], 0);
}

#[test]
fn decisions_are_measured_in_units_of_every_size_and_what_is_refused_is_explained() {
    let figures = figures(&["swaps", "--agents", "20,40", "--rounds", "1"]);
    let mut lines = BTreeSet::new();
    for line in &figures {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        assert!(line["samples"].as_u64().unwrap() > 0, "{line}");
        if text("what").ends_with("explained") {
            assert!(line["conflicts"].as_f64().unwrap() >= 1.0, "{line}");
        }
        lines.insert((text("what"), text("rules"), line["agents"].as_u64().unwrap()));
    }
    // Eight things, under two sets of rules, at two sizes.
    assert_eq!(lines.len(), 8 * 2 * 2, "{lines:?}");
}
