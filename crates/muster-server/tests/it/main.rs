//! The server, from outside: a real one on a free port, asked over HTTP.

mod app;
mod http;

mod concurrency;
mod coverage;
mod crash;
mod feed;
mod idempotency;
mod negative;
mod oracle;
mod routes;
mod rush;
mod snapshots;
