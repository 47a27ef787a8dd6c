//! The schemas of the API's document (OpenAPI 3.1), derived from the very types that requests are
//! parsed into and answers are written from.
//!
//! A type may be spelled differently in the two directions (what may be left out of a request is
//! always answered), so there is a generator for each. [`Schemas::finish`] brings both
//! together.

mod example;

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Where references to schemas of requests, and in the end to all schemas, point.
const TAKEN: &str = "/components/schemas";
/// Where references to schemas of answers point, until both are brought together.
const ANSWERED: &str = "/components/answered";

/// The schemas that a document's operations speak of.
#[derive(Debug)]
pub struct Schemas {
    taken: SchemaGenerator,
    answered: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        let generator = |contract, path: &str| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.contract = contract;
                settings.definitions_path = path.to_owned().into();
                settings.meta_schema = None;
            });
            settings.into_generator()
        };
        Self {
            taken: generator(Contract::Deserialize, TAKEN),
            answered: generator(Contract::Serialize, ANSWERED),
        }
    }
}

/// How a type looks in a direction.
pub type Schemed = fn(&mut Schemas) -> Value;

/// How a type looks that a client sends.
pub fn taken<T: JsonSchema>(schemas: &mut Schemas) -> Value {
    schemas.taken.subschema_for::<T>().to_value()
}

/// How a type looks that a client is answered.
pub fn answered<T: JsonSchema>(schemas: &mut Schemas) -> Value {
    schemas.answered.subschema_for::<T>().to_value()
}

/// The members of a type that a client sends, with all that is said of each, and the names of those
/// that must be there: parameters of a query.
#[must_use]
pub fn members<T: JsonSchema>(schemas: &mut Schemas) -> Vec<(String, bool, Value)> {
    let schema = T::json_schema(&mut schemas.taken).to_value();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(members) = schema["properties"].as_object() else { return Vec::new() };
    let is_required = |name: &String| required.iter().any(|one| one == name);
    members.iter().map(|(n, value)| (n.clone(), is_required(n), value.clone())).collect()
}

impl Schemas {
    /// Puts the schemas into a document, and an example into each.
    pub fn finish(mut self, document: &mut Value) {
        let mut all = self.taken.take_definitions(true);
        let mut renamed = Map::new();
        for (name, schema) in self.answered.take_definitions(true) {
            let same = all.get(&name).is_some_and(|taken| spelled(taken) == spelled(&schema));
            let own = if same || !all.contains_key(&name) {
                name.clone()
            } else {
                format!("{name}Answered")
            };
            renamed.insert(name, json!(own));
            all.insert(own, schema);
        }
        document["components"]["schemas"] = Value::Object(all);
        settle(document, &renamed);
        example::add(document);
    }
}

/// A schema as text, whichever generator made it.
fn spelled(schema: &Value) -> String {
    schema.to_string().replace(ANSWERED, TAKEN)
}

/// Points all references where the schemas are in the end, says the width of integers as JSON
/// Schema does, and leaves out that what is absent is `null`.
fn settle(value: &mut Value, renamed: &Map<String, Value>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                let name = reference.strip_prefix('#').and_then(|r| r.strip_prefix(ANSWERED));
                let name = name.and_then(|name| renamed.get(name.trim_start_matches('/')));
                if let Some(name) = name.and_then(Value::as_str) {
                    *reference = format!("#{TAKEN}/{name}");
                }
            }
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            // What comes twice in a set is taken once.
            members.remove("uniqueItems");
            let most = match members.get("format").and_then(Value::as_str) {
                Some("uint16") => Some((json!("int32"), json!(u16::MAX))),
                Some("uint32") => Some((json!("int64"), json!(u32::MAX))),
                Some("uint" | "uint64") => Some((json!("int64"), json!(u64::MAX))),
                _ => None,
            };
            if let Some((format, most)) = most {
                members.insert("format".to_owned(), format);
                members.entry("maximum").or_insert(most);
            }
            members.values_mut().for_each(|member| settle(member, renamed));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, renamed)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
