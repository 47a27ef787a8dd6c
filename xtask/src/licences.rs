//! Licences we may ship, no code from elsewhere than crates.io, and no library twice.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::metadata::{self, Package};

/// Permissive ones, and MPL-2.0, which asks only that changes to its own files stay open.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "MPL-2.0+",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Libraries whose types or state would not meet if two versions were linked.
const ONCE: &[&str] =
    &["axum", "hyper", "imbl", "jiff", "reqwest", "rusqlite", "rustls", "serde", "tokio"];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn run() -> Result<()> {
    let packages = metadata::everything()?;
    let problems = problems(&packages);
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let outside = packages.iter().filter(|package| package.source.is_some()).count();
    println!("{outside} outside crates, all from crates.io under a licence we may ship");
    Ok(())
}

fn problems(packages: &[Package]) -> Vec<String> {
    let outside = || packages.iter().filter(|package| package.source.is_some());
    let mut problems = Vec::new();
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for package in outside() {
        let Package { name, version, licence, .. } = package;
        versions.entry(name).or_default().push(version);
        if package.source.as_deref() != Some(REGISTRY) {
            problems.push(format!("{name} {version} does not come from crates.io"));
        }
        if !is_allowed(licence) {
            problems.push(format!("{name} {version} has the licence `{licence}`, not in our list"));
        }
    }
    for (name, versions) in versions {
        if versions.len() > 1 && ONCE.contains(&name) {
            problems.push(format!("{name} is linked more than once: {}", versions.join(", ")));
        }
    }
    problems
}

/// Whether an SPDX expression lets us choose licences of our list only.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words = spaced.split_whitespace().collect::<Vec<_>>();
    let mut rest = words.as_slice();
    either(&mut rest) && rest.is_empty()
}

fn either(rest: &mut &[&str]) -> bool {
    let mut allowed = all_of(rest);
    while take(rest, "OR") {
        allowed |= all_of(rest);
    }
    allowed
}

fn all_of(rest: &mut &[&str]) -> bool {
    let mut allowed = one(rest);
    while take(rest, "AND") {
        allowed &= one(rest);
    }
    allowed
}

fn one(rest: &mut &[&str]) -> bool {
    if take(rest, "(") {
        let allowed = either(rest);
        return take(rest, ")") && allowed;
    }
    let Some((licence, after)) = rest.split_first() else { return false };
    *rest = after;
    if take(rest, "WITH") {
        // An exception only adds permissions.
        *rest = rest.get(1..).unwrap_or_default();
    }
    ALLOWED.contains(licence)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, licence: &str, source: &str) -> Package {
        let [name, version, licence] = [name, version, licence].map(str::to_owned);
        Package { name, version, licence, source: Some(source.to_owned()), dependencies: vec![] }
    }

    #[test]
    fn an_expression_is_allowed_when_a_choice_is() {
        assert!(is_allowed("MIT OR GPL-3.0-only"));
        assert!(is_allowed("MIT/Apache-2.0"));
        assert!(is_allowed("(MIT OR GPL-3.0-only) AND Unicode-3.0"));
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only"));
        assert!(!is_allowed("MIT AND GPL-3.0-only"));
        assert!(!is_allowed("(MIT"));
        assert!(!is_allowed(""));
    }

    #[test]
    fn a_licence_a_source_and_a_duplicate_are_refused() {
        let problems = problems(&[
            package("left", "1.0.0", "GPL-3.0-only", REGISTRY),
            package("right", "1.0.0", "MIT", "git+https://example.com/right"),
            package("tokio", "1.0.0", "MIT", REGISTRY),
            package("tokio", "2.0.0", "MIT", REGISTRY),
            package("syn", "1.0.0", "MIT", REGISTRY),
            package("syn", "2.0.0", "MIT", REGISTRY),
        ]);
        assert_eq!(
            problems,
            [
                "left 1.0.0 has the licence `GPL-3.0-only`, not in our list",
                "right 1.0.0 does not come from crates.io",
                "tokio is linked more than once: 1.0.0, 2.0.0",
            ]
        );
    }
}
