//! A server as a process that can be killed, paused and asked to stop.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tokio::task::block_in_place;

/// The program, without what the caller's shell says about servers.
fn muster(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
    for name in ["MUSTER_URL", "MUSTER_CLIENT_ID", "MUSTER_CLIENT_SECRET"] {
        command.env_remove(name);
    }
    // Receivers of the tests are on this machine.
    command.env("MUSTER_WEBHOOKS_ALLOW", "127.0.0.1");
    command.env("RUST_LOG", "warn").current_dir(folder);
    command
}

/// Sends a signal to a process of ours.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(status.unwrap().success(), "{name} for process {pid}");
}

/// Who may ask: what `muster client create` printed.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Credentials {
    /// Makes a client that may do everything.
    pub(crate) fn create(folder: &Path, ledger: &str) -> Self {
        let mut create = muster(folder);
        create.args(["client", "create", "rush", "--scope", "wfm:admin", "--json"]);
        let made = block_in_place(|| create.args(["--ledger", ledger]).output()).unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { id: text("clientId"), secret: text("clientSecret") }
    }
}

/// A process of `muster serve`. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Node {
    child: Child,
    pub(crate) url: String,
}

impl Node {
    /// Starts it and waits until it says where it listens. What it logs is added to a file.
    pub(crate) fn start(folder: &Path, name: &str, ledger: &str) -> Self {
        let log = log_of(folder, name);
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let mut serve = muster(folder);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--json", "--ledger", ledger]);
        // Few clients stand for many; what each request was is in the checker's own notes.
        serve.args(["--set", "limits.token-per-second=0", "--set", "limits.login-per-second=0"]);
        serve.args(["--set", "limits.organization-per-second=0", "--set", "log.access=false"]);
        let mut child = serve.stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let said = serde_json::Deserializer::from_reader(child.stdout.take().unwrap());
        let first = block_in_place(|| said.into_iter::<Value>().next());
        let Some(Ok(first)) = first else {
            let log = std::fs::read_to_string(&log).unwrap();
            panic!("{name} does not start: {log}");
        };
        Self { child, url: first["listening"].as_str().unwrap().to_owned() }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As `kill -9`, and waits for its end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        block_in_place(|| self.child.wait()).unwrap();
    }

    /// Stops it in the middle of whatever it does.
    pub(crate) fn pause(&self) {
        signal(self.pid(), "STOP");
    }

    pub(crate) fn resume(&self) {
        signal(self.pid(), "CONT");
    }

    /// Asks it to stop, as a service manager does, and waits for its end.
    pub(crate) fn stop(mut self) {
        signal(self.pid(), "TERM");
        let status = block_in_place(|| self.child.wait()).unwrap();
        assert!(status.success(), "a node that was asked to stop ended with {status}");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Already over where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log"))
}

/// Lines in which a node says that it broke.
pub(crate) fn breakages(folder: &Path, name: &str) -> Vec<String> {
    let log = std::fs::read_to_string(log_of(folder, name)).unwrap_or_default();
    let is_bad = |line: &&str| line.contains("panicked") || line.contains("could not be handled");
    log.lines().filter(is_bad).map(str::to_owned).collect()
}
