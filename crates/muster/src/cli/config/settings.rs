//! Every setting there is.

use std::time::Duration;

use muster_ledger::LedgerConfig;

use super::kind::Kind;
use super::plan::Plan;

/// One setting.
pub(super) struct Setting {
    /// Its name in a file, with that of its table.
    pub(super) name: &'static str,
    /// What it says.
    pub(super) what: &'static str,
    /// Sets it.
    pub(super) set: fn(&mut Plan, &str) -> Result<(), String>,
    /// What it is set to, as it may be shown; nothing when it is not.
    pub(super) show: fn(&Plan) -> Option<String>,
}

impl Setting {
    /// The variable of the environment that sets it.
    pub(super) fn variable(&self) -> String {
        format!("MUSTER_{}", self.name.to_uppercase().replace(['.', '-'], "_"))
    }
}

macro_rules! setting {
    ($name:literal, $what:literal, $kind:ty, $($place:ident).+) => {
        Setting {
            name: $name,
            what: $what,
            set: |plan, text| {
                plan.$($place).+ = <$kind>::read(text)?;
                Ok(())
            },
            show: |plan| plan.$($place).+.write(),
        }
    };
}

/// A URL with its password hidden.
fn hidden(url: &str) -> String {
    LedgerConfig::new(url).shown_url()
}

const LEDGER_URL: Setting = Setting {
    show: |plan| Some(hidden(&plan.ledger.url)),
    ..setting!("ledger.url", "the ledger: sqlite:FILE or postgres://…", String, ledger.url)
};

const LISTEN_URL: Setting = Setting {
    show: |plan| plan.ledger.listen.as_deref().map(hidden),
    ..setting!(
        "ledger.listen-url",
        "the same database past a pooler, to hear of other nodes at once",
        Option<String>,
        ledger.listen
    )
};

const POLL_MS: Setting = Setting {
    name: "ledger.poll-ms",
    what: "how often to look what other nodes did, without listen-url",
    set: |plan, text| {
        plan.ledger.poll = Duration::from_millis(text.parse().map_err(|_| "is not a number")?);
        Ok(())
    },
    show: |plan| Some(plan.ledger.poll.as_millis().to_string()),
};

const HEAD_BYTES: Setting = Setting {
    set: |plan, text| {
        let least = muster_server::limits::LEAST_HEAD_BYTES;
        let bytes = usize::read(text)?;
        plan.settings.bounds.head_bytes = bytes;
        (bytes >= least).then_some(()).ok_or_else(|| format!("is less than {least}"))
    },
    ..setting!("bounds.head-bytes", "largest head of a request", usize, settings.bounds.head_bytes)
};

