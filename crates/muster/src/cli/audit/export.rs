//! `muster audit export`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use muster_api::client::Download;
use serde_json::json;

use crate::cli::server::{self, Server};
use crate::print::{self, Format};

/// Of which unit, and where to.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The unit.
    #[arg(long, value_parser = server::id)]
    unit: String,
    /// A file that is not there yet, for its owner alone; stdout, when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(server: &Server, args: ExportArgs, format: Format) -> anyhow::Result<()> {
    let ExportArgs { unit, out } = args;
    let Some(path) = out else {
        let mut download = server.export(&unit).await?;
        while let Some(piece) = download.next().await? {
            print::bytes(&piece);
        }
        return Ok(());
    };
    let download = server.export(&unit).await?;
    let shown = path.display().to_string();
    let size_bytes = match write(download, create(&path)?).await {
        Ok(size_bytes) => size_bytes,
        Err(error) => {
            // Half an export is of no use to anybody. That it broke off is what is told.
            let _ = std::fs::remove_file(&path);
            return Err(error.context(format!("nothing was written to {shown}")));
        }
    };
    let answer = json!({ "businessUnitId": unit, "export": shown, "sizeBytes": size_bytes });
    format.answer(&answer, || {
        format!("{shown}: {size_bytes} bytes\nto check it: muster ledger verify {shown}")
    });
    Ok(())
}

fn create(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("write {}", path.display()))
}

async fn write(mut download: Download, mut file: File) -> anyhow::Result<u64> {
    let mut size_bytes = 0;
    while let Some(piece) = download.next().await? {
        file.write_all(&piece)?;
        size_bytes += piece.len() as u64;
    }
    file.sync_all()?;
    Ok(size_bytes)
}
