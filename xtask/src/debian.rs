//! What tests need of Debian's packages.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::cargo::run;

/// Installs packages by name.
pub(crate) fn install(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}, once", missing.join(" and "));
    let install = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt.args(["install", "--yes", "--no-install-recommends"]).args(missing);
        run(&mut apt)
    };
    // A container's lists of packages are often empty or old.
    let installed =
        install().or_else(|_| run(Command::new("apt-get").arg("update")).and_then(|()| install()));
    installed.with_context(|| format!("install {} with apt-get", missing.join(" and ")))
}

/// Installs what clients of the field are written in: Python with `requests`, and Node.
pub(crate) fn ensure_scripts() -> Result<()> {
    let mut missing = Vec::new();
    if !works("python3", &["-c", "import requests"]) {
        missing.extend(["python3", "python3-requests"]);
    }
    if !works("node", &["--eval", "fetch"]) {
        missing.push("nodejs");
    }
    install(&missing)
}

/// Installs what installs packages for Node.
pub(crate) fn ensure_npm() -> Result<()> {
    if works("npm", &["--version"]) {
        return Ok(());
    }
    install(&["npm"])
}

/// Installs Python with what makes environments of packages.
pub(crate) fn ensure_python() -> Result<()> {
    if works("python3", &["-c", "import ensurepip, venv"]) {
        return Ok(());
    }
    install(&["python3", "python3-venv", "python3-pip"])
}

fn works(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
