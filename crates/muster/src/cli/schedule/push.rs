//! `muster schedule push`: a file's weeks as drafts, all of them or none.

mod report;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use muster_api::client::{Plan, Published};
use serde_json::{Value, json};

use super::path;
use crate::cli::Outcome;
use crate::cli::failure::{BadFile, Refused};
use crate::cli::server::{self, Server};
use crate::print::{self, Bar, Format};
use crate::push::{self, Agents, Codes, Disambiguation, FileError, Unit, WeekPush};
use report::{Live, Pushed};

/// What to do with a wall time that a clock change makes ambiguous or skips.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Ambiguous {
    /// Refuse it, naming both readings.
    Reject,
    /// Take the earlier reading.
    Earlier,
    /// Take the later reading.
    Later,
    /// Take the earlier of a time that comes twice, the later of one that is skipped.
    Compatible,
}

impl From<Ambiguous> for Disambiguation {
    fn from(ambiguous: Ambiguous) -> Self {
        match ambiguous {
            Ambiguous::Reject => Self::Reject,
            Ambiguous::Earlier => Self::Earlier,
            Ambiguous::Later => Self::Later,
            Ambiguous::Compatible => Self::Compatible,
        }
    }
}

/// Which file, and where to.
#[derive(Debug, Args)]
pub(super) struct PushOptions {
    /// A schedule CSV of NICE CXone WFM, or a plain CSV; docs/FILES.md describes both.
    file: PathBuf,
    /// The business unit.
    #[arg(long, value_parser = server::id)]
    unit: String,
    /// What the drafts are called; the file's name if none is given.
    #[arg(long)]
    name: Option<String>,
    /// What to do with wall times that a clock change makes ambiguous or skips.
    #[arg(long, value_enum, default_value = "reject")]
    ambiguous: Ambiguous,
    /// The activity code that the file has another name for; may come several times.
    #[arg(long = "activity", value_name = "NAME=CODE", value_parser = named)]
    activities: Vec<(String, String)>,
    /// Publish the drafts too: whoever is clean goes live.
    #[arg(long)]
    publish: bool,
}

/// Reads `NAME=CODE`.
pub(in crate::cli) fn named(text: &str) -> Result<(String, String), String> {
    let (name, code) = text.rsplit_once('=').ok_or("an activity is named by NAME=CODE")?;
    Ok((name.trim().to_owned(), code.trim().to_owned()))
}

/// Reads the file, sends its weeks as drafts, and says what a publish would do or did.
pub(super) async fn run(
    server: Server,
    options: PushOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let server = server.in_unit(&options.unit).await?;
    let weeks = read(&server, &options).await?;
    let PushOptions { file, unit, name, publish, .. } = options;
    let name = name.unwrap_or_else(|| {
        file.file_name().unwrap_or_default().to_string_lossy().chars().take(200).collect()
    });
    let mut way = Way::new(&weeks, publish);
    let mut pushed = send_all(&server, &unit, &name, &file, weeks, &mut way).await?;
    if publish {
        for n in 0..pushed.len() {
            way.go(&pushed[n].week);
            match go_live(&server, &pushed[n].draft).await {
                Ok(live) => pushed[n].live = Some(live),
                Err(error) => {
                    stopped(&server, &pushed, &error).await;
                    return Err(in_file(error, &file, &pushed[n].week));
                }
            }
        }
    }
    drop(way);
    format.answer(&report::json(&file, &pushed), || report::text(&pushed, server.when()));
    Ok(report::outcome(&pushed))
}

/// How far a push is, in agents: each is sent, and published if that is wanted.
struct Way {
    bar: Bar,
    done: usize,
    all: usize,
}

impl Way {
    fn new(weeks: &[WeekPush], publish: bool) -> Self {
        let agents: usize = weeks.iter().map(|week| week.agent_schedules.len()).sum();
        Self { bar: Bar::new("agents"), done: 0, all: if publish { 2 * agents } else { agents } }
    }

    /// Shows that a week is under way.
    fn go(&mut self, week: &WeekPush) {
        self.bar.set(self.done as u64, self.all as u64);
        self.done += week.agent_schedules.len();
    }
}

/// What the server knows first, then the file.
async fn read(server: &Server, options: &PushOptions) -> anyhow::Result<Vec<WeekPush>> {
    let PushOptions { file, unit, ambiguous, activities, .. } = options;
    let path = file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| format!("read {path}"))?;
    let known: Unit = server.get(&format!("/businessunits/{unit}"), &[]).await?.value;
    let query = [("businessUnitId", Some(unit.as_str()))];
    let agents = Agents::new(server.list("/agents", &query).await?.value);
    let codes = Codes::new(server.list("/activitycodes", &query).await?.value, activities);
    if agents.is_empty() {
        print::remark(&format!("muster: unit {unit} has no agents; see muster agent import"));
    }
    push::read(&bytes, &known, &agents, &codes, (*ambiguous).into())
        .map_err(|errors| BadFile { path, errors }.into())
}

