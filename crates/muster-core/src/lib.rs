//! The truth on paper: what a schedule is, how concurrent edits meet, what the rules say.
//!
//! Nothing here does I/O, reads a clock, rolls dice or waits. A command's way: [`command`] says
//! what is asked, [`decide`] answers with events or a refusal, [`Roster::apply`] moves the state
//! on. Start reading at [`decide`], then [`merge`], then any file under `rule`.
//!
//! What does not live here: JSON as clients spell it (`muster-api`), SQL (`muster-ledger`),
//! HTTP and time (`muster-server`).

#![warn(missing_docs)]
#![warn(clippy::wildcard_enum_match_arm)]

pub mod acknowledge;
pub mod activity;
pub mod agent;
pub mod audit;
pub mod availability;
mod change;
pub mod clock_change;
pub mod command;
pub mod conflict;
pub mod decide;
pub mod diff;
pub mod draft;
pub mod effective;
pub mod entry;
pub mod event;
pub mod explain;
pub mod feed;
pub mod id;
pub mod instant;
pub mod levels;
pub mod limits;
pub mod merge;
pub mod roster;
pub mod rule;
pub mod shift;
pub mod swap;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time_off;
pub mod unit;
pub mod zone;

pub use id::Revision;
pub use instant::{Instant, Interval};
pub use roster::Roster;
pub use zone::Zone;
