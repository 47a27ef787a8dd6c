//! The checks of `cargo xtask test`, in order, and the chores that only hand over to cargo.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::cargo::{cargo, ensure_tools, root, run};
use crate::debian;
use crate::postgres::{self, Postgres};
use crate::{arrows, issuer, licences, schemathesis, tidy, tree};

struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
}

/// Cheap checks first. CI runs this list and nothing else.
const STEPS: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "tidy", run: tidy::run },
    Step { name: "clippy", run: clippy },
    Step { name: "doc", run: doc },
    Step { name: "tests", run: nextest },
    Step { name: "doctests", run: doctests },
    Step { name: "document against server", run: schemathesis::check },
    Step { name: "dependency arrows", run: arrows::run },
    Step { name: "what the core depends on", run: tree::check },
    Step { name: "licences and duplicates", run: licences::run },
];

pub(crate) fn test() -> Result<()> {
    ensure_tools()?;
    let mut times = Vec::new();
    for (number, step) in STEPS.iter().enumerate() {
        println!("\n== {}/{} {}", number + 1, STEPS.len(), step.name);
        let started = Instant::now();
        let outcome = (step.run)();
        let took = started.elapsed();
        outcome.with_context(|| format!("step `{}` failed after {}", step.name, secs(took)))?;
        println!("== {}: ok in {}", step.name, secs(took));
        times.push((step.name, took));
    }
    println!("\nall {} steps passed", times.len());
    for (name, took) in &times {
        println!("  {name:<26}{:>9}", secs(*took));
    }
    println!("  {:<26}{:>9}", "total", secs(times.iter().map(|(_, took)| *took).sum()));
    Ok(())
}

pub(crate) fn fix() -> Result<()> {
    ensure_tools()?;
    let clippy = ["clippy", "--fix", "--workspace", "--all-targets", "--all-features"];
    run(cargo(clippy).args(["--allow-dirty", "--allow-staged"]))?;
    run(&mut cargo(["fmt", "--all"]))
}

/// Hands over to the ignored tests whose name contains `soak`.
pub(crate) fn soak(minutes: u32, seed: u64) -> Result<()> {
    ensure_tools()?;
    let tests = ["nextest", "run", "--workspace", "--all-features", "--release"];
    let server = Postgres::start()?;
    run(server
        .shown_to(&mut cargo(tests))
        .args(["--profile", "soak", "--run-ignored", "only", "-E", "test(soak)"])
        .env("MUSTER_SOAK_MINUTES", minutes.to_string())
        .env("MUSTER_SOAK_SEED", seed.to_string()))
}

/// Hands over to the ignored test that goes through all faults, again and again. It brings its own
/// databases, and says every minute how far it is.
pub(crate) fn faults(minutes: u32, seed: u64) -> Result<()> {
    ensure_tools()?;
    postgres::ensure_installed()?;
    let tests = ["nextest", "run", "--package", "muster", "--test", "faults", "--release"];
    run(cargo(tests)
        .args(["--profile", "soak", "--run-ignored", "only", "--no-capture"])
        .env("MUSTER_FAULTS_MINUTES", minutes.to_string())
        .env("MUSTER_FAULTS_SEED", seed.to_string()))
}

fn format() -> Result<()> {
    run(&mut cargo(["fmt", "--all", "--check"])).context("`cargo xtask fix` formats what is not")
}

fn clippy() -> Result<()> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features"];
    run(cargo(clippy).args(["--", "-D", "warnings"]))
}

fn doc() -> Result<()> {
    let doc = ["doc", "--workspace", "--all-features", "--no-deps", "--document-private-items"];
    run(cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

fn nextest() -> Result<()> {
    if !root().join("../shared/data").is_dir() {
        println!("there is no ../shared/data: the tests of published rosters are skipped");
    }
    debian::ensure_scripts()?;
    issuer::ensure_installed()?;
    let server = Postgres::start()?;
    run(server.shown_to(&mut cargo(["nextest", "run", "--workspace", "--all-features"])))
}

/// Nextest leaves these out.
fn doctests() -> Result<()> {
    let server = Postgres::start()?;
    let doctests = ["test", "--workspace", "--all-features", "--doc", "--quiet"];
    run(server.shown_to(&mut cargo(doctests)))
}

fn secs(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
