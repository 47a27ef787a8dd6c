//! The files of the repository: those git knows, and new ones it would not ignore.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cargo::{capture, root};

/// A text file.
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Paths relative to the root, sorted.
pub(crate) fn paths() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    // Checkouts in a container often belong to another user; we only list names.
    git.current_dir(root()).args(["-c", "safe.directory=*", "ls-files", "-z"]);
    git.args(["--cached", "--others", "--exclude-standard"]);
    let listed = capture(&mut git).context("list the files of the checkout with git")?;
    let mut paths = listed.split_terminator('\0').map(str::to_owned).collect::<Vec<_>>();
    paths.retain(|path| root().join(path).is_file());
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// The files that are text.
pub(super) fn read() -> Result<Vec<File>> {
    let mut files = Vec::new();
    for path in paths()? {
        let bytes = std::fs::read(root().join(&path)).with_context(|| format!("read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listing_holds_this_file_and_nothing_that_was_built() {
        let paths = paths().unwrap();
        assert!(paths.iter().any(|path| path == "xtask/src/tidy/files.rs"));
        assert!(!paths.iter().any(|path| path.starts_with("target/")));
    }
}
