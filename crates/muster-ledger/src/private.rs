//! Files that only their owner may read, and that are complete when they have their name.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{LedgerError, Unavailable};

/// A file under a temporary name; deleted when it is dropped before it is finished.
#[derive(Debug)]
pub(crate) struct Part {
    part: PathBuf,
    to: PathBuf,
}

impl Part {
    /// Where a file is written first: beside its place, so that it can be renamed.
    pub(crate) fn beside(to: &Path) -> Result<Self, LedgerError> {
        if to.exists() {
            return Err(LedgerError::AlreadyThere(to.to_owned()));
        }
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".part-{}", std::process::id()));
        Ok(Self { part: PathBuf::from(name), to: to.to_owned() })
    }

    /// The file as it is called now.
    pub(crate) fn path(&self) -> &Path {
        &self.part
    }

    /// Creates it. What a process of the same number left behind goes.
    pub(crate) fn create(&self) -> Result<File, LedgerError> {
        self.delete();
        create(&self.part).map_err(|error| self.failed(error))
    }

    /// Gives the file its name, durably. Answers with its size in bytes.
    pub(crate) fn finish(self) -> Result<u64, LedgerError> {
        let failed = |error| self.failed(error);
        let file = File::open(&self.part).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        let size_bytes = file.metadata().map_err(failed)?.len();
        // A second name instead of another: what took the name meanwhile is not overwritten.
        std::fs::hard_link(&self.part, &self.to).map_err(failed)?;
        self.delete();
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        folder.sync_all().map_err(failed)?;
        Ok(size_bytes)
    }

    /// What a failure to write it means.
    pub(crate) fn failed(&self, error: Error) -> LedgerError {
        match error.kind() {
            ErrorKind::AlreadyExists => LedgerError::AlreadyThere(self.to.clone()),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Unavailable::Full.into(),
            _ => Unavailable::Failed(format!("{}: {error}", self.to.display())).into(),
        }
    }

    fn delete(&self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.part.as_os_str().to_owned();
            name.push(suffix);
            // Most of them are not there.
            let _ = std::fs::remove_file(name);
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.delete();
    }
}

/// Creates a file for its owner alone.
pub(crate) fn create(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
