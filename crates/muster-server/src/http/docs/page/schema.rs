//! Schemas as HTML.

use serde_json::Value;

use super::text::{escaped, prose};

/// The members of an object, each with its type and what it says.
pub(super) fn members(schema: &Value) -> String {
    let required = schema["required"].as_array();
    let is_required = |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name));
    let rows = schema["properties"].as_object().into_iter().flatten().map(|(name, member)| {
        let must = if is_required(name) { " <b class=\"must\">required</b>" } else { "" };
        format!(
            "<tr><th><code>{}</code>{must}</th><td>{}</td><td>{}</td></tr>",
            escaped(name),
            type_of(member),
            prose(member["description"].as_str()),
        )
    });
    format!("<table>{}</table>", rows.collect::<String>())
}

/// What a value may be, in a few words, with links to schemas that have a name.
pub(super) fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    let choices = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(choices) = choices {
        return alternatives(choices);
    }
    if let Some(only) = schema.get("const") {
        return format!("<code>{}</code>", escaped(&plain(only)));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| format!("<code>{}</code>", escaped(&plain(value)))).collect();
        return values.join(" ");
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        Value::String(kind) => vec![kind.as_str()],
        _ => vec!["any"],
    };
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|kind| match kind {
            "array" => format!("list of {}", type_of(&schema["items"])),
            "object" if schema["additionalProperties"].is_object() => {
                format!("map of {}", type_of(&schema["additionalProperties"]))
            }
            other => other.to_owned(),
        })
        .collect();
    format!("{}{}", kinds.join(" or "), limits(schema))
}

/// Constants with what each means stand one below the other.
fn alternatives(choices: &[Value]) -> String {
    let about = |choice: &Value| choice["description"].as_str().map(str::to_owned);
    if choices.iter().any(|choice| choice.get("const").is_some()) {
        let rows = choices.iter().map(|choice| {
            let (kind, about) = (type_of(choice), about(choice).unwrap_or_default());
            format!("<tr><th>{kind}</th><td>{}</td></tr>", escaped(&about))
        });
        return format!("<table>{}</table>", rows.collect::<String>());
    }
    choices.iter().map(type_of).collect::<Vec<_>>().join(" or ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn limits(schema: &Value) -> String {
    let names = [
        ("format", ""),
        ("minimum", "from "),
        ("maximum", "to "),
        ("minLength", "at least "),
        ("maxLength", "at most "),
        ("minItems", "at least "),
        ("maxItems", "at most "),
        ("maxProperties", "at most "),
        ("pattern", ""),
    ];
    let told = names.iter().filter_map(|(name, word)| {
        let value = schema.get(*name)?;
        let unit = match *name {
            "minLength" | "maxLength" => " characters",
            "minItems" | "maxItems" | "maxProperties" => " entries",
            _ => "",
        };
        Some(format!("{word}{}{unit}", escaped(&plain(value))))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return String::new();
    }
    format!("<br><span class=\"dim\">{}</span>", told.join(", "))
}
