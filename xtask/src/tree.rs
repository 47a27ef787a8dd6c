//! What the core depends on, as a file: a new crate in it shows in the diff of a change.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::cargo::{capture, cargo, root};

const SNAPSHOT: &str = "docs/core-dependencies.txt";
const HEADER: &str = "\
# Every crate that runs inside muster-core: all features, any platform, versions in Cargo.lock.
# Written by `cargo xtask gen`, compared by `cargo xtask test`.
";

/// Rewrites the snapshot.
pub(crate) fn write() -> Result<()> {
    std::fs::write(path(), current()?).with_context(|| format!("write {SNAPSHOT}"))?;
    println!("wrote {SNAPSHOT}");
    Ok(())
}

/// Fails when the snapshot is not what cargo says now.
pub(crate) fn check() -> Result<()> {
    let recorded = std::fs::read_to_string(path()).with_context(|| format!("read {SNAPSHOT}"))?;
    let differences = differences(&recorded, &current()?);
    if differences.is_empty() {
        println!("{SNAPSHOT} is what cargo says");
        return Ok(());
    }
    let differences = differences.join("\n");
    bail!("{SNAPSHOT} is out of date; if this is meant, run `cargo xtask gen`:\n{differences}")
}

fn path() -> PathBuf {
    root().join(SNAPSHOT)
}

fn current() -> Result<String> {
    let tree = ["tree", "--package", "muster-core", "--all-features", "--target", "all"];
    let edges = ["--edges", "normal,no-proc-macro", "--charset", "ascii"];
    Ok(render(&capture(cargo(tree).args(edges))?))
}

/// The tree without versions and folders, which change without anything new coming in.
fn render(tree: &str) -> String {
    let lines = tree.lines().map(|line| {
        let (name, rest) = line.split_once(" v").unwrap_or((line, ""));
        if rest.ends_with("(*)") { format!("{name} (*)\n") } else { format!("{name}\n") }
    });
    HEADER.to_owned() + &lines.collect::<String>()
}

fn differences(recorded: &str, current: &str) -> Vec<String> {
    let only = |text: &str, other: &str, sign: char| -> Vec<String> {
        let lines = text.lines().filter(|line| !other.lines().any(|l| l == *line));
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    let mut found = only(recorded, current, '-');
    found.extend(only(current, recorded, '+'));
    if found.is_empty() && recorded != current {
        found.push("the same crates in another order or place".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_folders_are_left_out() {
        let tree = "core v0.1.0 (/somewhere)\n|-- a v1.2.3\n`-- b v2.0.0 (*)\n";
        assert_eq!(render(tree), format!("{HEADER}core\n|-- a\n`-- b (*)\n"));
    }

    #[test]
    fn a_new_crate_and_a_lost_one_are_named() {
        assert_eq!(differences("core\n|-- a\n", "core\n|-- b\n"), ["- |-- a", "+ |-- b"]);
        assert_eq!(differences("a\nb\n", "b\na\n").len(), 1);
        assert_eq!(differences("a\nb\n", "a\nb\n"), [""; 0]);
    }
}
