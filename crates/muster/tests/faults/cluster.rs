//! A PostgreSQL cluster of our own, which may be killed, stopped and started.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::node::signal;

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user that Debian's packages make for it.
const USER: &str = "postgres";
const START: Duration = Duration::from_secs(60);

/// Programs, and the user who runs them: PostgreSQL does not run as root.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
    user: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Self {
        let versions = fs::read_dir(VERSIONS).into_iter().flatten();
        let newest = versions
            .filter_map(|version| version.ok()?.file_name().into_string().ok()?.parse().ok())
            .filter(|version: &u32| bin(*version).join("initdb").is_file())
            .max();
        let Some(newest) = newest else {
            panic!("there is no PostgreSQL in {VERSIONS}: `cargo xtask test` installs it");
        };
        let id = |args: &[&str]| {
            let id = Command::new("id").args(args).output().unwrap().stdout;
            String::from_utf8(id).unwrap().trim().parse::<u32>().unwrap()
        };
        let is_root = id(&["-u"]) == 0;
        let user = is_root.then(|| (id(&["-u", USER]), id(&["-g", USER])));
        Self { folder: bin(newest), user }
    }

    fn command(&self, name: &str, folder: &Path) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.current_dir(folder);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

fn bin(version: u32) -> PathBuf {
    Path::new(VERSIONS).join(version.to_string()).join("bin")
}

/// A cluster in a folder of its own, on a free port of this machine. Dropped, it is stopped.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: Programs,
    folder: TempDir,
    pub(crate) port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// A new cluster that runs.
    pub(crate) fn start() -> Self {
        let mut cluster = Self::empty();
        let mut init = cluster.command("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
        done(init.args(["--no-sync", "--pgdata=data"]));
        cluster.run();
        cluster
    }

    /// A follower of a cluster that runs.
    pub(crate) fn following(other: &Self) -> Self {
        let mut cluster = Self::empty();
        cluster.follow(other);
        cluster
    }

    fn empty() -> Self {
        let (programs, folder) = (Programs::find(), TempDir::new().unwrap());
        if let Some((user, group)) = programs.user {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { programs, folder, port, server: None }
    }

    /// Throws away what it holds and follows another one from now on.
    pub(crate) fn follow(&mut self, other: &Self) {
        assert!(self.server.is_none(), "a cluster that runs cannot begin to follow");
        let _ = fs::remove_dir_all(self.folder.path().join("data"));
        let mut copy = self.command("pg_basebackup");
        copy.args(["--host=127.0.0.1", "--username=postgres", &format!("--port={}", other.port)]);
        copy.args(["--pgdata=data", "--checkpoint=fast", "--wal-method=stream", "--no-sync"]);
        done(copy.arg("--write-recovery-conf"));
        self.run();
    }

    fn command(&self, program: &str) -> Command {
        self.programs.command(program, self.folder.path())
    }

    /// Starts it and waits until it takes connections.
    pub(crate) fn run(&mut self) {
        let mut server = self.command("postgres");
        server.args(["-D", "data"]);
        for setting in [
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.folder.path().display()),
            "listen_addresses=127.0.0.1".to_owned(),
            "fsync=on".to_owned(),
            "synchronous_commit=on".to_owned(),
        ] {
            server.args(["-c", &setting]);
        }
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = server.spawn().unwrap();
        let output = BufReader::new(child.stderr.take().unwrap());
        self.server = Some(child);
        let (ready, is_ready) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = writeln!(&log, "{line}");
                if line.contains("ready to accept") {
                    let _ = ready.send(());
                }
            }
        });
        let is_ready = block_in_place(|| is_ready.recv_timeout(START)).is_ok();
        assert!(is_ready, "{}", fs::read_to_string(self.log()).unwrap());
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn pid(&self) -> u32 {
        self.server.as_ref().expect("the cluster runs").id()
    }

    /// Stops it at once, as `pg_ctl stop -m immediate`: it has to recover when it starts again.
    pub(crate) fn crash(&mut self) {
        signal(self.pid(), "QUIT");
        self.ended();
    }

    /// As `kill -9` of the server and everybody who works for it, all at the same moment.
    ///
    /// They are stopped first. Workers who outlive the server give up waiting for the standby and
    /// show others what it does not have: PostgreSQL knows no better, and a machine that dies
    /// does not do that.
    pub(crate) fn kill(&mut self) {
        let pid = self.pid();
        // Who is stopped starts no more workers.
        signal(pid, "STOP");
        let workers = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let all: Vec<&str> = workers.split_whitespace().collect();
        for name in ["-STOP", "-KILL"] {
            let mut kill = Command::new("kill");
            // Some have just ended by themselves.
            let _ = kill.arg(name).args(&all).stderr(Stdio::null()).status();
        }
        signal(pid, "KILL");
        self.ended();
        self.free_memory();
    }

    fn ended(&mut self) {
        if let Some(mut server) = self.server.take() {
            block_in_place(|| server.wait()).unwrap();
        }
    }

    /// A killed server leaves a bit of shared memory, which the next one on the same files takes
    /// over. There will be none.
    fn free_memory(&self) {
        let file = fs::read_to_string(self.folder.path().join("data/postmaster.pid"));
        let file = file.unwrap_or_default();
        let line = file.lines().nth(6).unwrap_or_default();
        if let Some(id) = line.split_whitespace().nth(1) {
            let _ = Command::new("ipcrm").args(["-m", id]).stderr(Stdio::null()).status();
        }
    }

    /// Makes a follower one that is written to.
    pub(crate) fn promote(&self) {
        let mut promote = self.command("pg_ctl");
        done(promote.args(["promote", "--wait", "--pgdata=data"]));
    }

    /// Asks one thing, and answers with what it prints.
    pub(crate) fn ask(&self, sql: &str) -> String {
        let output = done(self.psql().args(["--command", sql]));
        output.trim().to_owned()
    }

    /// The client program, for this cluster, printing bare values.
    pub(crate) fn psql(&self) -> Command {
        let mut psql = self.command("psql");
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet"]);
        psql.args(["--host=127.0.0.1", "--username=postgres", &format!("--port={}", self.port)]);
        psql.args(["--dbname=postgres", "--set=ON_ERROR_STOP=1"]);
        psql
    }

    /// Where a ledger of this cluster is.
    pub(crate) fn url(&self) -> String {
        url(&[self.port])
    }
}

/// Where a ledger is that lies behind one of some ports.
pub(crate) fn url(ports: &[u16]) -> String {
    let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let hosts = hosts.join(",");
    format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write")
}

/// Runs a program to its end, which is a good one.
fn done(command: &mut Command) -> String {
    let output = block_in_place(|| command.stdin(Stdio::null()).output()).unwrap();
    let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {err}");
    String::from_utf8(out.clone()).unwrap()
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let pid = server.id().to_string();
            let _ = Command::new("kill").args(["-QUIT", &pid]).status();
            let _ = server.wait();
        }
    }
}
