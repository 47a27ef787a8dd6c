//! What the API's document says of each route, beside its method, path and scope, which the list of
//! routes knows. `described/<group>` has the operations, [`operation`] the words they are made of,
//! and [`document()`] puts all of it together.
//!
//! A new route needs an operation here: the document is put together from [`super::routes`], and a
//! test says which route has none, and which operation has no route.

mod document;
mod operation;
mod parameter;
mod refusal;

mod access;
mod agents;
mod bulk;
mod feeds;
mod levels;
mod schedules;
mod shifts;
mod swaps;
mod time_off;
mod units;
mod webhooks;

use operation::Operation;

pub(crate) use document::document;

/// A chapter of the document.
struct Group {
    name: &'static str,
    about: &'static str,
    operations: Vec<Operation>,
}

/// All chapters, in the order in which somebody new reads them.
fn groups() -> Vec<Group> {
    vec![
        access::access(),
        units::units(),
        units::rules(),
        levels::levels(),
        agents::agents(),
        agents::availability(),
        agents::calendar(),
        schedules::schedules(),
        shifts::shifts(),
        swaps::swaps(),
        time_off::time_off(),
        bulk::bulk(),
        feeds::adherence(),
        feeds::events(),
        webhooks::webhooks(),
        feeds::audit(),
        access::node(),
    ]
}

#[cfg(test)]
mod tests;
