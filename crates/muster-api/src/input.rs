//! Requests as bytes to values, with errors that name the field and the value.

mod text;

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::problem::Code;
use crate::time::Reading;

pub(crate) use text::ReadOnly;
pub use text::{ExternalId, Long, Short, double};

/// Longest part of a value that an error repeats, in characters.
const SHOWN: usize = 200;

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {value} {problem}")]
pub struct BadInput {
    /// 400 when it is no JSON, else 422.
    pub status: u16,
    /// What is wrong with it, for programs.
    pub code: Code,
    /// Where, as a JSON pointer; empty for the whole request.
    pub pointer: String,
    /// The value, as JSON.
    pub value: String,
    /// What is wrong with it.
    pub problem: String,
    /// What a wall time that names no single instant may mean.
    pub readings: Option<Reading>,
}

impl BadInput {
    /// A value that cannot be.
    #[must_use]
    pub fn invalid(
        pointer: impl Into<String>,
        value: &impl ToString,
        problem: impl Into<String>,
    ) -> Self {
        Self {
            status: 422,
            code: Code::Invalid,
            pointer: pointer.into(),
            value: shown(&value.to_string()),
            problem: problem.into(),
            readings: None,
        }
    }

    /// A field that must be there.
    #[must_use]
    pub fn missing(pointer: impl Into<String>) -> Self {
        Self { code: Code::MissingField, ..Self::invalid(pointer, &"null", "is missing") }
    }

    /// A field that nobody knows.
    #[must_use]
    pub fn unknown_field(pointer: impl Into<String>, value: &impl ToString) -> Self {
        Self { code: Code::UnknownField, ..Self::invalid(pointer, value, "is not a known field") }
    }

    /// The same, with another pointer before its own.
    #[must_use]
    pub fn within(mut self, pointer: &str) -> Self {
        self.pointer.insert_str(0, pointer);
        self
    }
}

/// Parses a request.
///
/// # Errors
/// [`BadInput`] names the field and the value that cannot be.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BadInput> {
    // A struct would also be read from a list, field after field; nobody means that.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        return Err(BadInput::invalid("", &"a list", "is not an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| bad_value(bytes, error.path(), error.inner()))?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// Parses a request whose body may be left out.
///
/// # Errors
/// [`BadInput`] names the field and the value that cannot be.
pub fn parse_or_default<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<T, BadInput> {
    if bytes.iter().all(u8::is_ascii_whitespace) { Ok(T::default()) } else { parse(bytes) }
}

fn malformed(error: &serde_json::Error) -> BadInput {
    let problem = format!("is not JSON: {error}");
    BadInput {
        status: 400,
        code: Code::MalformedJson,
        ..BadInput::invalid("", &"the body", problem)
    }
}

fn bad_value(bytes: &[u8], path: &Path, error: &serde_json::Error) -> BadInput {
    if !error.is_data() {
        return malformed(error);
    }
    let text = error.to_string();
    // The place in the text says less than the pointer does.
    let problem = text.rsplit_once(" at line ").map_or(text.as_str(), |(problem, _)| problem);
    let mut pointer = pointer(path);
    let document: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    if let Some(field) = quoted(problem, "missing field `") {
        pointer.push('/');
        pointer.push_str(&escaped(field));
        return BadInput::missing(pointer);
    }
    if let Some(field) = quoted(problem, "unknown field `") {
        let last = format!("/{}", escaped(field));
        if !pointer.ends_with(&last) {
            pointer.push_str(&last);
        }
        let value = document.pointer(&pointer).cloned().unwrap_or_default();
        return BadInput::unknown_field(pointer, &value);
    }
    let value = document.pointer(&pointer).cloned().unwrap_or_default();
    BadInput::invalid(pointer, &value, format!("cannot be taken: {}", plain(problem)))
}

/// Our types' names say nothing to clients.
fn plain(problem: &str) -> String {
    let Some((before, expected)) = problem.rsplit_once("expected ") else {
        return problem.to_owned();
    };
    let expected = match expected {
        "u32" | "u64" => "a whole number, not negative",
        "i64" => "a whole number",
        _ if expected.starts_with("struct ") => "an object",
        _ => expected,
    };
    format!("{before}expected {expected}")
}

fn quoted<'a>(problem: &'a str, before: &str) -> Option<&'a str> {
    problem.strip_prefix(before)?.split('`').next()
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn pointer(path: &Path) -> String {
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", escaped(key))),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    segments.collect()
}

fn shown(value: &str) -> String {
    if value.chars().count() <= SHOWN {
        return value.to_owned();
    }
    let mut text: String = value.chars().take(SHOWN).collect();
    text.push('…');
    text
}

#[cfg(test)]
mod tests;
