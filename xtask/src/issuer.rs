//! The OpenID Connect provider that tests get tokens from.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cargo::{root, run};
use crate::debian;

/// The package for Node, by name and version.
const PACKAGE: &str = "oidc-provider@9.13.3";

/// Installs it into `target/issuer`, once for each version.
pub(crate) fn ensure_installed() -> Result<()> {
    let home = root().join("target").join("issuer");
    let made = home.join("packages");
    if fs::read_to_string(&made).is_ok_and(|packages| packages == PACKAGE) {
        return Ok(());
    }
    debian::ensure_npm()?;
    println!("installing {PACKAGE}, once");
    fs::create_dir_all(&home).with_context(|| format!("make {}", home.display()))?;
    // Otherwise npm takes a package.json further up for that of the place.
    fs::write(home.join("package.json"), "{}").context("write package.json")?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", PACKAGE]);
    run(npm.current_dir(&home))?;
    fs::write(&made, PACKAGE).with_context(|| format!("write {}", made.display()))
}
