//! Examples of whole objects, put together from those of their members.

use serde_json::{Map, Value, json};

/// How deep examples go: below it, lists are empty and what may be absent is.
const DEPTH: usize = 5;

/// Gives every schema of an object an example.
pub(super) fn add(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object() else { return };
    let schemas = schemas.clone();
    let place = &mut document["components"]["schemas"];
    for (name, schema) in &schemas {
        if schema.get("examples").is_none() {
            let example = of(schema, &schemas, DEPTH).unwrap_or_default();
            place[name]["examples"] = json!([example]);
        }
    }
}

/// An example of a schema; none where it would go too deep.
pub(super) fn of(schema: &Value, all: &Map<String, Value>, depth: usize) -> Option<Value> {
    if let Some(example) = schema["examples"].get(0) {
        return Some(example.clone());
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return of(all.get(name)?, all, depth.checked_sub(1)?);
    }
    if let Some(only) = schema.get("const") {
        return Some(only.clone());
    }
    if let Some(first) = schema["enum"].get(0) {
        return Some(first.clone());
    }
    let choices = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(choices) = choices {
        let members = schema["properties"].is_object();
        let chosen = choices.iter().find_map(|choice| of(choice, all, depth));
        if !members {
            return chosen;
        }
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    match kind.unwrap_or("object") {
        "object" => object(schema, all, depth),
        "array" => {
            let item = of(&schema["items"], all, depth);
            Some(item.map_or_else(|| json!([]), |item| json!([item])))
        }
        "string" => Some(json!(text(schema))),
        "integer" | "number" => {
            Some(schema.get("minimum").filter(|m| **m != json!(0)).cloned().unwrap_or(json!(30)))
        }
        "boolean" => Some(json!(false)),
        _ => Some(Value::Null),
    }
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("date") => "2026-03-30",
        Some("date-time") => "2026-03-30T07:00:00Z",
        _ => "…",
    }
}

fn object(schema: &Value, all: &Map<String, Value>, depth: usize) -> Option<Value> {
    let required = schema["required"].as_array();
    let is_required = |name: &String| required.is_some_and(|all| all.iter().any(|n| n == name));
    let mut example = Map::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        match of(member, all, depth) {
            Some(value) => drop(example.insert(name.clone(), value)),
            None if is_required(name) => return None,
            None => {}
        }
    }
    if let Some(values) = schema.get("additionalProperties").filter(|v| v.is_object()) {
        example.insert("name".to_owned(), of(values, all, depth)?);
    }
    Some(Value::Object(example))
}
