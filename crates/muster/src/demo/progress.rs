//! What is going on, for whoever waits: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::oracle::log::{Answer, Intent};
use crate::print;

/// Progress of one rush.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    name: &'static str,
    total: usize,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    settled: AtomicUsize,
    accepted: AtomicUsize,
    refusals: AtomicUsize,
}

impl Progress {
    /// Shows a rush of so many wishes.
    pub(crate) fn new(name: &'static str, total: usize) -> Self {
        let counts = Arc::default();
        if !std::io::stderr().is_terminal() {
            print::out(&format!("{name}: {total} edits"));
            return Self { bar: None, name, total, counts };
        }
        let bar = ProgressBar::new(u64::try_from(total).unwrap_or_default());
        let template = "{prefix:16} {bar:32} {pos}/{len} edits in {elapsed}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self { bar: Some(bar), name, total, counts }
    }

    /// A wish has come to an end.
    pub(crate) fn settled(&self, intent: &Intent) {
        let is_refusal = |answer: &Answer| matches!(answer, Answer::Refused { .. });
        let refusals = intent.attempts.iter().filter(|attempt| is_refusal(&attempt.answer)).count();
        let accepted = usize::from(intent.is_accepted());
        let settled = self.counts.settled.fetch_add(1, Ordering::Relaxed) + 1;
        let accepted = self.counts.accepted.fetch_add(accepted, Ordering::Relaxed) + accepted;
        let refusals = self.counts.refusals.fetch_add(refusals, Ordering::Relaxed) + refusals;
        let text = format!("{accepted} accepted, {refusals} refusals");
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(text);
            }
            None if settled.is_multiple_of(100) => {
                print::out(&format!("{}: {settled} of {} edits, {text}", self.name, self.total));
            }
            None => {}
        }
    }

    /// The rush is over.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}
