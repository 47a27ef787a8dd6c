//! The rules against rosters that others have published, with the verdicts published with them.
//!
//! The data lies beside the checkout, in `../shared/data`, and its README says what it is; where it
//! is not there, these tests say so and end. What reads its formats lives here: the product needs
//! none of it.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read is a test that fails")]

mod inrc1;
mod inrc2;
mod inrc2_rosters;
mod made;
mod nrp;
mod nrp_rosters;

use std::path::PathBuf;

/// A folder of the published data; nothing, said aloud, where it is not there.
#[expect(clippy::print_stderr, reason = "a test that shows nothing has to say so")]
fn folder(name: &str) -> Option<PathBuf> {
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    let folder = PathBuf::from(checkout).join("shared/data").join(name);
    let is_there = folder.is_dir();
    if !is_there {
        eprintln!("SKIPPED: there is no ../shared/data/{name} beside this checkout");
    }
    is_there.then_some(folder)
}
