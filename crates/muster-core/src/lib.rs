pub mod id;
pub mod instant;
pub mod limits;
pub mod zone;
