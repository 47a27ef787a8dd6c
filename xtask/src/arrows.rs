//! Which crate may depend on which: the arrows of ARCHITECTURE.md, and no others.

use anyhow::{Result, bail};

use crate::metadata::{self, Package};

/// Each crate of ours, and those of ours that it may use outside its tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("muster-core", &[]),
    ("muster-api", &["muster-core"]),
    ("muster-ledger", &["muster-core"]),
    ("muster-server", &["muster-api", "muster-ledger", "muster-core"]),
    ("muster-connect", &["muster-api"]),
    (
        "muster",
        // The core for importers and the oracle: docs/decisions/0007.
        &["muster-server", "muster-connect", "muster-ledger", "muster-api", "muster-core"],
    ),
    ("xtask", &[]),
];

/// The crate that has to be free of the others even in its tests.
const CORE: &str = "muster-core";

/// Outside crates that speak SQL, and the one crate of ours that may use them.
const SQL: (&[&str], &str) =
    (&["rusqlite", "refinery", "tokio-postgres", "deadpool-postgres", "sqlx"], "muster-ledger");

pub(crate) fn run() -> Result<()> {
    let problems = problems(&metadata::ours()?);
    if problems.is_empty() {
        println!("every dependency among our crates is one of the arrows");
        return Ok(());
    }
    bail!("{}", problems.join("\n"))
}

fn problems(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(|package| problems_of(package, packages)).collect()
}

fn problems_of(package: &Package, packages: &[Package]) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
        return vec![format!("{name} is a new crate: add its arrows to xtask/src/arrows.rs")];
    };
    let mut problems = Vec::new();
    for dependency in &package.dependencies {
        let (to, is_dev) = (dependency.name.as_str(), dependency.is_dev);
        // A crate may name itself in its tests, to turn on a feature of its own.
        let is_ours = to != name && packages.iter().any(|package| package.name == to);
        if is_ours && is_dev && name == CORE {
            problems.push(format!("the tests of {CORE} use {to}: they may use none of ours"));
        }
        if is_ours && !is_dev && !allowed.contains(&to) {
            problems.push(format!("{name} depends on {to}: that is not one of the arrows"));
        }
        if !is_dev && name != SQL.1 && SQL.0.contains(&to) {
            problems.push(format!("{name} depends on {to}: only {} speaks SQL", SQL.1));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, normal: &[&str], dev: &[&str]) -> Package {
        let dependency = |name: &&str, is_dev| Dependency { name: (*name).to_owned(), is_dev };
        let normal = normal.iter().map(|name| dependency(name, false));
        let dev = dev.iter().map(|name| dependency(name, true));
        let dependencies = normal.chain(dev).collect();
        Package { name: name.to_owned(), dependencies, ..Package::default() }
    }

    fn problems_with(name: &str, normal: &[&str], dev: &[&str]) -> Vec<String> {
        let mut packages = vec![package(name, normal, dev)];
        let others = ARROWS.iter().filter(|(other, _)| *other != name);
        packages.extend(others.map(|(other, _)| package(other, &[], &[])));
        problems(&packages)
    }

    #[test]
    fn the_arrows_are_allowed_and_outside_crates_are_free() {
        let none: [String; 0] = [];
        assert_eq!(problems_with("muster-server", &["muster-core", "axum"], &[]), none);
        assert_eq!(problems_with("muster-ledger", &["rusqlite"], &["muster-api"]), none);
        assert_eq!(problems_with("muster-core", &["imbl"], &["muster-core"]), none);
    }

    #[test]
    fn another_direction_is_refused() {
        let problems = problems_with("muster-api", &["muster-server"], &[]);
        assert_eq!(
            problems,
            ["muster-api depends on muster-server: that is not one of the arrows"]
        );
    }

    #[test]
    fn the_core_has_none_of_ours_even_in_tests() {
        assert_eq!(problems_with("muster-core", &[], &["muster-api"]).len(), 1);
    }

    #[test]
    fn sql_stays_in_the_ledger() {
        let problems = problems_with("muster-server", &["rusqlite"], &[]);
        assert_eq!(problems, ["muster-server depends on rusqlite: only muster-ledger speaks SQL"]);
    }

    #[test]
    fn a_new_crate_needs_its_arrows() {
        assert_eq!(problems_with("muster-extra", &[], &[]).len(), 1);
    }
}