/// Makes a draft of every week, or of none.
async fn send_all(
    server: &Server,
    unit: &str,
    name: &str,
    file: &Path,
    weeks: Vec<WeekPush>,
    way: &mut Way,
) -> anyhow::Result<Vec<Pushed>> {
    // Chosen here, so that a draft can be deleted whose answer was lost.
    let suffix = format!("{:08x}", rand::random::<u32>());
    let mut pushed: Vec<Pushed> = Vec::new();
    for week in weeks {
        way.go(&week);
        let draft = format!("push-{}-{suffix}", week.week);
        match send(server, unit, name, &week, &draft).await {
            Ok((plan, clocks)) => {
                pushed.push(Pushed { week, draft, plan, clocks, live: None });
            }
            Err(error) => {
                let made = pushed.iter().map(|week| week.draft.as_str());
                take_back(server, made.chain([draft.as_str()])).await;
                return Err(in_file(error, file, &week));
            }
        }
    }
    Ok(pushed)
}

/// Makes a draft of a week and asks what a publish of it would do, and what clock changes do to it.
async fn send(
    server: &Server,
    unit: &str,
    name: &str,
    week: &WeekPush,
    draft: &str,
) -> anyhow::Result<(Plan, Value)> {
    let body = json!({
        "id": draft,
        "businessUnitId": unit,
        "weekDate": week.week,
        "name": name,
        "agentSchedules": week.agent_schedules,
    });
    server.post::<Value>("/schedules", &body).await?;
    let validate = format!("{}/validate", path(draft));
    let reply = server.post::<Plan>(&validate, &json!({})).await?;
    Ok((reply.value, reply.json["clockChanges"].clone()))
}

/// A publish failed. Where none was made, the drafts go too; else it is said what there is.
async fn stopped(server: &Server, pushed: &[Pushed], error: &anyhow::Error) {
    let drafts = pushed.iter().map(|week| week.draft.as_str());
    if error.is::<Refused>() && pushed.iter().all(|week| week.live.is_none()) {
        take_back(server, drafts).await;
        return;
    }
    for Pushed { week, draft, live, .. } in pushed {
        let said = if live.is_some() { "was published" } else { "may not be published" };
        print::remark(&format!("muster: draft {draft}, week of {}, {said}", week.week));
    }
}

/// Deletes drafts, so that nothing is half-imported. One of them may not have been made.
async fn take_back(server: &Server, drafts: impl Iterator<Item = &str>) {
    for draft in drafts {
        let Err(error) = server.delete(&path(draft)).await else { continue };
        let refused = error.downcast_ref::<Refused>();
        if refused.is_none_or(|refused| refused.refusal.status != 404) {
            print::remark(&format!("muster: draft {draft} may be left over: {error:#}"));
        }
    }
}

/// A refusal of a shift, as an error of the line that it stands on.
fn in_file(error: anyhow::Error, file: &Path, week: &WeekPush) -> anyhow::Error {
    let Some(refused) = error.downcast_ref::<Refused>() else { return error };
    let found = refused.refusal.details.iter().find_map(|detail| {
        let pointer = detail.field_name.as_deref()?;
        let line = week.line_of(pointer)?;
        let value = detail.entity_id.clone().unwrap_or_default();
        // Pointer and value are said by line, column and value already.
        let said = refused.refusal.detail.as_str();
        let said = said.strip_prefix(pointer).and_then(|rest| rest.strip_prefix(": "));
        let said = said.unwrap_or(&refused.refusal.detail);
        let problem = said.strip_prefix(value.as_str()).unwrap_or(said).trim().to_owned();
        let column = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        Some(FileError { line, column, value, problem })
    });
    match found {
        Some(wrong) => BadFile { path: file.display().to_string(), errors: vec![wrong] }.into(),
        None => error,
    }
}

/// Publishes a draft. A week that is held back does not keep the next from being published.
async fn go_live(server: &Server, draft: &str) -> anyhow::Result<Live> {
    let publish = format!("{}/publish", path(draft));
    match server.post::<Published>(&publish, &json!({})).await {
        Ok(reply) => Ok(Live::Published(Box::new(reply.value), reply.json)),
        Err(error) => match error.downcast::<Refused>() {
            Ok(refused) if refused.needs_decision() => Ok(Live::Refused(Box::new(refused))),
            Ok(refused) => Err(refused.into()),
            Err(error) => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use muster_api::client::Refusal;
    use serde::Deserialize as _;

    use super::*;
    use crate::cli::when::When;
    use crate::push::testing;

    #[test]
    fn a_refusal_of_one_shift_names_its_line_column_and_value() {
        let refusal = json!({
            "status": 422, "code": "INVALID", "title": "a value cannot be",
            "detail": "/agentSchedules/0/shifts/1/start: 2135-03-05T15:00:00Z is too far away",
            "details": [{ "errorCode": "INVALID", "fieldName": "/agentSchedules/0/shifts/1/start",
                "entityId": "2135-03-05T15:00:00Z" }],
        });
        let refusal = Box::new(Refusal::deserialize(&refusal).unwrap());
        let refused = Refused { refusal, when: When::utc() };
        let error = in_file(refused.into(), Path::new("week.csv"), &testing::week());
        let BadFile { path, errors } = error.downcast().unwrap();
        assert_eq!(path, "week.csv");
        assert_eq!(
            errors[0].to_string(),
            "line 4, column \"start\": \"2135-03-05T15:00:00Z\" is too far away"
        );
    }
}
