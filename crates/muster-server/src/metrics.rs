//! What a node counts and measures, for whoever watches it: `GET /metrics`. What each of them
//! means is in `docs/OPERATIONS.md`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// One label and its value.
type Label = [(&'static str, String); 1];
type Counters = Family<Label, Counter>;
type Times = Family<Label, Histogram, fn() -> Histogram>;

/// The measures of one node: a cheap handle.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: Counters,
    request_seconds: Times,
    waiting_seconds: Histogram,
    decide_seconds: Histogram,
    append_seconds: Histogram,
    batch_commands: Histogram,
    appends: Counters,
    decisions: Counters,
    refusals: Counters,
    head_checks: Counter,
    snapshots: Counters,
    units_loaded: Gauge,
    webhook_lag: Gauge,
    in_flight: Gauge,
    connections: Gauge,
    limited: Counters,
    shed: Counters,
    login_work: Counter,
    feed_lag_seconds: Histogram,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// From 0.1 ms to 26 s, each twice the one before.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 19))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("muster");
        let inner = Inner {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            waiting_seconds: seconds(),
            decide_seconds: seconds(),
            append_seconds: seconds(),
            batch_commands: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            appends: Family::default(),
            decisions: Family::default(),
            refusals: Family::default(),
            head_checks: Counter::default(),
            snapshots: Family::default(),
            units_loaded: Gauge::default(),
            webhook_lag: Gauge::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            limited: Family::default(),
            shed: Family::default(),
            login_work: Counter::default(),
            feed_lag_seconds: seconds(),
            registry: Registry::default(),
        };
        let r = &mut registry;
        r.register("requests", "Requests answered, by status", inner.requests.clone());
        let help = "Time from a request's head to its answer, by route";
        r.register("request_seconds", help, inner.request_seconds.clone());
        let help = "Time that commands waited for their desk";
        r.register("waiting_seconds", help, inner.waiting_seconds.clone());
        let help = "Time that a batch took to be decided";
        r.register("decide_seconds", help, inner.decide_seconds.clone());
        let help = "Time that an append took, whatever came of it";
        r.register("append_seconds", help, inner.append_seconds.clone());
        let help = "Commands decided together";
        r.register("batch_commands", help, inner.batch_commands.clone());
        r.register("appends", "Appends, by what came of them", inner.appends.clone());
        r.register("decisions", "Commands answered, by outcome", inner.decisions.clone());
        r.register("refusals", "Findings that held a command, by kind", inner.refusals.clone());
        let help = "Heads read from a shared ledger for readers";
        r.register("head_checks", help, inner.head_checks.clone());
        let help = "Snapshots, by what came of them";
        r.register("snapshots", help, inner.snapshots.clone());
        r.register("units_loaded", "Units in memory", inner.units_loaded.clone());
        let help = "Revisions that webhooks are behind their units, where this node sends";
        r.register("webhook_lag_revisions", help, inner.webhook_lag.clone());
        r.register("in_flight", "Requests that are handled now", inner.in_flight.clone());
        r.register("connections", "Connections that are open", inner.connections.clone());
        let help = "Requests that came too often, by what counted them";
        r.register("rate_limited", help, inner.limited.clone());
        r.register("shed", "Requests refused under load, by why", inner.shed.clone());
        let help = "Memory that hashing the secrets of logins went through, in KiB";
        r.register("login_work_kib", help, inner.login_work.clone());
        let help = "Time from an entry to its events on a stream that waited for them";
        r.register("feed_lag_seconds", help, inner.feed_lag_seconds.clone());
        Self(Arc::new(Inner { registry, ..inner }))
    }
}

impl Metrics {
    /// All of them as text, in the OpenMetrics format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.0.registry).expect("writing to a string does not fail");
        text
    }

    pub(crate) fn login_work(&self) -> Counter {
        self.0.login_work.clone()
    }

    pub(crate) fn request(&self, route: &str, status: u16, took: Duration) {
        self.0.requests.get_or_create(&[("status", status.to_string())]).inc();
        let route = [("route", route.to_owned())];
        self.0.request_seconds.get_or_create(&route).observe(took.as_secs_f64());
    }

    pub(crate) fn waited(&self, waited: Duration) {
        self.0.waiting_seconds.observe(waited.as_secs_f64());
    }

    #[expect(clippy::cast_precision_loss, reason = "batches are small")]
    pub(crate) fn decided(&self, commands: usize, took: Duration) {
        self.0.batch_commands.observe(commands as f64);
        self.0.decide_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn appended(&self, outcome: &'static str, took: Duration) {
        self.0.appends.get_or_create(&[("outcome", outcome.to_owned())]).inc();
        self.0.append_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn decision(&self, outcome: &'static str) {
        self.0.decisions.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    pub(crate) fn refusal(&self, kind: &str) {
        self.0.refusals.get_or_create(&[("kind", kind.to_owned())]).inc();
    }

    pub(crate) fn head_check(&self) {
        self.0.head_checks.inc();
    }

    pub(crate) fn snapshot(&self, outcome: &'static str) {
        self.0.snapshots.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    pub(crate) fn webhook_lag(&self, revisions: u64) {
        self.0.webhook_lag.set(i64::try_from(revisions).unwrap_or(i64::MAX));
    }

    pub(crate) fn units(&self, loaded: usize) {
        self.0.units_loaded.set(i64::try_from(loaded).unwrap_or(i64::MAX));
    }

    /// Requests that are handled now.
    pub(crate) fn in_flight(&self) -> &Gauge {
        &self.0.in_flight
    }

    /// Connections that are open.
    pub(crate) fn connections(&self) -> &Gauge {
        &self.0.connections
    }

    pub(crate) fn limited(&self, by: &'static str) {
        self.0.limited.get_or_create(&[("by", by.to_owned())]).inc();
    }

    pub(crate) fn shed(&self, why: &'static str) {
        self.0.shed.get_or_create(&[("reason", why.to_owned())]).inc();
    }

    pub(crate) fn feed_lag(&self, lag: Duration) {
        self.0.feed_lag_seconds.observe(lag.as_secs_f64());
    }
}
