//! `muster ledger verify`: is everything as it was written?

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use muster_ledger::{Checked, Damage, Selection, Source, VerifyReport};
use serde_json::{Value, json};

use super::{Outcome, Place};
use crate::print::{Bar, Format};

/// What to verify.
#[derive(Debug, Args)]
pub(super) struct VerifyOptions {
    /// An export to verify instead of a ledger: it alone, without a server or a database.
    file: Option<PathBuf>,
    /// The same.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    export: Option<PathBuf>,
}

/// Verifies a ledger or an export.
pub(super) async fn run(
    ledger: &Place,
    options: &VerifyOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    if let Some(file) = options.file.as_ref().or(options.export.as_ref()) {
        let checked = check(file).await?;
        let file = file.display().to_string();
        let speed = Speed::of(checked.entries, began);
        format
            .answer(&checked_json(&file, checked, &speed), || checked_text(&file, checked, &speed));
        return Ok(Outcome::Done);
    }
    let opened = ledger.reading().await?;
    let bar = Bar::new("entries");
    let report =
        opened.verify(|progress| bar.set(progress.entries, progress.entries_total)).await?;
    drop(bar);
    let speed = Speed::of(report.entries, began);
    let url = &ledger.shown();
    format.answer(&report_json(url, &report, &speed), || report_text(url, &report, &speed));
    Ok(if report.is_sound() { Outcome::Done } else { Outcome::Bad })
}

/// Reads an export to its end.
pub(super) async fn check(file: &std::path::Path) -> anyhow::Result<Checked> {
    let bar = Bar::new("entries checked");
    let source = Source::file(file, Selection::default())?;
    Ok(source.check(|moved| bar.set(moved.entries, moved.entries_total)).await?)
}

/// How fast it was.
pub(super) struct Speed {
    seconds: f64,
    entries_per_second: f64,
}

impl Speed {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub(super) fn of(entries: u64, began: Instant) -> Self {
        let seconds = began.elapsed().as_secs_f64();
        Self { seconds, entries_per_second: entries as f64 / seconds }
    }

    pub(super) fn put(&self, json: &mut Value) {
        json["seconds"] = json!(self.seconds);
        json["entriesPerSecond"] = json!(self.entries_per_second.round());
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seconds, entries_per_second } = self;
        write!(f, "took {seconds:.2} s, {entries_per_second:.0} entries/s")
    }
}

fn checked_json(file: &str, checked: Checked, speed: &Speed) -> Value {
    let Checked { units, entries } = checked;
    let mut json = json!({ "export": file, "units": units, "entries": entries });
    speed.put(&mut json);
    json
}

fn checked_text(file: &str, checked: Checked, speed: &Speed) -> String {
    let Checked { units, entries } = checked;
    format!(
        "export {file}: entries {entries}, units {units}\n\
         every line is as it was written, every hash is right\n{speed}"
    )
}

/// A report for programs.
pub(super) fn report_json(url: &str, report: &VerifyReport, speed: &Speed) -> Value {
    let damages = report.damages.iter().map(|damage| {
        let Damage { unit, revision, kind: _ } = damage;
        json!({
            "organizationId": unit.organization,
            "businessUnitId": unit.unit,
            "revision": revision,
            "message": damage.to_string(),
        })
    });
    let mut json = json!({
        "ledger": url,
        "units": report.units,
        "entries": report.entries,
        "damages": damages.collect::<Vec<_>>(),
        "structure": report.structure,
    });
    speed.put(&mut json);
    json
}

/// A report for people.
pub(super) fn report_text(url: &str, report: &VerifyReport, speed: &Speed) -> String {
    let VerifyReport { units, entries, damages, structure } = report;
    let mut text = format!("ledger {url}: entries {entries}, units {units}\n");
    if report.is_sound() {
        text += "every entry is there, every hash is right, every head is the last entry\n";
    }
    for damage in damages {
        text += &format!("DAMAGED  {damage}; what comes before it can be trusted\n");
    }
    for complaint in structure {
        text += &format!("DAMAGED  {complaint}\n");
    }
    text + &speed.to_string()
}
