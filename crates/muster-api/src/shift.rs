//! Shifts: as clients write them, and as they are answered.

mod input;
mod schema;
mod view;

pub use input::{ActivityIn, Op, ShiftIn};
pub(crate) use schema::{Edited, Listed};
pub use view::{ActivitiesView, ActivityView, MadeShiftView, ShiftView, WrittenShiftView};

#[cfg(test)]
mod tests;
