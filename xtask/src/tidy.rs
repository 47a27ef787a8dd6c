//! Checks on the repository's text: sizes, names, documents. Each is a pure function from a
//! path and a text, or from all files, to the problems it finds.

mod docs;
mod files;
mod migrations;
mod rooms;
mod text;

use anyhow::{Result, bail};

pub(crate) use files::{File, paths};

/// From a path and its text.
type FileCheck = fn(&str, &str) -> Vec<String>;
/// From all files.
type TreeCheck = fn(&[File]) -> Vec<String>;

const PER_FILE: &[FileCheck] = &[
    text::columns,
    text::length,
    text::unfinished,
    text::machine_paths,
    text::module_file,
    docs::opening,
    docs::decision,
    rooms::pure_core,
    rooms::real_time_apart,
    rooms::clients_outside,
];

const WHOLE: &[TreeCheck] = &[docs::architecture, migrations::numbers];

pub(crate) fn run() -> Result<()> {
    let files = files::read()?;
    println!("{} files; median Rust file {} lines", files.len(), text::median(&files));
    let problems = problems(&files);
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{} problems:\n{}", problems.len(), problems.join("\n"))
}

fn problems(files: &[File]) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        problems.extend(PER_FILE.iter().flat_map(|check| check(&file.path, &file.text)));
    }
    problems.extend(WHOLE.iter().flat_map(|check| check(files)));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let problems = problems(&files::read().unwrap());
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    #[test]
    fn problems_of_one_file_reach_the_report() {
        let file = File { path: "crates/a/src/b/mod.rs".to_owned(), text: String::new() };
        assert!(!problems(&[file]).is_empty());
    }
}
