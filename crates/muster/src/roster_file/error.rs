//! What is wrong with a file, as sorted values that name line, column and value.

use std::fmt;

/// Most errors that one reading returns.
const ERRORS: usize = 200;
/// Longest value that an error repeats, in characters.
const VALUE_LEN: usize = 120;

/// One error of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileError {
    /// The line, counted from 1.
    pub(crate) line: u64,
    /// The column as the header spells it; empty when the whole line is meant.
    pub(crate) column: String,
    /// What stands there, cut to a readable length; empty when nothing does.
    pub(crate) value: String,
    /// What is wrong with it, and what to do.
    pub(crate) problem: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, value, problem } = self;
        write!(f, "line {line}")?;
        if !column.is_empty() {
            write!(f, ", column {column:?}")?;
        }
        f.write_str(": ")?;
        if !value.is_empty() {
            write!(f, "{value:?} ")?;
        }
        f.write_str(problem)
    }
}

impl std::error::Error for FileError {}

/// The errors found so far: the first [`ERRORS`] by line, and whether there were more.
#[derive(Debug, Default)]
pub(super) struct Errors {
    kept: Vec<FileError>,
    more: bool,
}

impl Errors {
    pub(super) fn push(
        &mut self,
        line: u64,
        column: &str,
        value: &str,
        problem: impl Into<String>,
    ) {
        let value = match value.char_indices().nth(VALUE_LEN) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.to_owned(),
        };
        let column = column.to_owned();
        self.kept.push(FileError { line, column, value, problem: problem.into() });
        // A damaged file of a million lines must not fill the memory with its errors.
        if self.kept.len() >= 16 * ERRORS {
            self.keep_first();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether there are more errors already than are shown.
    pub(super) fn is_full(&self) -> bool {
        self.more || self.kept.len() > ERRORS
    }

    fn keep_first(&mut self) {
        // Stable: the errors of one line stay in the order of its columns.
        self.kept.sort_by_key(|error| error.line);
        self.more |= self.kept.len() > ERRORS;
        self.kept.truncate(ERRORS);
    }

    pub(super) fn finish(mut self) -> Result<(), Vec<FileError>> {
        self.keep_first();
        let Some(last) = self.kept.last() else { return Ok(()) };
        if self.more {
            let problem = format!("more errors follow; these are the first {ERRORS}");
            let (column, value) = (String::new(), String::new());
            self.kept.push(FileError { line: last.line, column, value, problem });
        }
        Err(self.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_200_errors_are_shown_by_line_and_the_rest_is_mentioned() {
        let mut errors = Errors::default();
        for line in (1..=5_000).rev() {
            errors.push(line, "agent", "", "a value is required");
        }
        let errors = errors.finish().unwrap_err();
        assert_eq!(errors.len(), 201);
        assert_eq!(errors[0].to_string(), "line 1, column \"agent\": a value is required");
        assert_eq!(errors[199].line, 200);
        assert_eq!(
            errors[200].to_string(),
            "line 200: more errors follow; these are the first 200"
        );
    }

    #[test]
    fn exactly_200_errors_are_all_of_them() {
        let mut errors = Errors::default();
        (1..=200).for_each(|line| errors.push(line, "", "", "is odd"));
        assert_eq!(errors.finish().unwrap_err().len(), 200);
        assert_eq!(Errors::default().finish(), Ok(()));
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let mut errors = Errors::default();
        errors.push(1, "note", &"é".repeat(500), "is too long");
        let errors = errors.finish().unwrap_err();
        assert_eq!(errors[0].value, format!("{}…", "é".repeat(VALUE_LEN)));
    }
}
