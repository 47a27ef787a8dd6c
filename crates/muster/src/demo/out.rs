//! The one place of the demo and the bench that prints.

/// Prints a line for people.
#[expect(clippy::print_stdout, reason = "what the demo and the bench are for")]
pub(crate) fn line(text: &str) {
    println!("{text}");
}
