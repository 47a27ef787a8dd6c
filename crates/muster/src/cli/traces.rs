//! Spans to a collector: OTLP over HTTP, as JSON (opentelemetry-proto 1).

use std::time::Duration;

use muster_server::trace::{Span, Traces};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::config::TracePlan;

/// Most spans that wait to be sent; what comes beyond is dropped.
const WAITING: usize = 8_192;
/// Most spans in one request.
const BATCH: usize = 512;
/// How long a span waits for others.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends spans, in a task of its own.
#[derive(Debug)]
pub(super) struct Exporter {
    sink: mpsc::Sender<Span>,
    task: JoinHandle<()>,
}

impl Exporter {
    /// Begins, if there is a collector.
    pub(super) fn start(plan: &TracePlan) -> Option<Self> {
        let url = format!("{}/v1/traces", plan.url.as_deref()?.trim_end_matches('/'));
        let (sink, spans) = mpsc::channel(WAITING);
        Some(Self { sink, task: tokio::spawn(export(url, spans)) })
    }

    /// What a server tells of its spans with.
    pub(super) fn traces(&self, ratio: f64) -> Traces {
        Traces { sink: self.sink.clone(), ratio }
    }

    /// Sends what is left, once nobody tells of more.
    pub(super) async fn finish(self) {
        let Self { sink, task } = self;
        drop(sink);
        if let Err(error) = task.await {
            tracing::warn!(%error, "the last spans are not sent");
        }
    }
}

async fn export(url: String, mut spans: mpsc::Receiver<Span>) {
    let http = reqwest::Client::new();
    let mut is_lost = false;
    let mut batch = Vec::with_capacity(BATCH);
    while spans.recv_many(&mut batch, BATCH).await > 0 {
        let until = Instant::now() + PAUSE;
        while batch.len() < BATCH {
            let room = BATCH - batch.len();
            tokio::select! {
                more = spans.recv_many(&mut batch, room) => if more == 0 { break },
                () = sleep_until(until) => break,
            }
        }
        let request = http.post(&url).timeout(PATIENCE).json(&written(&batch));
        let sent = request.send().await.and_then(reqwest::Response::error_for_status);
        // Once, until it works again.
        if let (Err(error), false) = (&sent, is_lost) {
            tracing::warn!(%error, spans = batch.len(), "spans not sent");
        }
        is_lost = sent.is_err();
        batch.clear();
    }
}

/// A request to a collector.
fn written(spans: &[Span]) -> Value {
    let (name, version) = ("muster", env!("CARGO_PKG_VERSION"));
    let resource =
        attributes(&[("service.name", name.into()), ("service.version", version.into())]);
    let spans: Vec<Value> = spans.iter().map(span).collect();
    let scope = json!({ "scope": { "name": name, "version": version }, "spans": spans });
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [scope],
    }] })
}

fn span(span: &Span) -> Value {
    /// `SPAN_KIND_SERVER`, `SPAN_KIND_INTERNAL`, `STATUS_CODE_ERROR`.
    const SERVER: u8 = 2;
    const INTERNAL: u8 = 1;
    const ERROR: u8 = 2;
    json!({
        "traceId": format!("{:032x}", span.trace),
        "spanId": format!("{:016x}", span.id),
        "parentSpanId": span.parent.map(|parent| format!("{parent:016x}")).unwrap_or_default(),
        "name": span.name,
        "kind": if span.is_request { SERVER } else { INTERNAL },
        "startTimeUnixNano": span.begun_ns.to_string(),
        "endTimeUnixNano": span.ended_ns.to_string(),
        "attributes": attributes(&span.attributes),
        "status": if span.is_failed { json!({ "code": ERROR }) } else { json!({}) },
    })
}

fn attributes(all: &[(&'static str, String)]) -> Vec<Value> {
    let one = |(key, value): &(&str, String)| {
        let value = match (*key, value.parse::<u16>()) {
            // By the semantic conventions it is a number; those are strings in JSON.
            ("http.response.status_code", Ok(_)) => json!({ "intValue": value }),
            _ => json!({ "stringValue": value }),
        };
        json!({ "key": key, "value": value })
    };
    all.iter().map(one).collect()
}