/// All of them, in the order of the example.
pub(super) const SETTINGS: &[Setting] = &[
    setting!("listen", "where to listen", std::net::SocketAddr, listen),
    setting!(
        "proxies",
        "proxies in front, which add to X-Forwarded-For",
        usize,
        settings.admission.proxies
    ),
    LEDGER_URL,
    LISTEN_URL,
    setting!("ledger.connections", "most connections to each cluster", usize, ledger.connections),
    POLL_MS,
    setting!(
        "tls.cert",
        "the certificate and its chain, as PEM",
        Option<std::path::PathBuf>,
        tls.cert
    ),
    setting!("tls.key", "its private key, as PEM", Option<std::path::PathBuf>, tls.key),
    setting!(
        "issuer.url",
        "an outside issuer of tokens, as it stands in `iss`",
        Option<String>,
        issuer.url
    ),
    setting!(
        "issuer.audience",
        "who its tokens are for, in `aud`",
        Option<String>,
        issuer.audience
    ),
    setting!(
        "issuer.organization",
        "the organizations that its tokens may be of",
        Option<String>,
        issuer.organization
    ),
    setting!(
        "issuer.organization-claim",
        "the claim that says which; all of them without",
        Option<String>,
        issuer.organization_claim
    ),
    setting!("issuer.scope-claim", "the claims that hold scopes", String, issuer.scope_claim),
    setting!(
        "issuer.roles-claim",
        "the claim that holds roles",
        Option<String>,
        issuer.roles_claim
    ),
    setting!(
        "issuer.roles",
        "what roles bring: ROLE=SCOPE SCOPE; ROLE=SCOPE",
        Option<String>,
        issuer.roles
    ),
    setting!(
        "issuer.agent-claim",
        "the claim that names the agent a token is for",
        Option<String>,
        issuer.agent_claim
    ),
    setting!(
        "issuer.ca",
        "the certificates to trust when it is asked, as PEM",
        Option<std::path::PathBuf>,
        issuer.ca
    ),
    setting!(
        "issuer.allow-http",
        "whether it may be asked without TLS, on this machine",
        bool,
        issuer.allow_http
    ),
    setting!(
        "limits.token-per-second",
        "requests a second of one token; 0 for no limit",
        f64,
        settings.admission.token.per_second
    ),
    setting!(
        "limits.token-burst",
        "requests of one token at once; 0 for no limit",
        u32,
        settings.admission.token.burst
    ),
    setting!(
        "limits.organization-per-second",
        "requests a second of one organization; 0 for no limit",
        f64,
        settings.admission.organization.per_second
    ),
    setting!(
        "limits.organization-burst",
        "requests of one organization at once; 0 for no limit",
        u32,
        settings.admission.organization.burst
    ),
    setting!(
        "limits.login-per-second",
        "failed logins a second from one address; 0 for no limit",
        f64,
        settings.admission.login.per_second
    ),
    setting!(
        "limits.login-burst",
        "failed logins from one address at once; 0 for no limit",
        u32,
        settings.admission.login.burst
    ),
    setting!(
        "limits.in-flight",
        "requests handled at once; 0 for no limit",
        usize,
        settings.admission.in_flight
    ),
    setting!("bounds.connections", "connections at once", usize, settings.bounds.connections),
    HEAD_BYTES,
    setting!("bounds.url-bytes", "longest path and query", usize, settings.bounds.url_bytes),
    setting!(
        "bounds.head-seconds",
        "time for the first request's head, TLS included",
        Duration,
        settings.bounds.head_time
    ),
    setting!(
        "bounds.idle-seconds",
        "time until the next request's head is there",
        Duration,
        settings.bounds.idle_time
    ),
    setting!("bounds.body-seconds", "time for a body", Duration, settings.bounds.body_time),
    setting!(
        "bounds.request-seconds",
        "time for an answer",
        Duration,
        settings.bounds.request_time
    ),
    setting!(
        "webhooks.allow",
        "what webhooks may reach though it is inside: networks, addresses, hosts",
        muster_server::webhooks::Reach,
        settings.webhooks
    ),
    setting!("log.format", "text or json", super::plan::LogForm, log.form),
    setting!("log.level", "what is logged, as RUST_LOG says it", String, log.level),
    setting!(
        "log.access",
        "whether every request is logged",
        muster_server::AccessLog,
        settings.access_log
    ),
    setting!(
        "traces.url",
        "a collector of OpenTelemetry's spans, such as http://127.0.0.1:4318",
        Option<String>,
        traces.url
    ),
    setting!("traces.ratio", "the part of requests that is traced", f64, traces.ratio),
    setting!(
        "stop.drain-seconds",
        "how long to take requests after being not ready",
        Duration,
        stop.drain
    ),
    setting!(
        "stop.timeout-seconds",
        "how long open requests may take to end",
        Duration,
        stop.timeout
    ),
];

/// The setting of a name.
pub(super) fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The name that was meant perhaps.
pub(super) fn like(name: &str) -> Option<&'static str> {
    let distance = |known: &&str| strsim::normalized_damerau_levenshtein(known, name);
    let names = SETTINGS.iter().map(|setting| setting.name);
    names.filter(|name| distance(name) > 0.7).max_by(|a, b| distance(a).total_cmp(&distance(b)))
}
