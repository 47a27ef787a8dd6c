//! Schedules: a unit's week as a document, live or as a draft, and change sets on it.

mod change_set;
mod input;
mod status;
mod view;

pub use change_set::{ChangeSetIn, removal};
pub use input::{AgentScheduleIn, ScheduleIn, ScheduleNewIn, StartFrom, StatusIn};
pub use status::DraftStatusView;
pub use view::{
    AgentScheduleView, DraftedView, EditedView, Head, ScheduleHeadView, ScheduleStatus,
    ScheduleView,
};

#[cfg(test)]
mod tests;
