//! What answers say about limits: `RateLimit-Policy` and `RateLimit` as
//! draft-ietf-httpapi-ratelimit-headers-11 spells them, and the three headers from before it.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::admission::Quota;
use crate::admission::buckets::{Left, Rate};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
const LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// The limits of a node, as answers name them.
pub(super) struct Names {
    /// Nothing is said when nothing is limited.
    policy: Option<HeaderValue>,
    token: Named,
    organization: Named,
}

/// One limit.
struct Named {
    name: &'static str,
    burst: u32,
    limit: HeaderValue,
}

impl Names {
    pub(super) fn new(token: Option<Rate>, organization: Option<Rate>) -> Self {
        let policy = |name: &str, rate: Option<Rate>| {
            let Rate { burst, .. } = rate?;
            // The window in which a whole burst comes back.
            let window = rate?.window().as_secs_f64().ceil().max(1.0);
            Some(format!("\"{name}\";q={burst};w={window:.0}"))
        };
        let policies = [policy("token", token), policy("organization", organization)];
        let policies: Vec<String> = policies.into_iter().flatten().collect();
        let named = |name, rate: Option<Rate>| {
            let burst = rate.map_or(0, |rate| rate.burst);
            Named { name, burst, limit: HeaderValue::from(burst) }
        };
        Self {
            policy: HeaderValue::try_from(policies.join(", ")).ok().filter(|p| !p.is_empty()),
            token: named("token", token),
            organization: named("organization", organization),
        }
    }

    /// Says what is left: of the limit that is nearest.
    pub(super) fn tell(&self, quota: Quota, headers: &mut HeaderMap) {
        let Some(policy) = &self.policy else { return };
        headers.insert(POLICY, policy.clone());
        let (named, left) = match (quota.token, quota.organization) {
            (Some(token), Some(organization)) if self.is_nearer(organization, token) => {
                (&self.organization, organization)
            }
            (Some(token), _) => (&self.token, token),
            (None, Some(organization)) => (&self.organization, organization),
            (None, None) => return,
        };
        named.tell(left, headers);
    }

    fn is_nearer(&self, organization: Left, token: Left) -> bool {
        let part = |left: Left, named: &Named| f64::from(left.remaining) / f64::from(named.burst);
        part(organization, &self.organization) < part(token, &self.token)
    }
}

impl Named {
    /// One text, of which the shorter headers are parts.
    fn tell(&self, left: Left, headers: &mut HeaderMap) {
        let Left { remaining, full_in } = left;
        let reset = full_in.as_millis().div_ceil(1_000);
        let mut text = Vec::with_capacity(64);
        // Writing to a vector does not fail.
        let _ = write!(text, "\"{}\";r={remaining}", self.name);
        let digits = self.name.len() + "\"\";r=".len()..text.len();
        let _ = write!(text, ";t={reset}");
        let text = Bytes::from(text);
        let reset = digits.end + ";t=".len()..text.len();
        let value = |bytes: Bytes| HeaderValue::from_maybe_shared(bytes);
        if let (Ok(all), Ok(remaining), Ok(reset)) =
            (value(text.clone()), value(text.slice(digits)), value(text.slice(reset)))
        {
            headers.insert(LEFT, all);
            headers.insert(LIMIT, self.limit.clone());
            headers.insert(REMAINING, remaining);
            headers.insert(RESET, reset);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn told(quota: Quota) -> Vec<String> {
        let rate = |burst| Some(Rate { per_second: 4.0, burst });
        let mut headers = HeaderMap::new();
        Names::new(rate(10), rate(100)).tell(quota, &mut headers);
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        headers.iter().map(header).collect()
    }

    fn left(remaining: u32, ms: u64) -> Option<Left> {
        Some(Left { remaining, full_in: Duration::from_millis(ms) })
    }

    #[test]
    fn the_nearer_limit_is_told() {
        let token = told(Quota { token: left(4, 1_500), organization: left(90, 2_500) });
        assert_eq!(
            token,
            [
                "ratelimit-policy: \"token\";q=10;w=3, \"organization\";q=100;w=25",
                "ratelimit: \"token\";r=4;t=2",
                "x-rate-limit-limit: 10",
                "x-rate-limit-remaining: 4",
                "x-rate-limit-reset: 2",
            ]
        );
        let organization = told(Quota { token: left(4, 1_500), organization: left(39, 0) });
        assert_eq!(organization[1], "ratelimit: \"organization\";r=39;t=0");
        assert_eq!(
            organization[2..],
            ["x-rate-limit-limit: 100", "x-rate-limit-remaining: 39", "x-rate-limit-reset: 0"]
        );
    }

    #[test]
    fn without_limits_nothing_is_told() {
        let mut headers = HeaderMap::new();
        let quota = Quota { token: None, organization: None };
        Names::new(None, None).tell(quota, &mut headers);
        assert!(headers.is_empty());
    }
}
