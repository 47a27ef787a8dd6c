//! Shifts: as clients write them, and as they are answered.

mod input;
mod view;

pub use input::{ActivityIn, Op, ShiftIn};
pub use view::{ActivitiesView, ActivityView, MadeShiftView, ShiftView, WrittenShiftView};

#[cfg(test)]
mod tests;
