//! The three values of a clash: what it started from, what is wanted, what is live.

use muster_api::client::{Activity, ConflictIn};
use serde::Deserialize;
use serde_json::Value;

use crate::cli::when::When;

/// A value in the fields of a shift that hold it; one of them is there.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Atom {
    exists: Option<bool>,
    agent_id: Option<String>,
    start: Option<String>,
    length_minutes: i64,
    activities: Option<Vec<Activity>>,
    tags: Option<Vec<String>>,
    external_ids: Option<serde_json::Map<String, Value>>,
    site: Option<String>,
    work_plan: Option<String>,
    note: Option<String>,
}

/// `base`, `yours` and `live` of a clash, a line each; nothing where no values clash.
pub(super) fn lines(finding: &ConflictIn, when: &When) -> Vec<String> {
    let ConflictIn { base, yours, live, .. } = finding;
    let sides = [("base", base), ("yours", yours), ("live", live)];
    // That a shift is there or is not, the message says.
    let says_more = |value: &Value| value.get("exists").is_none();
    if !sides.iter().any(|(_, value)| value.as_ref().is_some_and(says_more)) {
        return Vec::new();
    }
    let line = |(side, value): (&str, &Option<Value>)| {
        let said = value.as_ref().map_or_else(|| "not there".to_owned(), |v| said(v, when));
        format!("{side:<5}  {said}")
    };
    sides.into_iter().map(line).collect()
}

fn said(value: &Value, when: &When) -> String {
    let Ok(atom) = Atom::deserialize(value) else { return value.to_string() };
    let Atom { exists, agent_id, start, length_minutes, activities, tags, external_ids, .. } = atom;
    let text = if let Some(exists) = exists {
        if exists { "there" } else { "deleted" }.to_owned()
    } else if let Some(start) = start {
        span(&start, length_minutes, when)
    } else if let Some(activities) = activities {
        listed(activities.iter().map(activity), "no activities")
    } else if let Some(tags) = tags {
        listed(tags.iter().map(|tag| format!("#{tag}")), "no tags")
    } else if let Some(ids) = external_ids {
        let one = |(system, id): (&String, &Value)| {
            format!("{system} {}", id.as_str().unwrap_or_default())
        };
        listed(ids.iter().map(one), "none")
    } else {
        let text = agent_id.or(atom.site).or(atom.work_plan).or(atom.note);
        text.unwrap_or_else(|| "none".to_owned())
    };
    // What people wrote must not break the lines.
    text.replace(char::is_control, " ")
}

fn span(start: &str, minutes: i64, when: &When) -> String {
    let Ok(from) = muster_api::time::instant(start) else { return start.to_owned() };
    when.span(from, from.plus_min(minutes))
}

/// `Break 15 min, 1:30 in`
fn activity(activity: &Activity) -> String {
    let Activity { activity_code_id, offset_minutes, length_minutes, .. } = activity;
    let (hours, minutes) = (offset_minutes / 60, offset_minutes % 60);
    format!("{activity_code_id} {length_minutes} min, {hours}:{minutes:02} in")
}

fn listed(parts: impl Iterator<Item = String>, none: &str) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { none.to_owned() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: Value, expect: Expect) {
        expect.assert_eq(&said(&value, &When::of("America/Chicago")));
    }

    #[test]
    fn every_part_of_a_shift_is_said_in_one_line() {
        let span = json!({ "start": "2026-03-31T15:00:00Z", "lengthMinutes": 240,
            "timeZone": "America/Chicago" });
        check(span, expect!["Tue 2026-03-31 10:00–14:00"]);
        check(json!({ "agentId": "ana" }), expect!["ana"]);
        check(json!({ "exists": false }), expect!["deleted"]);
        check(json!({ "exists": true }), expect!["there"]);
        let rest = json!({ "activityCodeId": "Break", "offsetMinutes": 90, "lengthMinutes": 15,
            "paid": true });
        check(json!({ "activities": [rest] }), expect!["Break 15 min, 1:30 in"]);
        check(json!({ "activities": [] }), expect!["no activities"]);
        check(json!({ "tags": ["vip", "skill:fr"] }), expect!["#vip; #skill:fr"]);
        check(json!({ "externalIds": { "ukg": "7" } }), expect!["ukg 7"]);
        check(json!({ "site": null }), expect!["none"]);
        check(json!({ "note": "two\nlines" }), expect!["two lines"]);
    }

    #[test]
    fn what_is_not_there_is_said_and_no_clash_says_nothing() {
        let finding = |yours: Value| {
            let finding = json!({ "fingerprint": "f.1", "kind": "FIELD_CHANGED_BOTH",
                "severity": "block", "message": "", "yours": yours });
            ConflictIn::deserialize(&finding).unwrap()
        };
        let clash = lines(&finding(json!({ "agentId": "ana" })), &When::utc());
        assert_eq!(clash, ["base   not there", "yours  ana", "live   not there"]);
        assert!(lines(&finding(Value::Null), &When::utc()).is_empty());
        assert!(lines(&finding(json!({ "exists": false })), &When::utc()).is_empty());
    }
}
