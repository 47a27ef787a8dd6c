//! The lock files beside the database. The operating system frees them when a process ends,
//! however it ends; the files stay.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::fault::Fault;
use crate::error::{LedgerError, Unavailable};

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock of the one process that serves from a database, or says who has it.
pub(super) fn serve(database: &Path) -> Result<Lock, Fault> {
    let path = beside(database, "lock");
    let mut file = open(&path)?;
    match file.try_lock() {
        Ok(()) => {
            write_holder(&mut file).map_err(|error| failed(&path, &error))?;
            Ok(Lock { _file: file })
        }
        Err(TryLockError::WouldBlock) => {
            Err(LedgerError::Locked { holder: read_holder(&mut file), path }.into())
        }
        Err(TryLockError::Error(error)) => Err(failed(&path, &error)),
    }
}

/// Waits for the right to prepare a database: create it, set its journal, migrate its tables.
/// Two processes that did so at once would meet each other half-way.
pub(super) fn prepare(database: &Path) -> Result<Lock, Fault> {
    let path = beside(database, "open");
    let file = open(&path)?;
    file.lock().map_err(|error| failed(&path, &error))?;
    Ok(Lock { _file: file })
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn open(path: &Path) -> Result<File, Fault> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Fault {
    Fault(Unavailable::Failed(format!("{}: {error}", path.display())).into())
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "process {} ({})", std::process::id(), program())?;
    file.flush()
}

fn read_holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), holder) if !holder.is_empty() => holder.to_owned(),
        _ => "another process".to_owned(),
    }
}

/// The program and its subcommand, such as `muster serve`.
fn program() -> String {
    let mut args = std::env::args_os();
    let path = args.next().unwrap_or_default();
    let name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    match args.next().and_then(|arg| arg.into_string().ok()) {
        Some(arg) if !arg.starts_with('-') => format!("{name} {arg}"),
        _ => name,
    }
}
