//! How a shift looks in the API's document, by where it stands: alone, in an agent's week, or in a
//! change set. They are one type, and what a place does not take is refused when it is read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{Op, ShiftIn};

/// What only a change set says of a shift.
const OF_EDITS: [&str; 2] = ["op", "shiftId"];
/// What is said once for a whole request.
const OF_REQUESTS: [&str; 4] = ["acknowledge", "reason", "businessUnitId", "baseVersion"];

/// A shift that is written alone.
pub(super) fn alone(schema: &mut Schema) {
    remove(schema, &OF_EDITS);
}

fn remove(schema: &mut Schema, names: &[&str]) {
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
}

/// A shift in an agent's week.
pub(crate) struct Listed;

impl JsonSchema for Listed {
    fn schema_name() -> Cow<'static, str> {
        "ListedShiftIn".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = ShiftIn::json_schema(generator);
        remove(&mut schema, &OF_REQUESTS);
        let about = "A shift of an agent's week: what is absent stays as it was.";
        schema.insert("description".to_owned(), json!(about));
        schema
    }
}

/// A member of a change set.
pub(crate) struct Edited;

impl JsonSchema for Edited {
    fn schema_name() -> Cow<'static, str> {
        "ShiftEditIn".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Listed::json_schema(generator);
        let mut op = generator.subschema_for::<Op>();
        op.insert("description".to_owned(), json!("What to do."));
        let id = json!({
            "description": "Which shift; `id` says the same.",
            "anyOf": [generator.subschema_for::<muster_core::id::ShiftId>(), { "type": "null" }],
        });
        if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            members.insert("op".to_owned(), op.to_value());
            members.insert("shiftId".to_owned(), id);
        }
        schema.insert("required".to_owned(), json!(["op"]));
        let about = "What to do to a shift: what is absent stays as it was.";
        schema.insert("description".to_owned(), json!(about));
        schema
    }
}
