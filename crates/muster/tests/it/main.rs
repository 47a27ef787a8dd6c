//! Stories: the real program, against a real server, on a real ledger file.

#![expect(clippy::unwrap_used, reason = "the harness is part of the tests")]

mod harness;

mod audit;
mod bench;
mod clients;
mod conflicts;
mod damage;
mod field;
mod full;
mod issuer;
mod jobs;
mod ledger;
mod moving;
mod operations;
mod planning;
mod push;
mod registry;
mod rules;
mod serve;
mod webhooks;
