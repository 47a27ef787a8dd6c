//! The binary.
#[cfg_attr(not(test), expect(dead_code, reason = "called by schedule push"))]
mod roster_file;

fn main() {}
