//! Activity codes: what a stretch of a shift is spent on.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::ActivityCodeId;

/// What a stretch of a shift may be spent on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityCode {
    /// Its id.
    pub id: ActivityCodeId,
    /// What people call it.
    pub name: Arc<str>,
    /// Its category.
    pub category: Category,
    /// Whether the time is paid unless an activity says otherwise.
    pub paid: bool,
    /// Whether the time counts as work for the labour rules.
    pub counts_as_work: bool,
    /// What it stays with in a swap.
    pub bound_to: BoundTo,
}

/// The eight categories of the field.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Category {
    /// Handling contacts.
    OnQueueWork,
    /// A short rest.
    Break,
    /// A meal.
    Meal,
    /// A meeting or coaching.
    Meeting,
    /// Work away from the queue.
    OffQueueWork,
    /// Time off inside a shift.
    TimeOff,
    /// Training.
    Training,
    /// Not available.
    Unavailable,
}

/// Whether an activity belongs to the shift or to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BoundTo {
    /// It moves with the shift, and goes to whoever works it.
    Shift,
    /// It stays with the agent at its time, whatever shift the agent works then.
    Agent,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 8] = [
        Self::OnQueueWork,
        Self::Break,
        Self::Meal,
        Self::Meeting,
        Self::OffQueueWork,
        Self::TimeOff,
        Self::Training,
        Self::Unavailable,
    ];

    /// Its name, as the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OnQueueWork => "OnQueueWork",
            Self::Break => "Break",
            Self::Meal => "Meal",
            Self::Meeting => "Meeting",
            Self::OffQueueWork => "OffQueueWork",
            Self::TimeOff => "TimeOff",
            Self::Training => "Training",
            Self::Unavailable => "Unavailable",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// What an activity of this category belongs to unless its code says otherwise.
    #[must_use]
    pub fn bound_to(self) -> BoundTo {
        match self {
            Self::Meeting | Self::Training | Self::TimeOff => BoundTo::Agent,
            Self::OnQueueWork
            | Self::Break
            | Self::Meal
            | Self::OffQueueWork
            | Self::Unavailable => BoundTo::Shift,
        }
    }

    /// Whether the time counts as work unless a code says otherwise.
    #[must_use]
    pub fn counts_as_work(self) -> bool {
        match self {
            Self::OnQueueWork | Self::OffQueueWork | Self::Meeting | Self::Training => true,
            Self::Break | Self::Meal | Self::TimeOff | Self::Unavailable => false,
        }
    }

    /// The code of this category that every unit has from the start.
    #[must_use]
    pub fn default_code(self) -> ActivityCode {
        let name = self.name();
        ActivityCode {
            id: ActivityCodeId::parse(name).expect("category names are ids"),
            name: Arc::from(name),
            category: self,
            paid: !matches!(self, Self::Meal | Self::Unavailable),
            counts_as_work: self.counts_as_work(),
            bound_to: self.bound_to(),
        }
    }
}
