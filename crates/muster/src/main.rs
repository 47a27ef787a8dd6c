//! The `muster` program: what it takes is one page in `cli.rs`.

mod bench;
mod cli;
mod demo;
mod local;
mod oracle;
mod print;
mod push;
mod roster_file;

/// Deciding makes and drops many small values: see docs/decisions/0005-dependencies.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
