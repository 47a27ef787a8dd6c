//! A connection to a server, as the commands use it.

use std::fmt::Display;

use clap::Args;
use muster_api::client::{Client, ClientError, Download, RemedyIn, Unit};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure::{Refused, Usage};
use super::when::When;

/// Most pages of one listing.
const PAGES: usize = 10_000;

/// Which server, and as which client.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerArgs {
    /// Where the server is.
    #[arg(long, env = "MUSTER_URL", default_value = "http://127.0.0.1:8080", global = true)]
    url: String,
    /// The client's id; `muster client create` makes one.
    #[arg(long, env = "MUSTER_CLIENT_ID", global = true, value_name = "ID")]
    client_id: Option<String>,
    /// The client's secret.
    #[arg(
        long,
        env = "MUSTER_CLIENT_SECRET",
        hide_env_values = true,
        global = true,
        value_name = "SECRET"
    )]
    client_secret: Option<String>,
}

/// Reads an id of the command line: what may stand in a path as it is.
pub(crate) fn id(text: &str) -> Result<String, String> {
    let known = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
    let is_id = (1..=64).contains(&text.len()) && text.chars().all(known);
    if is_id && !text.trim_matches('.').is_empty() {
        return Ok(text.to_owned());
    }
    Err("an id has 1 to 64 of the characters A-Z a-z 0-9 . _ : -".to_owned())
}

/// An answer: read, and as it came.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    /// What it says.
    pub(crate) value: T,
    /// As it came; what `--json` prints.
    pub(crate) json: Value,
}

/// A server, and the zone in which times are shown.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    client: Client,
    when: When,
}

impl Server {
    /// Connects as the command line says.
    pub(crate) async fn connect(args: &ServerArgs) -> anyhow::Result<Self> {
        let (Some(client), Some(secret)) = (&args.client_id, &args.client_secret) else {
            let problem = "say as which client: set MUSTER_CLIENT_ID and MUSTER_CLIENT_SECRET \
                           (muster client create prints them)";
            return Err(Usage(problem.to_owned()).into());
        };
        let client = Client::connect(&args.url, client, secret).await;
        let client = client.map_err(|error| failed(error, &args.url, &When::utc()))?;
        Ok(Self { client, when: When::utc() })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        self.client.server()
    }

    /// The zone in which times are shown.
    pub(crate) fn when(&self) -> &When {
        &self.when
    }

    /// Reads a unit; times are shown in its zone from here on.
    pub(crate) async fn in_unit(self, unit: &str) -> anyhow::Result<Self> {
        let unit: Unit = self.get(&format!("/businessunits/{unit}"), &[]).await?.value;
        Ok(Self { when: When::of(&unit.time_zone), ..self })
    }

    /// The same server, whose next write is answered later, and once if it has a key.
    pub(crate) fn later(&self, key: Option<&str>) -> Self {
        let client = self.client.later();
        let client = key.map_or_else(|| client.clone(), |key| client.keyed(key));
        Self { client, when: self.when.clone() }
    }

    /// Reads something.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> anyhow::Result<Reply<T>> {
        self.send(Method::GET, &format!("{path}{}", written(query)), None).await
    }

    /// Sends something.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Reply<T>> {
        self.send(Method::POST, path, Some(serde_json::to_value(body)?)).await
    }

    /// Sends a remedy as it is.
    pub(crate) async fn follow(&self, remedy: &RemedyIn) -> anyhow::Result<()> {
        let answer = self.client.remedy(remedy).await;
        answer.map(|_| ()).map_err(|error| failed(error, &remedy.href, &self.when))
    }

    /// Sets something.
    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Reply<T>> {
        self.send(Method::PUT, path, Some(serde_json::to_value(body)?)).await
    }

    /// Changes something.
    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Reply<T>> {
        self.send(Method::PATCH, path, Some(serde_json::to_value(body)?)).await
    }

    /// Takes something away.
    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.send::<Value>(Method::DELETE, path, None).await.map(|_| ())
    }

    /// Reads all pages of a list.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> anyhow::Result<Reply<Vec<T>>> {
        self.first(path, query, usize::MAX).await
    }

    /// Reads the first entities of a list.
    pub(crate) async fn first<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
        most: usize,
    ) -> anyhow::Result<Reply<Vec<T>>> {
        let page = |cursor: Option<&str>| {
            let mut query = query.to_vec();
            query.push(("cursor", cursor));
            (Method::GET, format!("{path}{}", written(&query)), None)
        };
        self.pages(page, most).await
    }

    /// A unit's ledger, piece by piece.
    pub(crate) async fn export(&self, unit: &str) -> anyhow::Result<Download> {
        let download = self.client.audit_export(unit).await;
        download.map_err(|error| failed(error, "/audit/export", &self.when))
    }

    /// Asks a question that is answered by a list, and reads all of its pages.
    pub(crate) async fn query<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Reply<Vec<T>>> {
        let page = |cursor: Option<&str>| {
            let mut body = body.clone();
            if let Some(cursor) = cursor {
                body["cursor"] = cursor.into();
            }
            (Method::POST, path.to_owned(), Some(body))
        };
        self.pages(page, usize::MAX).await
    }

    async fn pages<T: DeserializeOwned>(
        &self,
        request: impl Fn(Option<&str>) -> (Method, String, Option<Value>),
        most: usize,
    ) -> anyhow::Result<Reply<Vec<T>>> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let (method, path, body) = request(cursor.as_deref());
            let page: Value = self.send(method, &path, body).await?.value;
            all.extend(page["entities"].as_array().cloned().unwrap_or_default());
            cursor = page["nextCursor"].as_str().map(str::to_owned);
            if cursor.is_none() || all.len() >= most {
                break;
            }
        }
        all.truncate(most);
        let json = Value::Array(all);
        Ok(Reply { value: understood(path_of(&request(None)), &json)?, json })
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Reply<T>> {
        let answer = self.client.send::<Value>(method, path, body.as_ref()).await;
        let answer = answer.map_err(|error| failed(error, path, &self.when))?;
        Ok(Reply { value: understood(path, &answer.value)?, json: answer.value })
    }
}

fn path_of(request: &(Method, String, Option<Value>)) -> &str {
    &request.1
}

fn understood<T: DeserializeOwned>(path: &str, json: &Value) -> anyhow::Result<T> {
    T::deserialize(json).map_err(|error| {
        anyhow::anyhow!(
            "the answer to {path} is not understood ({error}); are both of one release?"
        )
    })
}

fn failed(error: ClientError, what: impl Display, when: &When) -> anyhow::Error {
    match error {
        ClientError::Refused(refusal) => Refused { refusal, when: when.clone() }.into(),
        ClientError::Transport(error) => {
            anyhow::Error::new(error).context(format!("no answer from {what}"))
        }
        other @ ClientError::Answer { .. } => other.into(),
    }
}

/// A query; what is absent is left out.
fn written(query: &[(&str, Option<&str>)]) -> String {
    let given = query.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let parts: Vec<String> =
        given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// Percent-encodes everything but what RFC 3986 calls unreserved.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_stand_in_a_path() {
        assert_eq!(id("a.b_c:d-9"), Ok("a.b_c:d-9".to_owned()));
        for bad in ["", "..", ".", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn queries_leave_out_what_is_absent_and_encode_the_rest() {
        assert_eq!(written(&[("a", None)]), "");
        assert_eq!(written(&[("a", Some("x y")), ("b", None), ("c", Some("+"))]), "?a=x%20y&c=%2B");
    }
}
