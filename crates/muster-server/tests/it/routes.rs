//! Every route: the happy path, its status, and what it refuses. `coverage.rs` compares the
//! routes named here with those of the router.

mod access;
mod acknowledgements;
mod adherence;
mod audit;
mod availability;
mod bulk;
mod calendar;
mod clock_changes;
mod docs;
mod draft_events;
mod drafts;
mod jobs;
mod levels;
mod operations;
mod organizations;
mod outside;
mod own;
mod preconditions;
mod registry;
mod remedies;
mod schedules;
mod shifts;
mod swaps;
mod time_off;
mod trades;
mod waitlist;
mod webhooks;
