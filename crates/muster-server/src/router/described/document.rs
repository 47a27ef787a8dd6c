//! The document itself.

use std::collections::BTreeMap;

use muster_api::job::JobView;
use muster_api::openapi::{Schemas, answered};
use serde_json::{Map, Value, json};

use super::operation::{Body, Link, Operation, Reply};
use super::{groups, parameter, refusal};
use crate::access::SCOPES;
use crate::router::{ANY, Route, routes};

/// The API as OpenAPI 3.1 has it.
pub(crate) fn document() -> Value {
    let mut schemas = Schemas::default();
    let scopes: BTreeMap<_, _> =
        routes().into_iter().map(|Route { method, path, scope }| ((method, path), scope)).collect();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut tags = Vec::new();
    for group in groups() {
        tags.push(json!({ "name": group.name, "description": group.about }));
        for operation in &group.operations {
            let scope = scopes.get(&(operation.method, operation.path.as_str()));
            let scope = scope.copied().flatten();
            let value = described(operation, group.name, scope, &mut schemas);
            let path = paths.entry(operation.path.clone()).or_default();
            path.insert(operation.method.to_lowercase(), value);
        }
    }
    let responses = refusal::responses(&mut schemas);
    let mut document = json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": "Muster",
            "summary": "Scheduling for contact centres",
            "description": include_str!("about.md"),
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This server." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "responses": responses,
            "headers": refusal::all_headers(),
            "securitySchemes": security(),
        },
    });
    schemas.finish(&mut document);
    document
}

fn security() -> Value {
    let scopes: Map<String, Value> =
        SCOPES.iter().map(|&scope| (scope.to_owned(), json!(reach(scope)))).collect();
    json!({
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials of a client that `muster client create` made.",
            "flows": { "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": scopes }},
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of this server, or of the issuer that it trusts.",
        },
    })
}

/// What a scope lets a client do.
fn reach(scope: &str) -> String {
    let (of, may) = scope.trim_start_matches("wfm:").split_once(':').unwrap_or((scope, "all"));
    match (of, may) {
        ("wfm:admin", _) | ("admin", _) => "All of it.".to_owned(),
        (_, "read") => format!("Reads: {of}."),
        (_, "write") => format!("Changes: {of}."),
        (_, _) => format!("Decides: {may}, {of}."),
    }
}

fn described(
    operation: &Operation,
    tag: &str,
    scope: Option<&str>,
    schemas: &mut Schemas,
) -> Value {
    let Operation { id, summary, about, .. } = operation;
    let mut value = json!({
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "description": if about.is_empty() { summary } else { about },
        "parameters": parameters(operation, schemas),
        "responses": responses(operation, scope.is_some(), schemas),
        "security": match scope {
            Some(ANY) => json!([{ "oauth2": [] }, { "bearer": [] }]),
            Some(scope) => json!([{ "oauth2": [scope] }, { "bearer": [scope] }]),
            None => json!([]),
        },
    });
    if let Some(body) = &operation.body {
        value["requestBody"] = requested(body, schemas);
    }
    value
}

fn parameters(operation: &Operation, schemas: &mut Schemas) -> Vec<Value> {
    let mut all = parameter::of_path(&operation.path, schemas);
    if let Some(members) = operation.query {
        for (name, is_required, mut schema) in members(schemas) {
            let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            all.push(json!({ "name": name, "in": "query", "required": is_required,
                             "description": about, "schema": without_null(schema) }));
        }
    }
    all.extend(operation.parameters.iter().map(|parameter| parameter.to_value(schemas)));
    all
}

/// A query has no `null`: what is absent is not there.
fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            schema["type"] = only.clone();
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = &choices[..] {
            return only.clone();
        }
    }
    schema
}

fn requested(body: &Body, schemas: &mut Schemas) -> Value {
    let example: Value = serde_json::from_str(body.example).unwrap_or_default();
    let content = json!({ body.media: { "schema": (body.schema)(schemas), "example": example }});
    json!({ "required": body.is_required, "content": content })
}

fn responses(operation: &Operation, has_scope: bool, schemas: &mut Schemas) -> Value {
    let mut all = Map::new();
    if operation.can_wait {
        all.insert("202".to_owned(), later(schemas));
    }
    for reply in &operation.replies {
        let mut value = replied(reply, has_scope, schemas);
        if reply.status < 300 && !operation.links.is_empty() {
            value["links"] = linked(&operation.links);
        }
        all.insert(reply.status.to_string(), value);
    }
    for status in &operation.refusals {
        let reference = format!("#/components/responses/{}", refusal::name(*status));
        all.insert(status.to_string(), json!({ "$ref": reference }));
    }
    Value::Object(all)
}

/// That a job has taken it.
fn later(schemas: &mut Schemas) -> Value {
    let reply = Reply {
        status: 202,
        about: "A job has taken it, as `respond-async` asks or the size of it does.",
        content: vec![("application/json", answered::<JobView>)],
        has_tag: false,
    };
    let mut value = replied(&reply, false, schemas);
    let names = ["X-Correlation-Id", "Location", "Preference-Applied"];
    value["headers"] = Value::Object(refusal::headers(&names));
    let link = |operation| Link { operation, parameters: &[("id", "$response.body#/id")] };
    value["links"] = linked(&["getJob", "listJobResults", "cancelJob"].map(link));
    value
}

fn linked(links: &[Link]) -> Value {
    let link = |Link { operation, parameters }: &Link| {
        let parameters: BTreeMap<_, _> = parameters.iter().copied().collect();
        let about = "What is answered is a parameter of this operation.";
        let value = json!({ "operationId": operation, "parameters": parameters,
                            "description": about });
        ((*operation).to_owned(), value)
    };
    Value::Object(links.iter().map(link).collect())
}

fn replied(reply: &Reply, has_scope: bool, schemas: &mut Schemas) -> Value {
    let mut headers = refusal::headers(&["X-Correlation-Id"]);
    if has_scope {
        let names = ["Muster-Revision", "RateLimit", "RateLimit-Policy"];
        headers.extend(refusal::headers(&names));
    }
    if reply.has_tag {
        headers.extend(refusal::headers(&["ETag"]));
    }
    let content = reply.content.iter();
    let content: Map<String, Value> = content
        .map(|(media, schema)| ((*media).to_owned(), json!({ "schema": schema(schemas) })))
        .collect();
    let mut value = json!({ "description": reply.about, "headers": headers });
    if !content.is_empty() {
        value["content"] = Value::Object(content);
    }
    value
}
