//! Which unit has an id.

use std::fmt;

use muster_core::id::{OrganizationId, UnitId};

/// Names a unit: its id is unique within its organization.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitKey {
    /// The organization.
    pub organization: OrganizationId,
    /// The unit.
    pub unit: UnitId,
}

impl fmt::Display for UnitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organization, self.unit)
    }
}

/// What kind of thing an id names. Ids are unique per organization and kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// A business unit.
    Unit,
    /// A management unit.
    ManagementUnit,
    /// An agent.
    Agent,
    /// An activity code.
    ActivityCode,
    /// A shift.
    Shift,
    /// A schedule, live or draft.
    Schedule,
    /// A shift swap.
    Swap,
    /// A time-off request.
    TimeOff,
}

impl SubjectKind {
    /// The number it is stored as. Never reused, never renumbered.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Unit => 1,
            Self::ManagementUnit => 2,
            Self::Agent => 3,
            Self::ActivityCode => 4,
            Self::Shift => 5,
            Self::Schedule => 6,
            Self::Swap => 7,
            Self::TimeOff => 8,
        }
    }

    /// The kind that is stored as a number.
    pub(crate) fn from_code(code: i64) -> Option<Self> {
        let all = [
            Self::Unit,
            Self::ManagementUnit,
            Self::Agent,
            Self::ActivityCode,
            Self::Shift,
            Self::Schedule,
            Self::Swap,
            Self::TimeOff,
        ];
        all.into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unit => "unit",
            Self::ManagementUnit => "management unit",
            Self::Agent => "agent",
            Self::ActivityCode => "activity code",
            Self::Shift => "shift",
            Self::Schedule => "schedule",
            Self::Swap => "swap",
            Self::TimeOff => "time-off request",
        })
    }
}

/// What an entry does to the ids of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectChange {
    /// The unit takes the id. Fine when it has it already, refused when another unit has it.
    Claim(SubjectKind, String),
    /// The unit gives the id up. Fine when it does not have it.
    Release(SubjectKind, String),
}

impl SubjectChange {
    /// The kind and the id it is about.
    pub(crate) fn subject(&self) -> (SubjectKind, &str) {
        match self {
            Self::Claim(kind, id) | Self::Release(kind, id) => (*kind, id),
        }
    }
}
