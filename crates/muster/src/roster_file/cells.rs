//! One row, read column by column; every complaint names the column and what stands in it.

use super::FileActivity;
use super::error::Errors;
use super::header::{Columns, Key};
use super::text::Row;
use super::{limits, line};

/// A row being read.
pub(super) struct Cells<'a> {
    row: &'a Row<'a>,
    columns: &'a Columns,
    errors: &'a mut Errors,
}

impl<'a> Cells<'a> {
    pub(super) fn new(row: &'a Row<'a>, columns: &'a Columns, errors: &'a mut Errors) -> Self {
        Self { row, columns, errors }
    }

    pub(super) fn line(&self) -> u64 {
        self.row.line
    }

    pub(super) fn columns(&self) -> &'a Columns {
        self.columns
    }

    /// What stands in a column, without the space around it; empty where there is no column.
    pub(super) fn text(&self, key: Key) -> &'a str {
        let cell = self.columns.find(key).and_then(|index| self.row.cells.get(index));
        cell.unwrap_or_default().trim()
    }

    /// The value, or a complaint about the column.
    pub(super) fn check<T>(&mut self, key: Key, read: Result<T, String>) -> Option<T> {
        read.map_err(|problem| {
            let (name, text) = (self.columns.name_of(key), self.text(key));
            self.errors.push(self.row.line, name, text, problem);
        })
        .ok()
    }

    /// The value of a column that must not be empty; `None` after a complaint.
    pub(super) fn required<T>(
        &mut self,
        key: Key,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key);
        let value =
            if text.is_empty() { Err("a value is required".to_owned()) } else { read(text) };
        self.check(key, value)
    }

    /// The value of a column that may be empty; the outer `None` after a complaint.
    pub(super) fn optional<T>(
        &mut self,
        key: Key,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        let text = self.text(key);
        let value = if text.is_empty() { Ok(None) } else { read(text).map(Some) };
        self.check(key, value)
    }

    /// An activity whose times have been read: its place in the shift is checked.
    pub(super) fn activity(
        &mut self,
        shift: line::Span,
        span: line::Span,
        paid: Option<bool>,
    ) -> Option<FileActivity> {
        let end = self.columns.activity_end();
        let length_min = self.check(end, span.length_min())?;
        self.check(Key::ActivityStart, shift.holds(span.start))?;
        self.check(end, shift.holds(span.end))?;
        let (line, name) = (self.line(), self.text(Key::Activity).to_owned());
        Some(FileActivity { line, name, start: span.start, length_min, paid })
    }
}

/// The name of an activity.
pub(super) fn name(text: &str) -> Result<String, String> {
    at_most(limits::NAME_LEN, text)
}

/// A text of at most so many characters.
pub(super) fn at_most(max: usize, text: &str) -> Result<String, String> {
    let len = text.chars().count();
    if len > max {
        return Err(format!("has {len} characters, at most {max} are allowed"));
    }
    Ok(text.to_owned())
}
