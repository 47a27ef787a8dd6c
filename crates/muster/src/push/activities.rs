//! Which activity code a file means, and the time that its base activity takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The code of a shift's ordinary work.
const ON_QUEUE: &str = "OnQueueWork";
/// What CXone calls time that is open for contacts.
const OPEN: &str = "open";

/// What must be known of an activity code.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Code {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
}

/// A unit's activity codes.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    all: Vec<Code>,
    /// The code by the name that files have for it, in lower case.
    named: BTreeMap<String, String>,
}

impl Codes {
    /// From a unit's list, and the names that files have for some of them: `NAME=CODE`.
    pub(crate) fn new(all: Vec<Code>, named: &[(String, String)]) -> Self {
        let named = named.iter().map(|(name, code)| (name.to_lowercase(), code.clone()));
        Self { all, named: named.collect() }
    }

    /// The code of an id or a name, however it is capitalized.
    pub(super) fn find(&self, name: &str) -> Result<&Code, String> {
        let name = self.named.get(&name.to_lowercase()).map_or(name, String::as_str);
        if let Some(code) = self.all.iter().find(|code| code.id == name) {
            return Ok(code);
        }
        let wanted = name.to_lowercase();
        let is_meant =
            |code: &&Code| code.id.to_lowercase() == wanted || code.name.to_lowercase() == wanted;
        let found: Vec<&Code> = self.all.iter().filter(is_meant).collect();
        let ids = |codes: &[&Code]| {
            codes.iter().map(|code| code.id.as_str()).collect::<Vec<_>>().join(", ")
        };
        match found[..] {
            [code] => Ok(code),
            [] => {
                let all: Vec<&Code> = self.all.iter().collect();
                let all = ids(&all);
                Err(format!("is no activity of the unit (there are {all}): name it by --activity"))
            }
            _ => Err(format!("may be one of several activity codes: {}", ids(&found))),
        }
    }

    /// The code of the time outside activities; `None` where that is ordinary work.
    pub(super) fn base(&self, name: &str) -> Result<Option<&Code>, String> {
        match self.find(name) {
            Ok(code) if code.id == ON_QUEUE => Ok(None),
            Ok(code) => Ok(Some(code)),
            Err(_) if name.eq_ignore_ascii_case(OPEN) => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

/// An activity as the API takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    activity_code_id: String,
    offset_minutes: u32,
    length_minutes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<bool>,
}

impl Part {
    /// An activity from a minute of its shift on, which is not before the shift.
    pub(super) fn new(offset_min: i64, length_min: u32, code: &str, paid: Option<bool>) -> Self {
        Self {
            activity_code_id: code.to_owned(),
            offset_minutes: u32::try_from(offset_min).unwrap_or(0),
            length_minutes: length_min,
            paid,
        }
    }
}

/// Sorted parts, with the time between them spent on a code.
pub(super) fn filled(parts: Vec<Part>, length_min: u32, code: &str) -> Vec<Part> {
    let mut all = Vec::with_capacity(2 * parts.len() + 1);
    let mut at = 0;
    for part in parts {
        if at < part.offset_minutes {
            all.push(Part::new(at.into(), part.offset_minutes - at, code, None));
        }
        at = part.offset_minutes + part.length_minutes;
        all.push(part);
    }
    if at < length_min {
        all.push(Part::new(at.into(), length_min - at, code, None));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Codes {
        let code = |id: &str, name: &str| Code { id: id.to_owned(), name: name.to_owned() };
        let all = vec![
            code("Break", "Break"),
            code("OnQueueWork", "OnQueueWork"),
            code("c1", "Coaching"),
            code("c2", "coaching"),
            code("chat", "Chat Work"),
        ];
        Codes::new(all, &[("Night".to_owned(), "chat".to_owned())])
    }

    #[test]
    fn activities_are_found_by_id_or_name_however_capitalized() {
        let id = |name| codes().find(name).map(|code| code.id.clone());
        assert_eq!(id("BREAK"), Ok("Break".to_owned()));
        assert_eq!(id("chat work"), Ok("chat".to_owned()));
        assert_eq!(id("night"), Ok("chat".to_owned()));
        assert_eq!(id("c2"), Ok("c2".to_owned()));
        let several = "may be one of several activity codes: c1, c2".to_owned();
        assert_eq!(id("Coaching"), Err(several));
        assert!(id("Yoga").unwrap_err().contains("(there are Break, OnQueueWork"));
    }

    #[test]
    fn open_and_on_queue_work_are_a_shifts_ordinary_work() {
        let codes = codes();
        let base = |name| codes.base(name).map(|code| code.map(|code| code.id.as_str()));
        assert_eq!(base("Open"), Ok(None));
        assert_eq!(base("onqueuework"), Ok(None));
        assert_eq!(base("chat"), Ok(Some("chat")));
        assert!(base("Evening").is_err());
    }

    #[test]
    fn a_base_activity_fills_what_is_left() {
        let lunch = Part::new(60, 30, "Meal", Some(false));
        let fill = |offset, length| Part::new(offset, length, "chat", None);
        assert_eq!(filled(vec![lunch.clone()], 480, "chat"), [fill(0, 60), lunch, fill(90, 390)]);
        assert_eq!(filled(Vec::new(), 480, "chat"), [fill(0, 480)]);
        let whole = Part::new(0, 480, "Training", None);
        assert_eq!(filled(vec![whole.clone()], 480, "chat"), [whole]);
    }
}
