//! The `muster` program: what it takes is one page in `cli.rs`.

mod bench;
mod cli;
mod demo;
mod local;
mod oracle;
mod print;
mod push;
mod roster_file;

fn main() -> std::process::ExitCode {
    cli::main()
}
