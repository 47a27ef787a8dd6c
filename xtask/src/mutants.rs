//! The table of mutants: ways to break the source that some test has to notice.
//!
//! A mutant that survives means that the promise it breaks is not tested. Add one with every
//! rule, and for every promise whose loss would go unseen.

mod access;
mod core;
mod load;
mod nodes;

/// One way to break the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mutant {
    /// What is broken, in a few words.
    pub(crate) name: &'static str,
    /// The file, relative to the root.
    pub(crate) file: &'static str,
    /// The text to replace; it has to stand in the file exactly once.
    pub(crate) find: &'static str,
    /// What it becomes; it has to compile.
    pub(crate) replace: &'static str,
    /// The package whose tests are run.
    pub(crate) package: &'static str,
    /// A nextest filter: at least one of these tests has to fail.
    pub(crate) tests: &'static str,
}

/// All of them.
pub(crate) const MUTANTS: &[&[Mutant]] = &[access::ACCESS, core::CORE, load::LOAD, nodes::NODES];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::root;
    use crate::mutate::mutated;

    #[test]
    fn every_mutant_still_finds_its_place() {
        for mutant in MUTANTS.iter().copied().flatten() {
            let text = std::fs::read_to_string(root().join(mutant.file)).unwrap_or_default();
            let changed = mutated(&text, mutant);
            assert!(changed.is_ok(), "{:#}", changed.unwrap_err());
        }
    }
}
