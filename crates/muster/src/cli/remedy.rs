//! Remedies as commands that can be typed; as requests where no command sends them.

use muster_api::ROOT;
use muster_api::client::RemedyIn;
use serde_json::{Map, Value};

/// Longest body that is written out.
const BODY: usize = 400;

/// The command that sends a remedy.
pub(crate) fn command(remedy: &RemedyIn) -> String {
    typed(remedy).unwrap_or_else(|| {
        let RemedyIn { method, href, body, .. } = remedy;
        let body = body.as_ref().map(ToString::to_string).unwrap_or_default();
        let shown: String = body.chars().take(BODY).collect();
        let more = if shown.len() < body.len() { "… (--json has it all)" } else { "" };
        format!("{method} {href} {shown}{more}").trim_end().to_owned()
    })
}

/// `None` where no command says all of what the remedy says.
fn typed(remedy: &RemedyIn) -> Option<String> {
    let path = remedy.href.strip_prefix(ROOT).filter(|_| remedy.method == "POST")?;
    let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (verb, id) = match path[..] {
        ["scheduling", "schedules", id, verb @ ("publish" | "revert")] => {
            (format!("schedule {verb}"), id)
        }
        ["scheduling", "shiftswaps", id, verb @ ("approve" | "deny")] => {
            (format!("swap {verb}"), id)
        }
        ["timeoffrequests", id, verb @ ("approve" | "deny")] => (format!("timeoff {verb}"), id),
        _ => return None,
    };
    let nothing = Map::new();
    let body = match &remedy.body {
        None => &nothing,
        Some(body) => body.as_object()?,
    };
    let mut command = format!("muster {verb} {id}");
    for (name, value) in body {
        for part in flag(name, value)? {
            command.push(' ');
            command += &part;
        }
    }
    let findings = body.get("acknowledge").and_then(Value::as_array).into_iter().flatten();
    if findings.into_iter().any(Value::is_string) && !body.contains_key("reason") {
        // To be filled in: without words in it, it is refused.
        command += " --reason '…'";
    }
    Some(command)
}

/// A member of a body as arguments; `None` where there are none for it.
fn flag(name: &str, value: &Value) -> Option<Vec<String>> {
    let each = |flag: &'static str, values: &Value| -> Option<Vec<String>> {
        let values = values.as_array()?.iter().map(|value| value.as_str().map(quoted));
        let values = values.collect::<Option<Vec<String>>>()?;
        Some(values.into_iter().flat_map(|value| [flag.to_owned(), value]).collect())
    };
    match name {
        "mode" if value == "perAgent" => Some(Vec::new()),
        "mode" => Some(vec!["--mode".to_owned(), quoted(value.as_str()?)]),
        "acknowledge" => {
            let text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
            let all = value.as_array()?.iter().map(|one| quoted(&text(one)));
            Some(all.flat_map(|one| ["--ack".to_owned(), one]).collect())
        }
        "agentIds" => each("--agent", value),
        "reason" => Some(vec!["--reason".to_owned(), quoted(value.as_str()?)]),
        "revision" => Some(vec!["--revision".to_owned(), value.as_u64()?.to_string()]),
        "resolutions" => {
            let mut parts = Vec::new();
            for resolution in value.as_array()? {
                let part = |name: &str| resolution[name].as_str();
                let (shift, atom, keep) = (part("shiftId")?, part("atom")?, part("keep")?);
                parts.extend(["--keep".to_owned(), format!("{shift}/{atom}={keep}")]);
            }
            Some(parts)
        }
        _ => None,
    }
}

/// A value as a shell takes it.
pub(crate) fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:-/=".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn remedy(href: &str, body: Value) -> String {
        command(&RemedyIn {
            id: "r".to_owned(),
            title: "do it".to_owned(),
            way: "instead".to_owned(),
            method: "POST".to_owned(),
            href: href.to_owned(),
            body: Some(body),
            requires: Vec::new(),
        })
    }

    #[test]
    fn remedies_that_a_command_can_send_are_commands() {
        let publish = json!({ "mode": "perAgent", "acknowledge": ["9c1e.240"], "agentIds": ["ana"],
            "reason": "ana's day is agreed",
            "resolutions": [{ "shiftId": "s1", "atom": "span", "keep": "yours" }] });
        let typed = [
            "muster schedule publish d1 --ack 9c1e.240 --agent ana",
            r"--reason 'ana'\''s day is agreed' --keep s1/span=yours",
        ];
        assert_eq!(remedy("/api/v2/wfm/scheduling/schedules/d1/publish", publish), typed.join(" "));
        assert_eq!(
            remedy("/api/v2/wfm/timeoffrequests/t1/deny", json!({})),
            "muster timeoff deny t1"
        );
        assert_eq!(
            remedy("/api/v2/wfm/scheduling/shiftswaps/w1/approve", json!({"acknowledge": ["f"]})),
            "muster swap approve w1 --ack f --reason '…'"
        );
        let rule = json!({ "acknowledge": [{ "kind": "K", "reason": "it's agreed" }] });
        assert_eq!(
            remedy("/api/v2/wfm/scheduling/shiftswaps/w1/approve", rule),
            r#"muster swap approve w1 --ack '{"kind":"K","reason":"it'\''s agreed"}'"#
        );
    }

    #[test]
    fn a_remedy_that_says_more_than_a_command_can_stays_a_request() {
        let body = json!({ "edits": [] });
        assert_eq!(
            remedy("/api/v2/wfm/scheduling/schedules/d1/publish", body.clone()),
            "POST /api/v2/wfm/scheduling/schedules/d1/publish {\"edits\":[]}"
        );
        assert_eq!(
            remedy("/api/v2/wfm/scheduling/shifts", body),
            "POST /api/v2/wfm/scheduling/shifts {\"edits\":[]}"
        );
    }
}
