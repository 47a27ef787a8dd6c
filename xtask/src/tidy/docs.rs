//! Checks on documents: crates and rules say what they are, the map shows every room.

use super::File;

const MAP: &str = "ARCHITECTURE.md";
const MAP_LINES: usize = 300;
const RULES: &str = "crates/muster-core/src/rule/";
const HEADINGS: &[&str] = &["## Context", "## Choice", "## What we gave up"];

/// Each crate and each rule opens with what it is.
pub(super) fn opening(path: &str, text: &str) -> Vec<String> {
    let is_crate = path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs");
    let is_rule = path.starts_with(RULES) && path.ends_with(".rs");
    if (is_crate || is_rule) && !text.starts_with("//!") {
        return vec![format!("{path}: opens without a `//!` that says what it is")];
    }
    Vec::new()
}

/// Each decision says why, what, and at what cost.
pub(super) fn decision(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("docs/decisions/") || !path.ends_with(".md") {
        return Vec::new();
    }
    let missing = HEADINGS.iter().filter(|heading| !text.lines().any(|line| line == **heading));
    missing.map(|heading| format!("{path}: has no heading `{heading}`")).collect()
}

/// The map is short, and names every crate and every top-level module under its crate.
pub(super) fn architecture(files: &[File]) -> Vec<String> {
    let Some(map) = files.iter().find(|file| file.path == MAP) else {
        return vec![format!("{MAP}: there is none")];
    };
    let mut problems = Vec::new();
    let lines = map.text.lines().count();
    if lines >= MAP_LINES {
        problems.push(format!("{MAP}: {lines} lines, it has to stay under {MAP_LINES}"));
    }
    for (name, source) in crates(files) {
        let Some(section) = section(&map.text, name) else {
            problems.push(format!("{MAP}: has no heading that names `{name}`"));
            continue;
        };
        let modules = modules(files, source);
        let missing = modules.iter().filter(|module| !section.contains(&format!("`{module}`")));
        problems.extend(missing.map(|module| format!("{MAP}: `{name}` does not name `{module}`")));
    }
    problems
}

/// Each crate's name and the folder of its source.
fn crates(files: &[File]) -> Vec<(&str, &str)> {
    let manifests = files.iter().filter_map(|file| file.path.strip_suffix("Cargo.toml"));
    let folders = manifests.filter_map(|folder| folder.strip_suffix('/'));
    folders.map(|folder| (folder.rsplit('/').next().unwrap_or(folder), folder)).collect()
}

fn modules<'a>(files: &'a [File], folder: &str) -> Vec<&'a str> {
    let source = format!("{folder}/src/");
    let inside = files.iter().filter_map(|file| file.path.strip_prefix(&source));
    let modules = inside.filter_map(|file| file.strip_suffix(".rs"));
    modules.filter(|module| !module.contains('/') && !["lib", "main"].contains(module)).collect()
}

/// The text from the heading that names the crate to the next heading.
fn section<'a>(map: &'a str, name: &str) -> Option<&'a str> {
    let quoted = format!("`{name}`");
    let mut sections = map.split("\n#");
    sections.find(|section| section.lines().next().is_some_and(|line| line.contains(&quoted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [String; 0] = [];

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_crate_or_a_rule_without_an_opening_is_found() {
        assert_eq!(opening("crates/a/src/lib.rs", "pub mod b;").len(), 1);
        assert_eq!(opening("crates/muster-core/src/rule/rest.rs", "fn check() {}").len(), 1);
        assert_eq!(opening("crates/a/src/lib.rs", "//! What a is.\npub mod b;"), NONE);
        assert_eq!(opening("crates/a/src/b.rs", "fn b() {}"), NONE);
    }

    #[test]
    fn a_decision_without_its_cost_is_found() {
        let text = "# 1\n## Context\n## Choice\n";
        let problems = decision("docs/decisions/0001-a.md", text);
        assert_eq!(problems, ["docs/decisions/0001-a.md: has no heading `## What we gave up`"]);
        assert_eq!(decision("docs/GLOSSARY.md", ""), NONE);
    }

    #[test]
    fn a_crate_or_a_module_that_the_map_leaves_out_is_found() {
        let map = "# Map\n### `a`\n- `one`: first\n### `b`\n- `two`\n";
        let mut files = vec![file(MAP, map)];
        for path in ["crates/a/Cargo.toml", "crates/a/src/lib.rs", "crates/a/src/one.rs"] {
            files.push(file(path, ""));
        }
        assert_eq!(architecture(&files), NONE);
        files.push(file("crates/a/src/two.rs", ""));
        files.push(file("crates/a/src/one/inner.rs", ""));
        files.push(file("crates/c/Cargo.toml", ""));
        let problems = architecture(&files);
        assert_eq!(
            problems,
            [
                "ARCHITECTURE.md: `a` does not name `two`",
                "ARCHITECTURE.md: has no heading that names `c`"
            ]
        );
    }

    #[test]
    fn a_map_that_is_missing_or_too_long_is_found() {
        assert_eq!(architecture(&[]).len(), 1);
        assert_eq!(architecture(&[file(MAP, &"x\n".repeat(MAP_LINES))]).len(), 1);
    }
}
