//! Many requests in one: `POST /bulk`.

use serde::{Deserialize, Serialize};

use crate::input::Short;

/// What stands or falls together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Atomicity {
    /// Each operation alone.
    #[default]
    Item,
    /// Operations tied by an agent or a swap.
    Component,
    /// All of them.
    All,
}

/// One request of many.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationIn {
    /// What the client calls it.
    #[serde(default)]
    pub id: Option<Short>,
    /// The method.
    pub method: Short,
    /// The path, under `/api/v2/wfm`.
    pub path: String,
    /// The body.
    #[serde(default)]
    pub body: Option<serde_json::Value>,
}

/// `POST /bulk`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkIn {
    /// The requests, in order.
    pub operations: Vec<OperationIn>,
    /// What stands or falls together.
    #[serde(default)]
    pub atomicity: Atomicity,
}

/// The answer to one request of many.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    /// What the client calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The status it would have had alone.
    pub status: u16,
    /// The body it would have had alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<serde_json::value::Value>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn operations_stand_alone_unless_something_else_is_said() {
        let parsed: BulkIn =
            parse(br#"{"operations":[{"method":"DELETE","path":"/scheduling/shifts/s1"}]}"#)
                .unwrap();
        assert_eq!(parsed.atomicity, Atomicity::Item);
        let error = parse::<BulkIn>(br#"{"operations":[{"method":"GET"}]}"#).unwrap_err();
        assert_eq!(error.pointer, "/operations/0/path");
    }
}
