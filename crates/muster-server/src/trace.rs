//! What a request is called from end to end, and the spans of those that are traced.
//!
//! A request's id is in each of its log lines, in its answer, and with its commands on their way
//! through the desk. A caller's `traceparent` (W3C Trace Context) is taken and continued. Spans go
//! to whoever asked for them by a channel that is never waited for: what does not fit is dropped.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderMap;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::limits;

/// The header that names a request in logs and answers.
pub(crate) const CORRELATION: &str = "x-correlation-id";

tokio::task_local! {
    static CONTEXT: Context;
}

/// Who is told of spans, and of how many requests.
#[derive(Debug, Clone)]
pub struct Traces {
    /// Takes finished spans.
    pub sink: mpsc::Sender<Span>,
    /// The part of requests that is traced, of those whose caller has not decided it.
    pub ratio: f64,
}

/// A piece of work that is done, as OpenTelemetry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The trace that it is part of.
    pub trace: u128,
    /// Its id.
    pub id: u64,
    /// What it was done for: another span, here or at the caller's.
    pub parent: Option<u64>,
    /// What was done.
    pub name: String,
    /// Since when, in nanoseconds since 1970.
    pub begun_ns: u64,
    /// Until when.
    pub ended_ns: u64,
    /// What is known of it.
    pub attributes: Vec<(&'static str, String)>,
    /// Whether it is a request, and not a part of one.
    pub is_request: bool,
    /// Whether it failed.
    pub is_failed: bool,
}

/// What a request is called.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    id: Arc<str>,
    trace: Option<u128>,
    traced: Option<Arc<Traced>>,
}

/// A request whose spans somebody wants.
#[derive(Debug)]
struct Traced {
    sink: mpsc::Sender<Span>,
    trace: u128,
    parent: Option<u64>,
    id: u64,
    /// When it began, by the clock on the wall and by one that never jumps.
    begun_ns: u64,
    begun: Instant,
}

/// What a caller says in `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parent {
    trace: u128,
    span: u64,
    is_sampled: bool,
}

impl Parent {
    /// Of `00-TRACE-SPAN-FLAGS`; a later version may say more after that.
    fn of(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let mut hex = |len: usize| {
            let part = parts.next()?;
            let is_hex = part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            (part.len() == len && is_hex).then(|| u128::from_str_radix(part, 16).ok())?
        };
        let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        let is_known = version != 0xff && (version != 0 || parts.next().is_none());
        let span = u64::try_from(span).ok().filter(|span| *span != 0)?;
        (is_known && trace != 0).then_some(Self { trace, span, is_sampled: flags & 1 == 1 })
    }
}

impl Context {
    /// Of a request: the id and the trace that it comes with, or new ones.
    pub(crate) fn new(headers: &HeaderMap, traces: Option<&Traces>, clock: &Clock) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let given =
            text(CORRELATION).filter(|id| (1..=limits::CORRELATION_LEN).contains(&id.len()));
        let id = given.map_or_else(|| format!("{:016x}", rand::random::<u64>()).into(), Arc::from);
        let parent = text("traceparent").and_then(Parent::of);
        let wants = |traces: &&Traces| match parent {
            Some(parent) => parent.is_sampled,
            None => rand::random::<f64>() < traces.ratio,
        };
        let traced = traces.filter(wants).map(|traces| {
            Arc::new(Traced {
                sink: traces.sink.clone(),
                trace: parent.map_or_else(rand::random, |parent| parent.trace),
                parent: parent.map(|parent| parent.span),
                id: rand::random(),
                begun_ns: u64::try_from(clock.now().ms()).unwrap_or(0) * 1_000_000,
                begun: Instant::now(),
            })
        });
        let trace = traced.as_ref().map(|traced| traced.trace);
        Self { id, trace: trace.or(parent.map(|parent| parent.trace)), traced }
    }

    /// Of work that goes on after the request that asked for it.
    pub(crate) fn after(id: &str) -> Self {
        Self { id: id.into(), trace: None, traced: None }
    }

    /// The one of the request that is being handled.
    pub(crate) fn current() -> Option<Self> {
        CONTEXT.try_with(Self::clone).ok()
    }

    /// What the request that is being handled is called; nothing where there is none.
    pub(crate) fn current_id() -> String {
        CONTEXT.try_with(|context| context.id.to_string()).unwrap_or_default()
    }

    /// Does something as part of the request.
    pub(crate) async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CONTEXT.scope(self, work).await
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The trace, as it is written.
    pub(crate) fn trace(&self) -> Option<impl fmt::Display + use<>> {
        let trace = self.trace?;
        Some(format!("{trace:032x}"))
    }

    /// Tells of a part of the request, from an instant until now.
    pub(crate) fn part(&self, name: &'static str, begun: Instant) {
        let Some(traced) = &self.traced else { return };
        let (parent, attributes) = (Some(traced.id), Vec::new());
        traced.tell(rand::random(), parent, name.to_owned(), begun, attributes, Kind::Part);
    }

    /// Tells of the request itself, as it ends.
    pub(crate) fn ended(&self, method: &str, route: &str, status: u16) {
        let Some(traced) = &self.traced else { return };
        let attributes = vec![
            ("http.request.method", method.to_owned()),
            ("http.route", route.to_owned()),
            ("http.response.status_code", status.to_string()),
            ("muster.request.id", self.id.to_string()),
        ];
        let name = format!("{method} {route}");
        let kind = Kind::Request { is_failed: status >= 500 };
        traced.tell(traced.id, traced.parent, name, traced.begun, attributes, kind);
    }
}

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Part,
    Request { is_failed: bool },
}

impl Traced {
    fn tell(
        &self,
        id: u64,
        parent: Option<u64>,
        name: String,
        begun: Instant,
        attributes: Vec<(&'static str, String)>,
        kind: Kind,
    ) {
        let at = |instant: Instant| {
            let since = instant.saturating_duration_since(self.begun).as_nanos();
            self.begun_ns + u64::try_from(since).unwrap_or(0)
        };
        // Nobody waits for whoever looks on.
        let _ = self.sink.try_send(Span {
            trace: self.trace,
            id,
            parent,
            name,
            begun_ns: at(begun),
            ended_ns: at(Instant::now()),
            attributes,
            is_request: kind != Kind::Part,
            is_failed: kind == Kind::Request { is_failed: true },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_says_which_trace_it_is() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let parent = Parent::of(good).unwrap();
        assert_eq!(format!("{:032x}", parent.trace), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!((parent.span, parent.is_sampled), (0xb7ad_6b71_6920_3331, true));
        assert!(!Parent::of(&good.replace("-01", "-00")).unwrap().is_sampled);
        assert!(Parent::of(&good.replace("00-0af", "01-0af")).is_some());
        assert!(Parent::of(&(good.replace("00-0af", "01-0af") + "-more")).is_some());
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            &(good.to_owned() + "-more"),
            &good.replace("00-0af", "ff-0af"),
            &good.replace('a', "A"),
            &good.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &good.replace("b7ad6b7169203331", &"0".repeat(16)),
        ] {
            assert_eq!(Parent::of(bad), None, "{bad}");
        }
    }
}
