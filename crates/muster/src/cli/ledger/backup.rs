//! `muster ledger backup`: a copy of a ledger that is in use.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::verify::{Speed, report_json, report_text};
use super::{Outcome, Place};
use crate::print::{Bar, Format};

/// Where to copy to.
#[derive(Debug, Args)]
pub(super) struct BackupOptions {
    /// The copy: a file that is not there yet.
    file: PathBuf,
    /// Do not read the copy from its first entry once it is made.
    #[arg(long)]
    no_verify: bool,
}

/// Copies a ledger, and reads the copy before it gets its name.
pub(super) async fn run(
    ledger: &Place,
    options: &BackupOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let BackupOptions { file, no_verify } = options;
    let opened = ledger.reading().await?;
    let bar = Bar::new("bytes");
    let copy = opened.backup(file, |copied| bar.set(copied.bytes, copied.bytes_total)).await?;
    drop(bar);
    let mut entries = None;
    if !no_verify {
        let began = Instant::now();
        let bar = Bar::new("entries checked");
        let report =
            copy.verify(|progress| bar.set(progress.entries, progress.entries_total)).await?;
        drop(bar);
        if !report.is_sound() {
            let (url, speed) = (&ledger.shown(), Speed::of(report.entries, began));
            format.answer(&report_json(url, &report, &speed), || {
                report_text(url, &report, &speed) + "\nno backup was made"
            });
            return Ok(Outcome::Bad);
        }
        entries = Some(report.entries);
    }
    let size_bytes = copy.finish()?;
    let file = file.display().to_string();
    let answer = json!({
        "ledger": ledger.shown(), "backup": file, "sizeBytes": size_bytes, "entries": entries,
    });
    format.answer(&answer, || match entries {
        Some(entries) => format!("{file}: {size_bytes} bytes, {entries} entries, all verified"),
        None => format!("{file}: {size_bytes} bytes, not verified"),
    });
    Ok(Outcome::Done)
}
