//! A throwaway PostgreSQL for the tests, and a pooler in front of it.
//!
//! Both lie in a folder of their own, listen on free ports of this machine alone, and are gone
//! with whoever asked for them. PostgreSQL does not run as root: then an unprivileged user does.

use std::fs::{self, File};
use std::io::{BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::cargo::{capture, run};
use crate::debian;

/// Where the tests find the server, and the pooler.
const SERVER: &str = "MUSTER_TEST_POSTGRES";
const POOLER: &str = "MUSTER_TEST_POOLER";
/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
const PGBOUNCER: &str = "/usr/sbin/pgbouncer";
/// The user that Debian's packages make for it.
const USER: &str = "postgres";
const START: Duration = Duration::from_secs(60);

/// A server that runs until this is dropped.
pub(crate) struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    pooler_port: u16,
    /// What runs, and the signal that ends it at once.
    running: Vec<(Child, &'static str)>,
}

/// Runs a command that may use the server.
pub(crate) fn run_with(words: &[String]) -> Result<()> {
    let (program, args) = words.split_first().context("no command to run")?;
    let server = Postgres::start()?;
    run(server.shown_to(Command::new(program).args(args)))
}

impl Postgres {
    /// Installs what is missing, makes a new cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        ensure_installed()?;
        let folder = std::env::temp_dir().join(format!("muster-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        let (programs, user) = (programs()?, unprivileged()?);
        let mut server = Self {
            folder,
            programs,
            user,
            port: free_port()?,
            pooler_port: free_port()?,
            running: Vec::new(),
        };
        if let Some((user, group)) = server.user {
            chown(&server.folder, Some(user), Some(group)).context("hand over the folder")?;
        }
        let mut init = server.program(&server.programs.join("initdb"));
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
        capture(init.arg("--pgdata").arg(server.data())).context("make a PostgreSQL cluster")?;
        server.start_server()?;
        server.start_pooler()?;
        println!("PostgreSQL: {}, pooled: {}", url(server.port), url(server.pooler_port));
        Ok(server)
    }

    /// The command, told where the server is.
    pub(crate) fn shown_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(SERVER, url(self.port)).env(POOLER, url(self.pooler_port))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A command as the user that the server runs as.
    fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn start_server(&mut self) -> Result<()> {
        let mut server = self.program(&self.programs.join("postgres"));
        server.arg("-D").arg(self.data());
        for setting in [
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.folder.display()),
            "listen_addresses=127.0.0.1".to_owned(),
            "max_connections=200".to_owned(),
            "fsync=on".to_owned(),
        ] {
            server.args(["-c", &setting]);
        }
        let server = start(&mut server, "ready to accept connections", &self.folder)?;
        self.running.push((server, "-QUIT"));
        Ok(())
    }

    fn start_pooler(&mut self) -> Result<()> {
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = 8\n\
             max_client_conn = 1000\nserver_idle_timeout = 5\n",
            self.port, self.pooler_port
        );
        let file = self.folder.join("pgbouncer.ini");
        fs::write(&file, settings).with_context(|| format!("write {}", file.display()))?;
        let mut pooler = self.program(Path::new(PGBOUNCER));
        let pooler = start(pooler.arg(&file), "process up", &self.folder)?;
        self.running.push((pooler, "-TERM"));
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nothing in it is worth an orderly end.
        for (child, signal) in self.running.iter_mut().rev() {
            let pid = child.id().to_string();
            let _ = Command::new("kill").args([*signal, &pid]).status();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Starts a program and waits until it says that it is ready.
fn start(command: &mut Command, ready: &'static str, folder: &Path) -> Result<Child> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let mut log = folder.join(&name);
    log.set_extension("log");
    let file = File::create(&log).with_context(|| format!("make {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", name.display()))?;
    let output = child.stderr.take().context("its output was piped")?;
    let (said, heard) = channel();
    std::thread::spawn(move || copy(BufReader::new(output), file, ready, &said));
    if heard.recv_timeout(START).is_err() {
        let _ = child.kill();
        let _ = child.wait();
        bail!("{} did not start:\n{}", name.display(), fs::read_to_string(&log)?);
    }
    Ok(child)
}

/// Copies lines until there are no more, and says when the one that is waited for came.
fn copy(output: impl std::io::BufRead, mut log: File, ready: &str, said: &Sender<()>) {
    for line in output.lines().map_while(Result::ok) {
        let _ = writeln!(log, "{line}");
        if line.contains(ready) {
            let _ = said.send(());
        }
    }
}

fn url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres")
}

/// The programs of the newest version.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir(VERSIONS).with_context(|| format!("look into {VERSIONS}"))?;
    let newest = versions
        .filter_map(|version| version.ok()?.file_name().into_string().ok())
        .filter_map(|version| version.parse::<u32>().ok())
        .filter(|version| folder_of(*version).join("initdb").is_file())
        .max();
    newest.map(folder_of).with_context(|| format!("no PostgreSQL in {VERSIONS}"))
}

fn folder_of(version: u32) -> PathBuf {
    Path::new(VERSIONS).join(version.to_string()).join("bin")
}

/// Installs Debian's packages when the programs are not there.
pub(crate) fn ensure_installed() -> Result<()> {
    let mut missing = Vec::new();
    if programs().is_err() {
        missing.push("postgresql");
    }
    if !Path::new(PGBOUNCER).is_file() {
        missing.push("pgbouncer");
    }
    debian::install(&missing)
}

/// The user and group to run as, if we are root.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    let id = |args: &[&str]| -> Result<u32> {
        let id = capture(Command::new("id").args(args))?;
        id.trim().parse().with_context(|| format!("`id` answered {id:?}"))
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    let ids = (id(&["-u", USER])?, id(&["-g", USER])?);
    ensure!(ids.0 != 0, "{USER} is root, whom PostgreSQL does not run as");
    Ok(Some(ids))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("find a free port")?;
    Ok(listener.local_addr().context("find a free port")?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_ends_at_once_is_named_with_what_it_said() {
        let folder = std::env::temp_dir();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such thing >&2"]);
        let error = start(&mut command, "ready", &folder).unwrap_err().to_string();
        assert!(error.contains("sh did not start:\nno such thing"), "{error}");
    }
}
