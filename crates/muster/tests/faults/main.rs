//! Faults: the real program, several of it where the engine allows, on a real ledger, with
//! clients that never give up, while processes are killed, paused and cut off. Afterwards the
//! checker replays the ledger and asks whether every client was told the truth.
//!
//! Each fault is tested for some seconds in every run; `cargo xtask faults` goes on for as long
//! as it is told to.

#![expect(clippy::unwrap_used, reason = "the harness is part of the tests")]

mod back;
mod call;
mod check;
mod cluster;
mod database;
mod dice;
mod doctored;
mod history;
mod kills;
mod leased;
mod load;
mod long;
mod node;
mod pair;
mod paused;
mod proxy;
mod replayed;
mod report;
mod slow;
mod stage;
mod wish;
