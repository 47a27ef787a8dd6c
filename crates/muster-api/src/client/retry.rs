//! When a request is sent again: as [`Refusal::retry`] says, with pauses that spread clients out,
//! and within a budget, so that a server in trouble is not stormed by those who retry.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::error::{ClientError, Refusal};
use crate::problem::RetryClass;

/// Most times that a request is sent.
pub(super) const TRIES: u32 = 5;
/// The longest pause before the second try; twice as long before each further one.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause that a client comes up with by itself.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The longest wait that a server can ask for; who is to wait longer is told so.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Retries that a client may make before it has made any requests.
pub(super) const BURST: u32 = 10;
/// So many requests earn one retry.
pub(super) const REQUESTS_A_RETRY: u32 = 10;

/// The retries that one connection may make, all its clones together: a tenth of its requests, and
/// a few more.
#[derive(Debug)]
pub(super) struct Budget {
    /// In parts of a retry: each request earns one.
    parts: AtomicU32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { parts: AtomicU32::new(BURST * REQUESTS_A_RETRY) }
    }
}

impl Budget {
    /// A request is made.
    pub(super) fn earn(&self) {
        let most = BURST * REQUESTS_A_RETRY;
        let add = |parts: u32| Some((parts + 1).min(most));
        let _ = self.parts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Whether one more retry can be made.
    fn spend(&self) -> bool {
        let take = |parts: u32| parts.checked_sub(REQUESTS_A_RETRY);
        self.parts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// How long to pause before a request that failed is sent again; `None` when that cannot help,
    /// was tried often enough, or is beyond the budget. `tries` were made; `is_strict` ones carry
    /// `If-Match`.
    pub(super) fn pause(
        &self,
        error: &ClientError,
        tries: u32,
        is_strict: bool,
    ) -> Option<Duration> {
        let told = wait(error, is_strict)?;
        (tries < TRIES && told <= LONGEST_WAIT && self.spend())
            .then(|| pause(tries, told, rand::random()))
    }
}

/// How long to wait at least, if sending it again can help at all.
fn wait(error: &ClientError, is_strict: bool) -> Option<Duration> {
    match error {
        ClientError::Refused(refusal) => told(refusal, is_strict),
        // What took too long may be at work still; what was never sent, or broke off, is not.
        ClientError::Transport(error) => {
            let is_lost = error.is_connect() || !error.is_timeout();
            (is_lost && !error.is_builder()).then_some(Duration::ZERO)
        }
        ClientError::Answer { .. } => None,
    }
}

fn told(refusal: &Refusal, is_strict: bool) -> Option<Duration> {
    let after = Duration::from_millis(refusal.retry.after_ms.unwrap_or(0));
    match refusal.retry.class {
        RetryClass::Wait => Some(after),
        // Load, told by something in between that knows nothing of classes.
        _ if matches!(refusal.status, 429 | 503) => Some(after),
        // Who asks for the very version that was read gets the same refusal again.
        RetryClass::Merge => (!is_strict).then_some(Duration::ZERO),
        RetryClass::Rebase | RetryClass::Never => None,
    }
}

/// Full jitter: anything from nothing to the longest pause after so many tries, on top of what the
/// server asked for. `share` is within 0..1.
fn pause(tries: u32, told: Duration, share: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(16));
    told + doubled.min(LONGEST_PAUSE).mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, retry: &str) -> ClientError {
        let body = format!(r#"{{"status":{status},"code":"X","retry":{retry}}}"#);
        ClientError::Refused(Box::new(Refusal::read(status, body.as_bytes(), None)))
    }

    #[test]
    fn pauses_are_spread_from_nothing_to_twice_the_last_and_come_after_the_wait() {
        let ms = |tries, told, share| pause(tries, Duration::from_millis(told), share).as_millis();
        assert_eq!([1, 2, 3, 4].map(|tries| ms(tries, 0, 0.0)), [0; 4]);
        assert_eq!([1, 2, 3, 4].map(|tries| ms(tries, 0, 0.999_999)), [99, 199, 399, 799]);
        assert_eq!((ms(30, 0, 0.999_999), ms(2, 2_000, 0.5)), (9_999, 2_100));
    }

    #[test]
    fn only_what_can_help_is_tried_again() {
        let cases = [
            (409, r#"{"class":"never"}"#, false, None),
            (409, r#"{"class":"rebase"}"#, false, None),
            (409, r#"{"class":"merge"}"#, false, Some(0)),
            (409, r#"{"class":"merge"}"#, true, None),
            (503, r#"{"class":"wait","afterMs":1500}"#, true, Some(1_500)),
            (429, r#"{"class":"never"}"#, false, Some(0)),
            (500, r#"{"class":"wait"}"#, false, Some(0)),
            (422, r#"{"class":"never"}"#, false, None),
        ];
        for (status, retry, is_strict, expected) in cases {
            let found = wait(&refusal(status, retry), is_strict);
            assert_eq!(found, expected.map(Duration::from_millis), "{status} {retry}");
        }
    }

    #[test]
    fn who_is_to_wait_for_long_is_told_so() {
        let busy = refusal(503, r#"{"class":"wait","afterMs":30001}"#);
        assert_eq!(Budget::default().pause(&busy, 1, false), None);
    }

    #[test]
    fn retries_are_a_tenth_of_the_requests_and_a_few() {
        let (budget, busy) = (Budget::default(), refusal(503, r#"{"class":"wait"}"#));
        let retried = |requests: u32| {
            let mut count = 0;
            for _ in 0..requests {
                budget.earn();
                count += u32::from(budget.pause(&busy, 1, false).is_some());
            }
            count
        };
        assert_eq!(retried(1_000), 100 + BURST - 1);
        assert_eq!(retried(1_000), 100);
        assert!(
            (0..200).all(|_| {
                budget.earn();
                true
            }),
            "an hour without trouble"
        );
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }
}
