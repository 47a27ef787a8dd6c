//! What type a shift is of: its tags `type:NAME`, of which it may have several or none.
//!
//! A tag and not the work plan, because a plan says where a shift came from and a type what it is,
//! because files of shifts carry tags, and because a swap or an edit changes it like any other tag.

use crate::rule::{Allowed, Param, Setting};
use crate::shift::Shift;

const TYPE_TAG: &str = "type:";

/// A parameter that lists types.
pub(super) const fn types(name: &'static str) -> Param {
    Param { name, allowed: Allowed::Names }
}

/// The types that a rule speaks of; all shifts, those without a type too, where it lists none.
pub(super) struct Types<'a>(Vec<&'a str>);

impl<'a> Types<'a> {
    /// As a parameter lists them.
    pub(super) fn of(setting: &Setting<'a>, param: &str) -> Self {
        Self(setting.names(param))
    }

    /// Whether a shift is of one of them.
    pub(super) fn has(&self, shift: &Shift) -> bool {
        let mut own = shift.body.tags.iter().filter_map(|tag| tag.strip_prefix(TYPE_TAG));
        self.0.is_empty() || own.any(|name| self.0.contains(&name))
    }
}
