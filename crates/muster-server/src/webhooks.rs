//! Webhooks: sending a unit's events to whoever asked for them, signed, in order per agent, again
//! and again until they are taken.
//!
//! How far each one is lies in the ledger. One node at a time sends ([`crate::leased`]); a *round*
//! reads what follows a webhook's cursor, sends what may be sent now, and writes how far that
//! came, under the lease. What was sent by a node that lost its lease is sent once more by the next
//! one, under the same `webhook-id`.

mod guard;
mod post;
mod round;
mod secret;
mod stored;
mod window;
mod worker;

pub use guard::{Allowed, Reach};
pub(crate) use post::Post;
pub(crate) use round::ping;
pub(crate) use secret::Secret;
pub(crate) use stored::{Progress, Sent, Settings, bytes, read, view};
pub(crate) use worker::deliver;
