//! Tests of the ledger on real engines.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod conformance;
mod crash;
mod damage;
mod engine;
mod given;
mod postgres;
mod sim;
mod sqlite;
