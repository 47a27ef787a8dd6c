//! How commands fail: what is said, and the exit code.

use std::fmt::Write as _;
use std::process::ExitCode;

use muster_api::client::Refusal;
use serde_json::json;

use super::findings;
use super::when::When;
use crate::print::{self, Format};
use crate::roster_file::FileError;

/// The command line asks for something that cannot be: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// The server refuses. Times are shown in the zone of the unit it is about.
#[derive(Debug, thiserror::Error)]
#[error("{refusal}")]
pub(crate) struct Refused {
    /// What it says.
    pub(crate) refusal: Box<Refusal>,
    /// The unit's zone.
    pub(crate) when: When,
}

impl Refused {
    /// Whether somebody must decide something.
    pub(crate) fn needs_decision(&self) -> bool {
        !self.refusal.conflicts.is_empty() || self.refusal.code == "CONFLICT"
    }

    /// What clashes, by cause.
    pub(crate) fn conflicts(&self) -> String {
        findings::grouped(&findings::unowned(&self.refusal.conflicts), &self.when)
    }
}

/// A file cannot be read; nothing of it was.
#[derive(Debug, thiserror::Error)]
#[error("nothing of {path} was imported")]
pub(crate) struct BadFile {
    /// The file.
    pub(crate) path: String,
    /// Everything that is wrong with it.
    pub(crate) errors: Vec<FileError>,
}

/// Says what went wrong.
pub(crate) fn report(error: &anyhow::Error, format: Format) -> ExitCode {
    let refused = error.downcast_ref::<Refused>();
    let file = error.downcast_ref::<BadFile>();
    match format {
        Format::Json => match (refused, file) {
            (Some(refused), _) => print::json(&refused.refusal),
            (None, Some(file)) => print::json(&in_file(file)),
            (None, None) => print::json(&json!({ "message": chain(error) })),
        },
        Format::Text => match (refused, file) {
            (Some(refused), _) => print::remark(&refusal(refused)),
            (None, Some(file)) => print::remark(&file_errors(file)),
            (None, None) => print::remark(&format!("muster: {}", chain(error))),
        },
    }
    if error.is::<Usage>() {
        ExitCode::from(2)
    } else if refused.is_some_and(Refused::needs_decision) {
        ExitCode::from(3)
    } else {
        ExitCode::from(1)
    }
}

/// An error and what is behind it, each said once.
fn chain(error: &anyhow::Error) -> String {
    let mut shown: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !shown.iter().any(|said| said.contains(&text)) {
            shown.push(text);
        }
    }
    shown.join(": ")
}

fn in_file(file: &BadFile) -> serde_json::Value {
    let errors = file.errors.iter().map(|error| {
        let FileError { line, column, value, problem } = error;
        json!({ "line": line, "column": column, "value": value, "problem": problem })
    });
    let message = file.to_string();
    json!({ "message": message, "file": file.path, "errors": errors.collect::<Vec<_>>() })
}

fn file_errors(file: &BadFile) -> String {
    let mut text: String =
        file.errors.iter().map(|error| format!("{}: {error}\n", file.path)).collect();
    let _ = write!(text, "muster: {file}");
    text
}

/// A refusal for people: title, what exactly, the field, and the conflicts.
fn refusal(refused: &Refused) -> String {
    let refusal = &*refused.refusal;
    let Refusal { code, title, detail, details, conflicts, context_id, status, .. } = refusal;
    let mut text = format!("muster: {title} ({code})\n");
    if !detail.is_empty() && conflicts.is_empty() {
        let _ = writeln!(text, "  {detail}");
    }
    for part in details {
        // What the detail says already is not said twice.
        let named = part.field_name.iter().chain(&part.entity_id);
        for (name, value) in ["field", "value"].iter().zip(named) {
            if !value.is_empty() && !detail.contains(value.as_str()) {
                let _ = writeln!(text, "  {name}: {value}");
            }
        }
    }
    if let Some(wait) = refusal.retry.after_ms {
        let _ = writeln!(text, "  try again in {} s", wait.div_ceil(1_000));
    }
    if *status >= 500 {
        let _ = writeln!(text, "  the server's log knows it as {context_id}");
    }
    if !conflicts.is_empty() {
        text.push('\n');
        text += &refused.conflicts();
    }
    text
}
