//! A server as a child process, and commands run against it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use expect_test::Expect;
use muster_api::client::Client;
use tempfile::TempDir;

/// The program, without what the caller's shell says about servers.
pub(crate) fn muster(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
    for name in ["MUSTER_URL", "MUSTER_CLIENT_ID", "MUSTER_CLIENT_SECRET", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.current_dir(folder);
    command
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Self {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// All of it: stdout, stderr, and the exit code where it is not 0.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("{}{}", self.out, self.err);
        if self.code != 0 {
            let _ = writeln!(shown, "[exit {}]", self.code);
        }
        shown
    }
}

/// A served ledger in a folder of its own, and a client that may do everything.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    pub(crate) url: String,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_in(TempDir::new().unwrap())
    }

    /// A server on what a folder holds.
    pub(crate) fn start_in(folder: TempDir) -> Self {
        let serve = muster(folder.path());
        Self::start_as(serve, folder)
    }

    /// A server that is started by a command, such as one that limits it.
    pub(crate) fn start_as(mut serve: Command, folder: TempDir) -> Self {
        serve.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = serve.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.split([' ', ',']).find(|word| word.starts_with("http"));
        let url = url.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        let made = Run::of(
            muster(folder.path())
                .args(["client", "create", "planner", "--json"])
                .args(["--scope", "wfm:admin"]),
        );
        let made = made.json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let (id, secret) = (text("clientId"), text("clientSecret"));
        Self { child, folder, url, id, secret }
    }

    /// A server with a unit in Chicago and three agents.
    pub(crate) fn with_agents() -> Self {
        let server = Self::start();
        server.ok(&["unit", "create", "vienna", "--time-zone", "America/Chicago"]);
        server.write(
            "agents.csv",
            "id,name,email,time_zone\n\
             ana,Ana,ana@x.com,\n\
             ben,Ben,Ben@X.com,\n\
             zoe,Zoé,zoe@x.com,Europe/Paris\n",
        );
        server.ok(&["agent", "import", "agents.csv", "--unit", "vienna"]);
        server
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file beside the ledger.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let mut command = muster(self.folder());
        command.env("MUSTER_URL", &self.url);
        command.env("MUSTER_CLIENT_ID", &self.id);
        command.env("MUSTER_CLIENT_SECRET", &self.secret);
        Run::of(command.args(args))
    }

    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}: {run:?}");
        run
    }

    /// Compares all that a command says with what is expected.
    #[track_caller]
    pub(crate) fn check(&self, args: &[&str], expect: Expect) {
        expect.assert_eq(&folded(&self.masked(&self.run(args).shown())));
    }

    /// A client of the API, for what no command does.
    pub(crate) fn api<T>(&self, work: impl AsyncFnOnce(Client) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            work(Client::connect(&self.url, &self.id, &self.secret).await.unwrap()).await
        })
    }

    /// An access token, as any program gets one.
    pub(crate) fn token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
        ];
        let form: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer: serde_json::Value = runtime.block_on(async {
            let ask = reqwest::Client::new().post(format!("{}/oauth/token", self.url));
            let ask = ask.header("content-type", "application/x-www-form-urlencoded");
            ask.body(form.join("&")).send().await.unwrap().json().await.unwrap()
        });
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Without what differs from run to run: ids that are made up, and when things happened.
    pub(crate) fn masked(&self, text: &str) -> String {
        let mut masked = String::new();
        for line in untimed(&text.replace(&self.id, "PLANNER")).split_inclusive('\n') {
            let mut line = line.to_owned();
            if let (Some(by), Some(end)) = (line.find("by PLANNER, "), line.find(" (revision ")) {
                line.replace_range(by + "by PLANNER, ".len()..end, "NOW");
            }
            masked += &plans_masked(&drafts_masked(&line));
        }
        masked
    }

    /// Asks the server to stop, as a service manager does, and waits for its end.
    pub(crate) fn stop(self) -> i32 {
        self.stop_and_keep().0
    }

    /// The same; and what it leaves behind.
    pub(crate) fn stop_and_keep(mut self) -> (i32, TempDir) {
        self.signal("TERM");
        let code = self.child.wait().unwrap().code().unwrap();
        (code, std::mem::replace(&mut self.folder, TempDir::new().unwrap()))
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let signal = format!("-{name}");
        let mut kill = Command::new("kill");
        assert!(kill.args([&signal, &self.pid()]).status().unwrap().success());
    }

    /// Ends the server as a power cut does, and answers with what it leaves behind.
    pub(crate) fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.folder, TempDir::new().unwrap())
    }

    /// The number of the server's process.
    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

/// `took 0.02 s, 100 entries/s` as `took TIME`.
pub(crate) fn untimed(text: &str) -> String {
    let untimed = |line: &str| match line.starts_with("took ") {
        true => "took TIME\n".to_owned(),
        false => line.to_owned(),
    };
    text.split_inclusive('\n').map(untimed).collect()
}

/// Lines folded to what a page holds; what continues one is set off by a bar.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::new();
    for line in text.lines() {
        let mut width = 0;
        for word in line.split_inclusive(' ') {
            if width > 4 && width + word.chars().count() > 84 {
                folded = folded.trim_end().to_owned() + "\n| ";
                width = 2;
            }
            folded += word;
            width += word.chars().count();
        }
        folded.push('\n');
    }
    folded
}

/// `push-2035-03-05-0867c378` as `push-2035-03-05-########`.
fn drafts_masked(line: &str) -> String {
    let (mut masked, mut rest) = (String::new(), line);
    while let Some(at) = rest.find("push-2") {
        let end = at + "push-2035-03-05-".len();
        masked += &rest[..end];
        masked += "########";
        rest = &rest[end + 8..];
    }
    masked + rest
}

/// `plan.4.3.1790000000000` as `plan.4.3`: its last part is the time.
fn plans_masked(line: &str) -> String {
    let Some(at) = line.find("plan.") else { return line.to_owned() };
    let token = line[at..].split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next();
    match token.map(|token| (token, token.rsplit_once('.'))) {
        Some((token, Some((untimed, _)))) if token.matches('.').count() == 3 => {
            line.replacen(token, untimed, 1)
        }
        _ => line.to_owned(),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already stopped where the test did so.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
