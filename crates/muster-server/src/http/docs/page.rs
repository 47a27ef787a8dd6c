//! The document as one page of HTML that asks for nothing else: no script is needed, and nothing is
//! loaded, as the policy that comes with it makes sure.

mod schema;
mod text;

use serde_json::{Map, Value};

use schema::{members, type_of};
use text::{escaped, prose};

/// How the page looks.
pub(super) const STYLE: &str = include_str!("page.css");
/// What makes it searchable.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// The page.
pub(super) fn page(document: &Value) -> String {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or("");
    let title = escaped(text("/info/title"));
    let chapters = chapters(document);
    let (mut nav, mut body) = (String::new(), String::new());
    for (tag, operations) in &chapters {
        let name = tag["name"].as_str().unwrap_or_default();
        let id = format!("tag-{}", name.to_lowercase().replace(' ', "-"));
        let name = escaped(name);
        nav += &format!("<strong><a href=\"#{id}\">{name}</a></strong><ul>");
        body += &format!("<h2 id=\"{id}\">{name}</h2>{}", prose(tag["description"].as_str()));
        for (path, method, operation) in operations {
            let (own, summary) = (anchor(operation), escaped(said(operation, "summary")));
            let verb = method.to_uppercase();
            nav += &format!(
                "<li><a href=\"#{own}\"><span class=\"method {method}\">{verb}</span>{summary}</a>\
                 </li>"
            );
            body += &section(document, path, method, operation);
        }
        nav += "</ul>";
    }
    nav += "<strong><a href=\"#schemas\">Schemas</a></strong><ul>";
    body += "<h2 id=\"schemas\">Schemas</h2>";
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        nav += &format!("<li><a href=\"#schema-{name}\">{name}</a></li>");
        body += &shape(name, schema);
    }
    nav += "</ul>";
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>{STYLE}</style></head><body><nav>\
         <input id=\"search\" type=\"search\" placeholder=\"Search ( / )\" aria-label=\"Search\" \
         hidden>{nav}</nav><main><h1>{title} <span class=\"dim\">{}</span></h1>{}\
         <p><a href=\"docs/openapi.json\">The document for programs (OpenAPI 3.1)</a></p>\
         {body}</main><script>{SCRIPT}</script></body></html>\n",
        escaped(text("/info/version")),
        prose(document.pointer("/info/description").and_then(Value::as_str)),
    )
}

type Listed<'a> = (&'a String, &'a String, &'a Value);

/// The operations of each tag, in the order of the tags.
fn chapters(document: &Value) -> Vec<(&Value, Vec<Listed<'_>>)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all: Vec<Listed<'_>> = paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path, method, operation))
        })
        .collect();
    let tags = document["tags"].as_array().into_iter().flatten();
    tags.map(|tag| {
        let of_tag = all.iter().filter(|(.., operation)| operation["tags"][0] == tag["name"]);
        (tag, of_tag.copied().collect())
    })
    .collect()
}

fn said<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn anchor(operation: &Value) -> String {
    escaped(said(operation, "operationId"))
}

/// One operation.
fn section(document: &Value, path: &str, method: &str, operation: &Value) -> String {
    let (id, verb) = (anchor(operation), method.to_uppercase());
    let scope = &operation["security"][0]["oauth2"][0];
    let scope = match scope.as_str() {
        Some(scope) => format!("<p class=\"dim\">Scope: <code>{}</code></p>", escaped(scope)),
        None => String::new(),
    };
    let (summary, about) = (said(operation, "summary"), said(operation, "description"));
    let about = if about == summary { String::new() } else { prose(Some(about)) };
    format!(
        "<section id=\"{id}\"><h3><a href=\"#{id}\"><span class=\"method {method}\">{verb}</span> \
         {}</a></h3><p>{}</p>{about}{scope}{}{}{}</section>",
        escaped(path),
        escaped(summary),
        parameters(operation),
        body(operation),
        responses(document, operation),
    )
}

fn parameters(operation: &Value) -> String {
    let all = operation["parameters"].as_array().into_iter().flatten();
    let rows: String = all
        .map(|parameter| {
            let must =
                if parameter["required"] == true { " <b class=\"must\">required</b>" } else { "" };
            format!(
                "<tr><th><code>{}</code>{must}<br><span class=\"dim\">{}</span></th><td>{}</td>\
                 <td>{}</td></tr>",
                escaped(said(parameter, "name")),
                escaped(said(parameter, "in")),
                type_of(&parameter["schema"]),
                prose(parameter["description"].as_str()),
            )
        })
        .collect();
    if rows.is_empty() { rows } else { format!("<h4>Parameters</h4><table>{rows}</table>") }
}

fn body(operation: &Value) -> String {
    let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
    let bodies = content.map(|(media, content)| {
        let may =
            if operation["requestBody"]["required"] == true { "" } else { ", may be left out" };
        let (media, kind) = (escaped(media), type_of(&content["schema"]));
        format!(
            "<h4>Body</h4><p>{kind} <span class=\"dim\">{media}{may}</span></p>{}",
            example(&content["example"])
        )
    });
    bodies.collect()
}

fn example(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let text = escaped(&text);
    format!("<details><summary>Example</summary><pre>{text}</pre></details>")
}

fn responses(document: &Value, operation: &Value) -> String {
    let all = operation["responses"].as_object().into_iter().flatten();
    let rows: String = all
        .map(|(status, response)| {
            let pointer = response["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
            let response = pointer.and_then(|path| document.pointer(path)).unwrap_or(response);
            let content = response["content"].as_object().into_iter().flatten();
            let kinds: Vec<String> = content
                .map(|(media, content)| {
                    let (kind, media) = (type_of(&content["schema"]), escaped(media));
                    format!("{kind} <span class=\"dim\">{media}</span>")
                })
                .collect();
            let empty = Map::new();
            let headers = response["headers"].as_object().unwrap_or(&empty).keys();
            let headers: Vec<String> =
                headers.map(|name| format!("<code>{}</code>", escaped(name))).collect();
            format!(
                "<tr><th>{}</th><td>{}</td><td>{}<p class=\"dim\">{}</p></td></tr>",
                escaped(status),
                kinds.join("<br>"),
                prose(response["description"].as_str()),
                headers.join(" "),
            )
        })
        .collect();
    format!("<h4>Answers</h4><table>{rows}</table>")
}

/// One schema.
fn shape(name: &str, schema: &Value) -> String {
    let id = format!("schema-{}", escaped(name));
    let own = if schema["properties"].is_object() { members(schema) } else { type_of(schema) };
    format!(
        "<section id=\"{id}\"><h3><a href=\"#{id}\">{}</a></h3>{}{own}{}</section>",
        escaped(name),
        prose(schema["description"].as_str()),
        example(&schema["examples"][0]),
    )
}
