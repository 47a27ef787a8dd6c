//! Activity codes.

use muster_core::Roster;
use muster_core::activity::{ActivityCode, BoundTo, Category};
use muster_core::id::{ActivityCodeId, UnitId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::{BadInput, Short};
use crate::unit::same_id;

/// `PUT /activitycodes/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ActivityCodeIn {
    /// Its id; it may come again beside the path's.
    pub id: Option<ActivityCodeId>,
    /// The unit it is a code of.
    pub business_unit_id: Option<UnitId>,
    /// What people call it.
    pub name: Option<Short>,
    /// Its category.
    pub category: Option<Category>,
    /// Whether the time is paid unless an activity says otherwise.
    pub paid: Option<bool>,
    /// Whether the time counts as work for the labour rules.
    pub counts_as_work: Option<bool>,
    /// What it stays with in a swap.
    pub bound_to: Option<BoundTo>,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
}

impl ActivityCodeIn {
    /// The code that is meant; what is absent is as it was, or as its category has it.
    ///
    /// # Errors
    /// [`BadInput`] when a new code has no category, or the body names another one.
    pub fn code(self, id: ActivityCodeId, roster: &Roster) -> Result<ActivityCode, BadInput> {
        same_id(self.id.as_ref(), &id)?;
        let known = roster.code(&id);
        let like = match (self.category, known) {
            (Some(category), Some(known)) if known.category == category => known,
            (None, Some(known)) => known,
            (Some(category), _) => {
                ActivityCode { name: id.as_str().into(), ..category.default_code() }
            }
            (None, None) => return Err(BadInput::missing("/category")),
        };
        Ok(ActivityCode {
            id,
            name: self.name.map_or(like.name, |name| name.0),
            category: like.category,
            paid: self.paid.unwrap_or(like.paid),
            counts_as_work: self.counts_as_work.unwrap_or(like.counts_as_work),
            bound_to: self.bound_to.unwrap_or(like.bound_to),
        })
    }
}

/// An activity code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityCodeView<'a> {
    /// Its id.
    pub id: ActivityCodeId,
    /// The unit it is a code of.
    pub business_unit_id: &'a UnitId,
    /// What people call it.
    pub name: std::sync::Arc<str>,
    /// Its category.
    pub category: Category,
    /// Whether the time is paid unless an activity says otherwise.
    pub paid: bool,
    /// Whether the time counts as work for the labour rules.
    pub counts_as_work: bool,
    /// What it stays with in a swap.
    pub bound_to: BoundTo,
}

impl<'a> ActivityCodeView<'a> {
    /// A code of a unit.
    #[must_use]
    pub fn new(unit: &'a UnitId, code: ActivityCode) -> Self {
        let ActivityCode { id, name, category, paid, counts_as_work, bound_to } = code;
        Self { id, business_unit_id: unit, name, category, paid, counts_as_work, bound_to }
    }
}

#[cfg(test)]
mod tests;
