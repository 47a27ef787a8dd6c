//! The JSON contract of the HTTP API, and a typed client for it (feature `client`).
//!
//! Every resource has a module: what a client may send (`…In`, parsed by [`input::parse`] and
//! turned into the core's values) and what is answered (`…View`, which borrows from a roster).
//! Refusals are [`problem::Problem`]s with [`conflict::ConflictView`]s inside.
//!
//! What is absent from a request stays as it was; fields that only the server sets are accepted
//! and ignored, so that what was read can be sent back; any other unknown field is refused.
//!
//! What does not live here: HTTP and its headers (`muster-server`), storage (`muster-ledger`),
//! decisions (`muster-core`), a clock. Start reading at [`input`], then [`shift`].

#![warn(missing_docs)]

pub mod acknowledgement;
pub mod activity;
pub mod adherence;
pub mod agent;
pub mod agent_view;
pub mod audit;
pub mod availability;
pub mod bulk;
pub mod calendar;
#[cfg(feature = "client")]
pub mod client;
pub mod clock_change;
pub mod conflict;
pub mod etag;
pub mod event;
pub mod input;
pub mod job;
pub mod levels;
pub mod list;
pub mod openapi;
pub mod packs;
pub mod plan;
pub mod problem;
pub mod remedy;
pub mod result;
pub mod rules;
pub mod schedule;
pub mod shift;
pub mod swap;
pub mod terms;
#[cfg(test)]
mod testing;
pub mod time;
pub mod time_off;
pub mod unit;
pub mod webhook;

pub use etag::etag;
pub use input::{BadInput, parse, parse_or_default};
pub use problem::Problem;

/// Where every path of the API starts.
pub const ROOT: &str = "/api/v2/wfm";

pub(crate) use input::ReadOnly;
