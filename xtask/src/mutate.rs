//! The mutation check: each mutant is applied to a copy of the tree, and has to be noticed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::cargo::{cargo, ensure_tools, root};
use crate::mutants::Mutant;
use crate::postgres::Postgres;
use crate::tidy;

/// What a run of the tests said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    NothingRan,
    DidNotBuild,
}

/// Runs the mutants whose name contains `only`.
pub(crate) fn run(mutants: &[&[Mutant]], only: Option<&str>) -> Result<()> {
    ensure_tools()?;
    let is_chosen = |mutant: &&Mutant| only.is_none_or(|part| mutant.name.contains(part));
    let chosen = mutants.iter().copied().flatten().filter(is_chosen).collect::<Vec<_>>();
    ensure!(!chosen.is_empty(), "no mutant to try: nothing would be checked");
    let copy = copy_tree()?;
    let server = Postgres::start()?;
    let mut problems = Vec::new();
    for mutant in &chosen {
        match attempt(&copy, mutant, &server)
            .with_context(|| format!("mutant `{}`", mutant.name))?
        {
            None => println!("noticed   {}", mutant.name),
            Some(problem) => {
                println!("PROBLEM   {}: {problem}", mutant.name);
                problems.push(format!("{}: {problem}", mutant.name));
            }
        }
    }
    std::fs::remove_dir_all(&copy).with_context(|| format!("remove {}", copy.display()))?;
    ensure!(
        problems.is_empty(),
        "{} of {}:\n{}",
        problems.len(),
        chosen.len(),
        problems.join("\n")
    );
    println!("all {} mutants were noticed", chosen.len());
    Ok(())
}

/// Tries one mutant and puts the file back. `None` when it was noticed.
fn attempt(copy: &Path, mutant: &Mutant, server: &Postgres) -> Result<Option<&'static str>> {
    let file = copy.join(mutant.file);
    let original =
        std::fs::read_to_string(&file).with_context(|| format!("read {}", mutant.file))?;
    let changed = mutated(&original, mutant)?;
    // A test that fails anyway, or a filter that finds none, would prove nothing.
    let before = test(copy, mutant, server)?;
    if before != Verdict::Passed {
        return Ok(judge(before, Verdict::Failed));
    }
    std::fs::write(&file, changed).with_context(|| format!("write {}", mutant.file))?;
    let after = test(copy, mutant, server);
    std::fs::write(&file, original).with_context(|| format!("restore {}", mutant.file))?;
    Ok(judge(before, after?))
}

/// What is wrong, given the tests' verdict on the source as it is and on the mutant.
fn judge(before: Verdict, after: Verdict) -> Option<&'static str> {
    match (before, after) {
        (Verdict::Passed, Verdict::Failed) => None,
        (Verdict::Passed, Verdict::Passed) => Some("survived: no test fails"),
        (Verdict::Passed, Verdict::DidNotBuild) => Some("does not compile, which proves nothing"),
        (Verdict::NothingRan, _) | (Verdict::Passed, Verdict::NothingRan) => {
            Some("the filter selects no test")
        }
        (Verdict::Failed, _) => Some("its tests fail without it"),
        (Verdict::DidNotBuild, _) => Some("its tests do not build without it"),
    }
}

/// The text with the mutant applied.
pub(crate) fn mutated(text: &str, mutant: &Mutant) -> Result<String> {
    let Mutant { name, file, find, replace, .. } = mutant;
    ensure!(find != replace, "mutant `{name}` changes nothing");
    match text.matches(find).count() {
        1 => Ok(text.replacen(find, replace, 1)),
        count => bail!("mutant `{name}`: {file} holds `{find}` {count} times, not once"),
    }
}

fn test(copy: &Path, mutant: &Mutant, server: &Postgres) -> Result<Verdict> {
    let args =
        ["nextest", "run", "--all-features", "--package", mutant.package, "-E", mutant.tests];
    let mut command = cargo(args);
    command.current_dir(copy).env("CARGO_TARGET_DIR", scratch().join("target"));
    verdict(server.shown_to(command.stdout(Stdio::null()).stderr(Stdio::null())))
}

/// Nextest's exit codes are part of its interface.
fn verdict(command: &mut Command) -> Result<Verdict> {
    let status = command.status().context("start cargo nextest")?;
    match status.code() {
        Some(0) => Ok(Verdict::Passed),
        Some(4) => Ok(Verdict::NothingRan),
        Some(100) => Ok(Verdict::Failed),
        Some(101) => Ok(Verdict::DidNotBuild),
        _ => bail!("cargo nextest ended with {status}, which says nothing about a test"),
    }
}

/// Under `target/`, so that what was built serves the next run and nothing is left elsewhere.
fn scratch() -> PathBuf {
    root().join("target/mutants")
}

/// Copies what git knows; the working tree itself is never changed.
fn copy_tree() -> Result<PathBuf> {
    let copy = scratch().join("tree");
    if copy.exists() {
        std::fs::remove_dir_all(&copy).with_context(|| format!("remove {}", copy.display()))?;
    }
    for path in tidy::paths()? {
        let target = copy.join(&path);
        let folder = target.parent().expect("a file in the copy has a folder");
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        std::fs::copy(root().join(&path), &target).with_context(|| format!("copy {path}"))?;
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUTANT: Mutant = Mutant {
        name: "less becomes more",
        file: "a.rs",
        find: "a < b",
        replace: "a > b",
        package: "a",
        tests: "all()",
    };

    #[test]
    fn a_mutant_changes_its_one_place() {
        assert_eq!(mutated("if a < b {}", &MUTANT).unwrap(), "if a > b {}");
        assert!(mutated("if a <= b {}", &MUTANT).is_err());
        assert!(mutated("a < b && a < b", &MUTANT).is_err());
        assert!(mutated("a < b", &Mutant { replace: MUTANT.find, ..MUTANT }).is_err());
    }

    #[test]
    fn only_a_test_that_fails_because_of_the_mutant_counts() {
        assert_eq!(judge(Verdict::Passed, Verdict::Failed), None);
        for verdict in [Verdict::Passed, Verdict::NothingRan, Verdict::DidNotBuild] {
            assert!(judge(Verdict::Passed, verdict).is_some());
            assert!(verdict == Verdict::Passed || judge(verdict, Verdict::Failed).is_some());
        }
        assert!(judge(Verdict::Failed, Verdict::Failed).is_some());
    }
}
