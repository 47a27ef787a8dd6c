//! Measurements: a comparison store that works as the field does today, and `muster bench`.

pub(crate) mod version_store;
