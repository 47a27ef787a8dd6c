use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::router::{Route, routes};

#[test]
fn every_route_is_described_and_every_description_has_a_route() {
    let groups = groups();
    let operations = groups.iter().flat_map(|group| &group.operations);
    let described: Vec<_> = operations.map(|o| (o.method, o.path.clone())).collect();
    let once: BTreeSet<_> = described.iter().cloned().collect();
    assert_eq!(once.len(), described.len(), "described twice");
    let routes = routes().into_iter().map(|Route { method, path, .. }| (method, path.to_owned()));
    let routes: BTreeSet<_> = routes.collect();
    let missing: Vec<_> = routes.difference(&once).collect();
    let left: Vec<_> = once.difference(&routes).collect();
    assert!(missing.is_empty() && left.is_empty(), "not described {missing:?}, no route {left:?}");
}

#[test]
fn every_example_of_a_body_is_read_as_the_handlers_read_it() {
    for group in groups() {
        for operation in group.operations {
            let Some(body) = operation.body else { continue };
            let read = (body.read)(body.example.as_bytes());
            assert!(read.is_ok(), "{} {}: {read:?}", operation.method, operation.path);
        }
    }
}

#[test]
fn every_operation_says_what_it_is_and_how_it_can_end() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{name}: {id} twice");
            for member in ["summary", "description"] {
                assert!(operation[member].as_str().unwrap().len() > 5, "{name}: {member}");
            }
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
            let is_open = operation["security"].as_array().unwrap().is_empty();
            for status in ["400", "401", "403", "429", "503"] {
                assert!(is_open || responses.contains_key(status), "{name}: {status}");
            }
            let mut names = BTreeSet::new();
            for parameter in operation["parameters"].as_array().unwrap() {
                let known = (parameter["name"].to_string(), parameter["in"].to_string());
                assert!(names.insert(known), "{name}: {parameter} twice");
                let about = parameter["description"].as_str().unwrap_or_default();
                assert!(about.len() > 5, "{name}: {parameter}");
            }
        }
    }
    for link in found(&document, "links") {
        for to in link.as_object().unwrap().values() {
            assert!(ids.contains(to["operationId"].as_str().unwrap()), "{to}");
        }
    }
}

#[test]
fn every_member_of_every_schema_is_described_and_every_object_has_an_example() {
    let document = document();
    let mut bare = Vec::new();
    members(&document, "", &mut bare);
    assert!(bare.is_empty(), "without a description: {bare:#?}");
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(!schema["examples"][0].is_null(), "{name} has no example");
        assert!(schema["description"].as_str().is_some_and(|d| d.len() > 3), "{name}");
    }
}

/// The members of schemas that say nothing of themselves.
fn members(value: &Value, place: &str, bare: &mut Vec<String>) {
    match value {
        Value::Object(all) => {
            let own = all.get("properties").and_then(Value::as_object);
            for (name, member) in own.into_iter().flatten() {
                if member["description"].as_str().is_none_or(str::is_empty) {
                    bare.push(format!("{place}/{name}"));
                }
            }
            all.iter().for_each(|(name, inner)| members(inner, &format!("{place}/{name}"), bare));
        }
        Value::Array(all) => all.iter().for_each(|inner| members(inner, place, bare)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// All values of a member, wherever it stands.
fn found<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    match value {
        Value::Object(all) => {
            let own = all.get(name).into_iter();
            own.chain(all.values().flat_map(|inner| found(inner, name))).collect()
        }
        Value::Array(all) => all.iter().flat_map(|inner| found(inner, name)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[test]
fn every_reference_leads_somewhere_and_everything_is_referred_to() {
    let document = document();
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for reference in found(&document, "$ref") {
        let reference = reference.as_str().unwrap();
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
        *used.entry(pointer.to_owned()).or_default() += 1;
    }
    for kind in ["schemas", "responses", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert!(used.contains_key(&format!("/components/{kind}/{name}")), "{kind} {name}");
        }
    }
}
