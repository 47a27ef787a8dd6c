//! Checks on the letters of a file.

use super::File;

const COLUMNS: usize = 100;
const LINES: usize = 500;

/// Files that are longer than [`LINES`], with their length. The list may only shrink.
const LONGER: &[(&str, usize)] = &[];

/// Words for work left undone, put together here so that this file does not contain them.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

/// Folders of somebody's machine.
const MACHINE: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

fn at(path: &str, index: usize) -> String {
    format!("{path}:{}", index + 1)
}

/// No line of code is wider than the screen's half.
pub(super) fn columns(path: &str, text: &str) -> Vec<String> {
    if !has_extension(path, &["rs", "sql"]) {
        return Vec::new();
    }
    // A snapshot, and what a test expects to be told, stand there as they were printed.
    let mut is_told = false;
    let widths = text.lines().map(|line| {
        is_told = if is_told { !line.contains("\"#]]") } else { line.contains("expect![[r#\"") };
        let is_own = !is_told && !line.trim_start().starts_with("insta::assert_");
        if is_own { line.chars().count() } else { 0 }
    });
    let widths = widths.enumerate();
    let wide = widths.filter(|(_, width)| *width > COLUMNS);
    wide.map(|(n, width)| format!("{}: {width} columns, at most {COLUMNS}", at(path, n))).collect()
}

/// No file is too long to be read in one go.
pub(super) fn length(path: &str, text: &str) -> Vec<String> {
    length_with(path, text, LONGER)
}

fn length_with(path: &str, text: &str, longer: &[(&str, usize)]) -> Vec<String> {
    if !has_extension(path, &["rs", "sql"]) {
        return Vec::new();
    }
    let lines = text.lines().count();
    match longer.iter().find(|(listed, _)| *listed == path) {
        None if lines > LINES => vec![format!("{path}: {lines} lines, at most {LINES}")],
        Some((_, most)) if lines > *most => {
            vec![format!("{path}: {lines} lines, at most {most} as listed")]
        }
        Some((_, most)) if lines < *most => {
            vec![format!("{path}: {lines} lines, listed with {most}: lower the entry")]
        }
        _ => Vec::new(),
    }
}

/// Work left undone belongs in an issue.
pub(super) fn unfinished(path: &str, text: &str) -> Vec<String> {
    if !has_extension(path, &["rs", "sql", "md", "toml"]) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let word = UNFINISHED.iter().find(|word| line.contains(*word));
        problems
            .extend(word.map(|word| format!("{}: `{word}`: finish it or drop it", at(path, n))));
    }
    problems
}

/// Nothing points into a folder of the machine it was written on.
pub(super) fn machine_paths(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let folder = MACHINE.iter().find(|folder| starts_a_path(line, folder));
        problems.extend(folder.map(|folder| format!("{}: a path in `{folder}`", at(path, n))));
    }
    problems
}

/// Whether the folder stands at the beginning of a path, not in the middle of a longer one.
fn starts_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(index, _)| {
        let before = line[..index].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}*".contains(c))
    })
}

/// A module's file carries the module's name.
pub(super) fn module_file(path: &str, _text: &str) -> Vec<String> {
    let is_mod = path.rsplit('/').next() == Some("mod.rs");
    if is_mod { vec![format!("{path}: name it after its folder")] } else { Vec::new() }
}

/// The length of the file in the middle.
pub(super) fn median(files: &[File]) -> usize {
    let rust = files.iter().filter(|file| has_extension(&file.path, &["rs"]));
    let mut lines = rust.map(|file| file.text.lines().count()).collect::<Vec<_>>();
    lines.sort_unstable();
    lines.get(lines.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [String; 0] = [];

    #[test]
    fn a_line_over_a_hundred_columns_is_found() {
        assert_eq!(columns("a.rs", &"ü".repeat(100)), NONE);
        assert_eq!(columns("a.sql", &"x".repeat(101)), ["a.sql:1: 101 columns, at most 100"]);
        assert_eq!(columns("a.md", &"x".repeat(101)), NONE);
        let snapshot = format!("    insta::assert_snapshot!(a, @\"{}\");", "x".repeat(101));
        assert_eq!(columns("a.rs", &snapshot), NONE);
        let wide = "x".repeat(101);
        let told = format!("expect![[r#\"\n{wide}\n\"#]]\n{wide}");
        assert_eq!(columns("a.rs", &told), ["a.rs:4: 101 columns, at most 100"]);
    }

    #[test]
    fn a_long_file_is_found_and_an_exception_only_shrinks() {
        let text = "x\n".repeat(501);
        assert_eq!(length("a.rs", &"x\n".repeat(500)), NONE);
        assert_eq!(length("a.rs", &text), ["a.rs: 501 lines, at most 500"]);
        assert_eq!(length_with("a.rs", &text, &[("a.rs", 501)]), NONE);
        assert_eq!(length_with("a.rs", &text, &[("a.rs", 500)]).len(), 1);
        assert_eq!(length_with("a.rs", &text, &[("a.rs", 502)]).len(), 1);
    }

    #[test]
    fn work_left_undone_is_found() {
        for word in UNFINISHED {
            assert_eq!(unfinished("a.rs", &format!("fn a() {{}}\n// {word} more")).len(), 1);
        }
        assert_eq!(unfinished("a.rs", "fn today() {}"), NONE);
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        for folder in MACHINE {
            assert_eq!(machine_paths("a.md", &format!("see {folder}x")).len(), 1);
            assert_eq!(machine_paths("a.md", &format!("http://a.example{folder}x")), NONE);
        }
    }

    #[test]
    fn a_module_file_without_a_name_is_found() {
        assert_eq!(module_file("crates/a/src/b/mod.rs", "").len(), 1);
        assert_eq!(module_file("crates/a/src/b.rs", ""), NONE);
    }

    #[test]
    fn the_median_is_the_file_in_the_middle() {
        let file = |path: &str, lines| File { path: path.to_owned(), text: "x\n".repeat(lines) };
        let files = [file("a.rs", 1), file("b.rs", 9), file("c.rs", 5), file("d.md", 700)];
        assert_eq!(median(&files), 5);
        assert_eq!(median(&[]), 0);
    }
}
