//! The server, from outside: a real one on a free port, asked over HTTP.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod app;
mod http;

mod concurrency;
mod coverage;
mod crash;
mod feed;
mod idempotency;
mod idle;
mod issuer;
mod limits;
mod negative;
mod nodes;
mod oracle;
mod receiver;
mod routes;
mod rush;
mod snapshots;
mod tls;
mod transport;
mod webhooks;
