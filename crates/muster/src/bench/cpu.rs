//! CPU time of processes, as the kernel counts it.

use anyhow::{Context as _, Result};

/// Ticks in a second, on every Linux there is.
const TICKS: f64 = 100.0;

/// Seconds of CPU that a process has used, without its children.
pub(super) fn of(pid: u32) -> Result<f64> {
    let fields = stat(pid)?;
    Ok((number(&fields, USER) + number(&fields, SYSTEM)) / TICKS)
}

/// Seconds of CPU that a process and its children have used, also those that have ended: a
/// database server and its backends.
pub(super) fn of_family(pid: u32) -> Result<f64> {
    let own = stat(pid)?;
    let mut ticks: f64 =
        [USER, SYSTEM, CHILD_USER, CHILD_SYSTEM].iter().map(|n| number(&own, *n)).sum();
    for entry in std::fs::read_dir("/proc").context("list /proc")? {
        let name = entry?.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // It may have ended since the list was made: then it is in the parent's count.
        let Ok(fields) = stat(child) else { continue };
        if fields.get(PARENT).is_some_and(|parent| *parent == pid.to_string()) {
            ticks += number(&fields, USER) + number(&fields, SYSTEM);
        }
    }
    Ok(ticks / TICKS)
}

/// The parent of a process.
pub(super) fn parent(pid: u32) -> Result<u32> {
    stat(pid)?.get(PARENT).context("no parent")?.parse().context("read a process id")
}

// Places in /proc/PID/stat after the name, which stands in parentheses.
const PARENT: usize = 1;
const USER: usize = 11;
const SYSTEM: usize = 12;
const CHILD_USER: usize = 13;
const CHILD_SYSTEM: usize = 14;

fn stat(pid: u32) -> Result<Vec<String>> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {path}"))?;
    let (_, rest) = text.rsplit_once(')').context("a process without a name")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

fn number(fields: &[String], place: usize) -> f64 {
    fields.get(place).and_then(|field| field.parse().ok()).unwrap_or_default()
}
