//! The server's limits, by name. Those of schedules are in [`muster_core::limits`].

use std::time::Duration;

use crate::admission::Rate;

/// Most commands that wait for one desk; beyond it, 503.
pub const QUEUE: usize = 4_096;
/// Most commands decided and appended together.
pub const BATCH: usize = 256;
/// Revisions of which every state is kept in memory.
pub const RECENT: u64 = 1_024;
/// Beyond them, every so many-eth state is kept …
pub const THINNED_STEP: u64 = 64;
/// … up to this many revisions back.
pub const THINNED: u64 = 65_536;
/// Most drafts of a unit of which a node remembers which agents could go live.
pub const LOOKS: usize = 16;
/// Entries read from the ledger at once while catching up.
pub const PAGE: usize = 512;
/// Fewest entries between two snapshots of a unit; a large one has two for each of its shifts.
pub const SNAPSHOT_ENTRIES: u64 = 4_096;
/// How long a batch waits for a ledger that does not answer, before 503.
pub const LEDGER_WAIT: Duration = Duration::from_secs(5);
/// How long it waits before the second try; twice as long before each further one.
pub const LEDGER_PAUSE: Duration = Duration::from_millis(20);
/// How long nobody has to ask for a unit before it is unloaded.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// How often somebody looks for units to unload.
pub const IDLE_LOOK: Duration = Duration::from_secs(60);
/// How often somebody looks for offers that have run out.
pub const EXPIRY_LOOK: Duration = Duration::from_secs(15);
/// How often somebody looks which webhooks have something to be sent.
pub const WEBHOOK_LOOK: Duration = Duration::from_millis(250);
/// Most webhooks that are sent something at the same time.
pub const WEBHOOK_ROUNDS: usize = 128;
/// Most events behind a webhook's cursor of which some may be taken before others.
pub const WEBHOOK_WINDOW: usize = 64;
/// Most requests to one webhook at the same time.
pub const WEBHOOK_AT_ONCE: usize = 8;
/// How often it is written how far a round is; after a crash, what was sent since is sent again.
pub const WEBHOOK_WRITTEN: Duration = Duration::from_secs(1);
/// How long a receiver may take to accept a connection.
pub const WEBHOOK_CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to answer.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a connection to it is kept that nothing is sent on.
pub const WEBHOOK_IDLE: Duration = Duration::from_secs(30);
/// Most bytes of its answer that are read.
pub const WEBHOOK_ANSWER: usize = 16 << 10;
/// The longest pauses after one failed round, two, and so on, as Standard Webhooks recommends.
pub const WEBHOOK_PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(5 * 3_600),
    Duration::from_secs(10 * 3_600),
    Duration::from_secs(14 * 3_600),
    Duration::from_secs(20 * 3_600),
    WEBHOOK_LONGEST,
];
/// The longest pause of all, whatever a receiver asks for.
pub const WEBHOOK_LONGEST: Duration = Duration::from_secs(24 * 3_600);
/// How long a webhook may fail before it is disabled, in days.
pub const WEBHOOK_GIVE_UP_DAYS: i64 = 5;
/// How long a secret is used beside the one that took its place, in minutes.
pub const WEBHOOK_OVERLAP_MIN: i64 = 24 * 60;
/// Most secrets that are used at the same time.
pub const WEBHOOK_SECRETS: usize = 3;
/// Longest URL of a webhook, in bytes.
pub const WEBHOOK_URL: usize = 2_048;
/// Most webhooks of a unit.
pub const WEBHOOKS: usize = 100;
/// Most agents that a webhook names.
pub const WEBHOOK_AGENTS: usize = 1_000;
/// How often somebody looks for rows that have been kept for long enough.
pub const RETENTION_LOOK: Duration = Duration::from_secs(3_600);
/// How long the answer to a request with a key is kept at least, in days.
pub const ANSWER_DAYS: i64 = muster_ledger::limits::COMMAND_RETENTION_DAYS;
/// How long a delivery stays in the log of its webhook at most, in days.
pub const DELIVERY_DAYS: i64 = 30;
/// How long a node has a piece of background work without renewing its lease.
pub const LEASE: Duration = Duration::from_secs(10);
/// How often it renews it, and how often the others look whether it is free.
pub const LEASE_RENEWED: Duration = Duration::from_millis(3_300);
/// How soon it tries again when the ledger does not answer.
pub const LEASE_AGAIN: Duration = Duration::from_millis(500);
/// How long a node that stops waits for its leases to be given up.
pub const LEASE_RELEASE: Duration = Duration::from_secs(1);
/// How long a `minRevision` waits.
pub const MIN_REVISION_WAIT: Duration = Duration::from_secs(10);
/// Most operations of one bulk that is answered at once.
pub const BULK_OPERATIONS: usize = 1_000;
/// Most operations of a bulk that are under way at the same time.
pub const BULK_AT_ONCE: usize = 32;
/// Most operations of one bulk that is done in the background.
pub const JOB_OPERATIONS: usize = 100_000;
/// Operations of a job that are sent before its progress is kept.
pub const JOB_LOT: usize = 200;
/// Most jobs that one node does at the same time.
pub const JOBS_AT_ONCE: usize = 4;
/// How often somebody looks for jobs that were asked for on other nodes.
pub const JOB_LOOK: Duration = Duration::from_millis(250);
/// How long a job waits before it tries again what could not be done.
pub const JOB_AGAIN: Duration = Duration::from_millis(500);
/// How often the stream of a job's progress looks for more.
pub const JOB_TOLD: Duration = Duration::from_millis(250);
/// How long jobs and their results are kept, in days.
pub const JOB_DAYS: i64 = 30;
/// Largest request body, in bytes (a week of 5,000 agents is about 20 MB).
pub const BODY_BYTES: usize = 64 * 1024 * 1024;
/// Most entities on one page of a list.
pub const PAGE_SIZE: usize = 1_000;
/// How long an access token is good for.
pub const TOKEN_SECONDS: u64 = 3_600;
/// For how long after somebody else's change a document that undoes it is suspected, in minutes.
pub const STALE_MIN: i64 = 60;
/// Most refused values that a node remembers for that.
pub const STALE_REFUSED: usize = 10_000;
/// Most entries whose changes a document is compared with for that, the newest first.
pub const STALE_ENTRIES: usize = 8;
/// How long an outside issuer's keys are good for before it is asked again, in seconds.
pub const ISSUER_SECONDS: i64 = 300;
/// How soon it is asked again for a key that is not known, or after it did not answer, in seconds.
pub const ISSUER_AGAIN_SECONDS: i64 = 10;
/// How long it may take to answer.
pub const ISSUER_WAIT: Duration = Duration::from_secs(5);
/// Largest answer of an outside issuer, in bytes.
pub const ISSUER_BYTES: usize = 256 * 1024;
/// How much an outside issuer's clock may differ, in seconds.
pub const ISSUER_LEEWAY_SECONDS: f64 = 60.0;
/// Shortest RSA key of an outside issuer, in bytes.
pub const RSA_BYTES: usize = 256;
/// Most further organizations that a client is granted.
pub const ALSO: usize = 64;
/// How long a node goes on with the signing keys and revoked clients that it has read, in seconds.
pub const TRUST_SECONDS: i64 = 5;
/// How often it looks for a key that it does not know, in seconds.
pub const NEW_KEY_SECONDS: i64 = 1;
/// How often the event feed says that it is alive.
pub const BOOKMARK: Duration = Duration::from_secs(15);
/// Most entries that one poll of the event feed covers.
pub const FEED_ENTRIES: usize = 256;
/// Most state events in one batch.
pub const STATE_EVENTS: usize = 10_000;
/// Most sessions of one agent.
pub const SESSIONS: usize = 64;
/// Longest wait of one poll of the event feed.
pub const POLL_WAIT: Duration = Duration::from_secs(30);
/// Entries that a reader of the past takes at a time.
pub const AUDIT_WINDOW: usize = 256;
/// Most entries that one request of the audit replays, on the way to where it reads too.
pub const AUDIT_APPLIED: usize = 16_384;
/// Most entries that one request of the audit looks through for an id, without replaying them.
pub const AUDIT_READ: usize = 65_536;
/// Most changes on one page of the audit; an entry with more goes on on the next one.
pub const AUDIT_CHANGES: usize = 1_000;
/// Most states of the past of a unit that are kept in memory for the audit: so many near where it
/// is read, and as many on the way there.
pub const AUDIT_STATES: usize = 64;
/// What one token may ask of a node, unless it is configured.
pub const TOKEN_RATE: Rate = Rate { per_second: 2_000.0, burst: 10_000 };
/// What all tokens of one organization may ask of a node together.
pub const ORGANIZATION_RATE: Rate = Rate { per_second: 10_000.0, burst: 50_000 };
/// How often one address may fail to log in.
pub const LOGIN_RATE: Rate = Rate { per_second: 0.5, burst: 30 };
/// Parts of the table of token buckets, each with a lock of its own.
pub const BUCKET_SHARDS: usize = 16;
/// Buckets in one part before those that are full again are looked for.
pub const BUCKETS_SWEPT: usize = 1_024;
/// Buckets in one part that are not full; beyond it all of them begin anew.
pub const BUCKETS_KEPT: usize = 16_384;
/// Most requests that a node handles at once; beyond it, 503. Waiting for events is not counted.
pub const IN_FLIGHT: usize = 4_096;
/// Most logins that wait for a secret to be verified; beyond it, 503.
pub const LOGINS: usize = 256;
/// How long every command may have waited for a unit's desk …
pub const QUEUE_TARGET: Duration = Duration::from_millis(500);
/// … and for how long, before the unit takes no more until it has caught up.
pub const QUEUE_INTERVAL: Duration = Duration::from_millis(100);
/// Most connections of one node; whoever comes beyond it is answered 503.
pub const CONNECTIONS: usize = 4_096;
/// Most requests at once on one HTTP/2 connection.
pub const STREAMS: u32 = 256;
/// Largest head of a request, in bytes; beyond it, 431. As many headers as hyper takes: 100.
pub const HEAD_BYTES: usize = 64 * 1024;
/// The least that this can be set to.
pub const LEAST_HEAD_BYTES: usize = 8 * 1024;
/// Longest path and query of a request, in bytes; beyond it, 414.
pub const URL_BYTES: usize = 8 * 1024;
/// How long a new connection may take until the head of its first request is there.
pub const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a connection may take until the head of its next request is there.
pub const IDLE_TIME: Duration = Duration::from_secs(75);
/// How long the body of a request may take; beyond it, 408.
pub const BODY_TIME: Duration = Duration::from_secs(60);
/// How long a request may take to be answered; beyond it, 503.
pub const REQUEST_TIME: Duration = Duration::from_secs(60);
/// How long a connection is still listened to once the server stops, for what is on its way.
pub const LINGER: Duration = Duration::from_millis(250);
/// How long to wait after a connection could not be accepted, as when there are no more files.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Longest `X-Correlation-Id` that is taken, in characters.
pub const CORRELATION_LEN: usize = 64;
/// Of so many requests for a node's health, one is logged.
pub const HEALTH_LOGGED: u64 = 100;
/// Largest body of a request for a token, in bytes.
pub const FORM_BYTES: usize = 64 * 1024;
