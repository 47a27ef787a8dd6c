//! The `muster` program: what it takes is one page in `cli.rs`.

mod cli;
mod print;
mod push;
mod roster_file;

fn main() -> std::process::ExitCode {
    cli::main()
}
