//! Migrations: every engine has the same numbers, from 1 without a gap.

use std::collections::{BTreeMap, BTreeSet};

use super::File;

/// Looks at files such as `…/migrations/sqlite/V1__ledger.sql`.
pub(super) fn numbers(files: &[File]) -> Vec<String> {
    let mut engines = BTreeMap::<&str, BTreeSet<u32>>::new();
    let mut problems = Vec::new();
    for file in files {
        let Some((_, inside)) = file.path.split_once("/migrations/") else { continue };
        let Some((engine, name)) = inside.split_once('/') else { continue };
        let numbers = engines.entry(engine).or_default();
        match number(name) {
            None => problems.push(format!("{}: not named V<number>__<what>.sql", file.path)),
            Some(number) if !numbers.insert(number) => {
                problems.push(format!("{}: number {number} is there twice", file.path));
            }
            Some(_) => {}
        }
    }
    let last = engines.values().flatten().max().copied().unwrap_or_default();
    for (engine, numbers) in &engines {
        let missing = (1..=last).filter(|number| !numbers.contains(number));
        problems.extend(
            missing.map(|number| format!("migrations/{engine}: number {number} is missing")),
        );
    }
    problems
}

fn number(name: &str) -> Option<u32> {
    let (number, what) = name.strip_prefix('V')?.split_once("__")?;
    let is_named = what.strip_suffix(".sql").is_some_and(|what| !what.is_empty());
    number.parse().ok().filter(|number| is_named && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(names: &[&str]) -> Vec<String> {
        let path = |name: &&str| format!("crates/l/migrations/{name}");
        let file = |name| File { path: path(name), text: String::new() };
        numbers(&names.iter().map(file).collect::<Vec<_>>())
    }

    #[test]
    fn engines_with_the_same_numbers_are_well() {
        let none: [String; 0] = [];
        assert_eq!(problems(&["sqlite/V1__a.sql", "postgres/V1__a.sql"]), none);
        assert_eq!(problems(&["sqlite/V1__a.sql", "sqlite/V2__b.sql"]), none);
    }

    #[test]
    fn a_number_that_one_engine_lacks_is_found() {
        let problems = problems(&["sqlite/V1__a.sql", "sqlite/V2__b.sql", "postgres/V1__a.sql"]);
        assert_eq!(problems, ["migrations/postgres: number 2 is missing"]);
    }

    #[test]
    fn a_gap_a_double_and_a_strange_name_are_found() {
        assert_eq!(problems(&["sqlite/V2__b.sql"]).len(), 1);
        assert_eq!(problems(&["sqlite/V1__a.sql", "sqlite/V1__b.sql"]).len(), 1);
        assert_eq!(problems(&["sqlite/first.sql"]).len(), 1);
    }
}
