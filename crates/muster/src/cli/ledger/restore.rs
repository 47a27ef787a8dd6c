//! `muster ledger restore`: units from a backup, as they are there or as they were.

use std::io::Read;
use std::path::Path;
use std::time::Instant as Began;

use anyhow::Context as _;
use clap::Args;
use muster_core::id::Revision;
use muster_core::instant::Instant;
use muster_ledger::{LedgerConfig, Role, Selection, Source, UnitKey, Until};

use super::super::failure::Usage;
use super::{Outcome, Place, moving, unit_key, verify};
use crate::print::Format;

/// What to restore from where.
#[derive(Debug, Args)]
pub(super) struct RestoreOptions {
    /// A backup, an export, or the URL of a ledger; it is only read.
    from: String,
    /// One unit, as ORGANIZATION/UNIT, with the profiles and clients of its organization.
    #[arg(long, value_name = "UNIT", value_parser = unit_key)]
    unit: Option<UnitKey>,
    /// The unit as of this revision.
    #[arg(long, value_name = "N", requires = "unit", conflicts_with = "as_of")]
    revision: Option<u64>,
    /// As of this time, such as 2026-03-30T06:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    as_of: Option<Instant>,
}

fn instant(text: &str) -> Result<Instant, String> {
    muster_api::time::instant(text).map_err(|error| error.to_string())
}

/// Restores into a ledger that does not have the units, or has the beginning of them.
pub(super) async fn run(
    ledger: &Place,
    options: RestoreOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let RestoreOptions { from, unit, revision, as_of } = options;
    let until = match (revision, as_of) {
        (Some(revision), _) => Until::Revision(Revision(revision)),
        (None, Some(at)) => Until::Time(at),
        (None, None) => Until::Head,
    };
    let began = Began::now();
    let source = source(&from, Selection { unit, until }).await?;
    let into = ledger.open(Role::Serve).await?;
    moving::take(&ledger.shown(), &into, source, began, format).await
}

async fn source(from: &str, selection: Selection) -> anyhow::Result<Source> {
    let path = Path::new(from);
    if !path.is_file() {
        if !from.contains(':') {
            anyhow::bail!("there is no file {from}");
        }
        return Ok(
            Source::ledger(Place(LedgerConfig::new(from)).reading().await?, selection).await?
        );
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path).with_context(|| from.to_owned())?;
    file.take(16).read_to_end(&mut start).with_context(|| from.to_owned())?;
    match start.as_slice() {
        b"SQLite format 3\0" => {
            let url = format!("sqlite:{from}");
            Ok(Source::ledger(Place(LedgerConfig::new(&url)).reading().await?, selection).await?)
        }
        [b'{', ..] => {
            verify::check(path).await?;
            Ok(Source::file(path, selection)?)
        }
        _ => Err(Usage(format!("{from} is neither a backup nor an export")).into()),
    }
}
