//! The API's document against the API: schemathesis asks a live server for what the document
//! allows, and for what it does not, and compares the answers with it.
//!
//! The Python beside this in `xtask/schemathesis` says what there is to be found, what is not
//! asked, and which checks are made; here is what it needs: its packages, a server, a client.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo::{cargo, root, run};
use crate::debian;

/// Python's packages, by name and version.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"];
/// So many requests are sent in every run of the checks, at least.
const REQUESTS: u32 = 3_000;

/// What CI does: the same requests each time.
pub(crate) fn check() -> Result<()> {
    against(REQUESTS, None)
}

/// As many requests as are asked for, made up from a seed.
pub(crate) fn soak(requests: u32, seed: u64) -> Result<()> {
    against(requests, Some(seed))
}

fn against(requests: u32, seed: Option<u64>) -> Result<()> {
    let python = python()?;
    run(&mut cargo(["build", "--package", "muster"]))?;
    let place = &place()?;
    let server = Server::start(place)?;
    let [id, secret] = client(place)?;
    let seed = seed.map_or_else(|| "-".to_owned(), |seed| seed.to_string());
    let mut script = Command::new(python);
    script.arg(root().join("xtask/schemathesis/run.py"));
    script.args([&server.url, &id, &secret, &requests.to_string(), &seed]).arg(place);
    run(&mut script).context("the document and the server differ: see what is printed above")
}

/// The interpreter of an environment that has the packages; it is made once for each version.
fn python() -> Result<PathBuf> {
    let home = root().join("target").join("schemathesis");
    let (python, made) = (home.join("bin/python"), home.join("packages"));
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&made).is_ok_and(|packages| packages == wanted) {
        return Ok(python);
    }
    debian::ensure_python()?;
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    fs::write(&made, wanted).with_context(|| format!("write {}", made.display()))?;
    Ok(python)
}

/// A server on a free port, with a ledger of its own; it ends with this.
struct Server {
    process: Child,
    /// What it prints goes somewhere until it ends.
    out: BufReader<ChildStdout>,
    url: String,
}

/// An empty directory for the server's ledger and for what is told of the run.
fn place() -> Result<PathBuf> {
    let place = root().join("target").join("schemathesis-run");
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("empty {}", place.display()))?;
    }
    fs::create_dir_all(&place).with_context(|| format!("make {}", place.display()))?;
    Ok(place)
}

fn muster() -> Command {
    Command::new(root().join("target/debug/muster"))
}

fn ledger(place: &Path) -> String {
    format!("sqlite:{}", place.join("muster.db").display())
}

impl Server {
    fn start(place: &Path) -> Result<Self> {
        let mut serve = muster();
        serve.args(["serve", "--json", "--listen", "127.0.0.1:0", "--ledger", &ledger(place)]);
        let mut process = serve.stdout(Stdio::piped()).spawn().context("start the server")?;
        let out = process.stdout.take().context("the server's output is piped")?;
        let mut server = Self { process, out: BufReader::new(out), url: String::new() };
        let mut told = String::new();
        // An object over several lines: up to where it closes.
        while server.out.read_line(&mut told).context("read what the server prints")? > 0 {
            let answer: Option<Value> = serde_json::from_str(&told).ok();
            if let Some(url) = answer.as_ref().and_then(|answer| answer["listening"].as_str()) {
                url.clone_into(&mut server.url);
                return Ok(server);
            }
        }
        bail!("the server ended before it listened: {told}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A client that may do everything: its id and its secret.
fn client(place: &Path) -> Result<[String; 2]> {
    let mut create = muster();
    create.args(["client", "create", "schemathesis", "--json", "--scope", "wfm:admin"]);
    let made = create.args(["--ledger", &ledger(place)]).output().context("make a client")?;
    if !made.status.success() {
        bail!("make a client: {}", String::from_utf8_lossy(&made.stderr));
    }
    let client: Value = serde_json::from_slice(&made.stdout).context("read the new client")?;
    Ok(["clientId", "clientSecret"].map(|name| client[name].as_str().unwrap_or("").to_owned()))
}
