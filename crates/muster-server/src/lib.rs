//! Desks, HTTP, access, events and real time.
//!
//! A request's way: `router` → `http/<resource>` → [`desk`] → ledger → answer. What does not live
//! here: what an edit means (`muster-core`), how JSON is spelled (`muster-api`), SQL
//! (`muster-ledger`). Start reading at `router`, then [`desk`].

pub mod access;
pub mod admission;
pub mod clock;
pub mod desk;
mod error;
mod feed;
pub mod http;
mod jobs;
pub mod leased;
pub mod limits;
pub mod metrics;
pub mod realtime;
pub mod router;
pub mod server;
mod settings;
pub mod trace;
mod transport;
pub mod units;
pub mod upkeep;
pub mod webhooks;

pub use server::{Config, Server, StartError};
pub use settings::{AccessLog, Bounds, Settings, TlsFiles};
pub use transport::TlsError;
