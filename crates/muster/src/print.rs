//! The only place that writes to the terminal.
//!
//! Answers go to stdout, everything about them (progress, remarks, errors) to stderr. A reader
//! that went away is no error.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document.
    Json,
}

impl Format {
    /// Prints an answer: its text, or its JSON.
    pub(crate) fn answer(self, json: &impl Serialize, text: impl FnOnce() -> String) {
        match self {
            Self::Text => out(&text()),
            Self::Json => self::json(json),
        }
    }
}

/// Prints a line or several to stdout.
pub(crate) fn out(text: &str) {
    // Nobody reads any more: there is nobody to tell.
    let _ = writeln!(io::stdout(), "{}", text.trim_end_matches('\n'));
}

/// Prints bytes to stdout, as they are.
pub(crate) fn bytes(bytes: &[u8]) {
    // Nobody reads any more: there is nobody to tell.
    let _ = io::stdout().write_all(bytes);
}

/// Prints a line or several to stderr.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr(), "{}", text.trim_end_matches('\n'));
}

/// Prints a JSON document to stdout.
pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => out(&text),
        Err(error) => remark(&format!("the answer cannot be shown as JSON: {error}")),
    }
}

/// A progress bar on a terminal, which is gone when it is dropped; a line every few seconds
/// elsewhere.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    what: &'static str,
    /// When the last line was written.
    line: Cell<Instant>,
}

/// Time between two lines.
const LINES: Duration = Duration::from_secs(5);

impl Bar {
    /// A bar with a name; its length is told as it becomes known.
    pub(crate) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg} {wide_bar} {human_pos}/{human_len}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, what, line: Cell::new(Instant::now()) }
    }

    /// Shows how far it is.
    pub(crate) fn set(&self, done: u64, of: u64) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        if self.bar.is_hidden() && self.line.get().elapsed() >= LINES {
            self.line.set(Instant::now());
            remark(&format!("{}: {done} of {of}", self.what));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
