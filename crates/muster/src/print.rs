//! The only place that writes to the terminal.
//!
//! Answers go to stdout, everything about them (progress, remarks, errors) to stderr. A reader
//! that went away is no error.

use std::io::{self, Write};
use std::time::Duration;

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

/// A progress bar on a terminal, nothing elsewhere. It is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

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
        Self(bar)
    }

    /// Shows how far it is.
    pub(crate) fn set(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
