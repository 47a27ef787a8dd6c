//! Reading settings from where they may be said, and saying where each came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use muster_ledger::Elsewhere;
use muster_server::access::Issuer;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::issuer::IssuerPlan;
use super::plan::Plan;
use super::settings::{SETTINGS, Setting, like, named};

/// A setting on the command line.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    flag: String,
    name: String,
    text: String,
}

/// All of them; a later one goes before an earlier one.
pub(crate) type Flags = Vec<Flag>;

impl Flag {
    pub(crate) fn new(flag: &str, name: &str, text: &str) -> Self {
        Self { flag: flag.to_owned(), name: name.to_owned(), text: text.to_owned() }
    }

    /// Of `NAME=VALUE`.
    pub(crate) fn set(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
        Ok(Self::new(&format!("--set {name}"), name.trim(), value.trim()))
    }
}

/// Where a setting was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Nowhere.
    Usual,
    /// On a line of a file.
    File(String, usize),
    /// In a variable of the environment.
    Variable(String),
    /// On the command line.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual => f.write_str("default"),
            Self::File(file, line) => write!(f, "{file}:{line}"),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What holds, and where each setting was said.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) plan: Plan,
    pub(super) sources: BTreeMap<&'static str, Source>,
}

/// Reads a file if there is one, the environment and flags.
///
/// # Errors
/// All that is wrong, a line each: where it stands, the setting, the value, and why.
pub(crate) fn load(file: Option<&Path>, flags: Flags) -> Result<Effective> {
    let text = file.map(|file| {
        let text = std::fs::read_to_string(file);
        text.with_context(|| format!("read {}", file.display()))
    });
    let name = file.map(|file| file.display().to_string()).unwrap_or_default();
    let variables = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let text = text.transpose()?.unwrap_or_default();
    effective(&name, &text, variables, flags)
}

pub(super) fn effective(
    file: &str,
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
    flags: Flags,
) -> Result<Effective> {
    let mut reader = Reader { plan: Plan::default(), sources: BTreeMap::new(), wrong: Vec::new() };
    let table = DeTable::parse(text).with_context(|| format!("in {file}"))?;
    let mut all = Vec::new();
    said("", table.get_ref(), &mut all);
    all.sort();
    for (at, name, value) in all {
        let place = Source::File(file.to_owned(), 1 + text[..at].matches('\n').count());
        match value {
            Some(value) => reader.named(&name, &value, place),
            None => {
                reader.wrong.push(format!("{place}: {name} is one value, not a list or a table"));
            }
        }
    }
    for setting in SETTINGS {
        let name = setting.variable();
        // What says it for other programs counts too.
        let usual = (setting.name == "log.level").then_some("RUST_LOG");
        let said = [Some(name.as_str()), usual].into_iter().flatten();
        if let Some((name, value)) = said.filter_map(|name| Some((name, variable(name)?))).next() {
            reader.set(setting, &value, Source::Variable(name.to_owned()));
        }
    }
    for Flag { flag, name, text } in flags {
        reader.named(&name, &text, Source::Flag(flag));
    }
    if let Err(what) = reader.plan.tls_files() {
        reader.wrong.push(what.to_owned());
    }
    let issuer = reader.plan.issuer.issuer().unwrap_or_else(|what| {
        reader.wrong.push(what);
        None
    });
    if !reader.wrong.is_empty() {
        bail!("{}", reader.wrong.join("\n"));
    }
    let Reader { mut plan, sources, .. } = reader;
    plan.ledger.elsewhere = elsewhere(text).with_context(|| format!("in {file}"))?;
    plan.settings.tls = plan.tls_files().unwrap_or_default();
    let more = more_issuers(text).with_context(|| format!("in {file}, {MORE_ISSUERS}"))?;
    plan.settings.issuers = issuer.into_iter().chain(more).collect();
    Ok(Effective { plan, sources })
}

/// What has been read so far.
struct Reader {
    plan: Plan,
    sources: BTreeMap<&'static str, Source>,
    wrong: Vec<String>,
}

/// A setting of a file: where it begins, its name, and its value if it is one.
type Said = (usize, String, Option<String>);

/// All settings of a table, and of the tables in it.
fn said(prefix: &str, table: &DeTable<'_>, all: &mut Vec<Said>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        let text = match value.get_ref() {
            // Read as a whole: see `elsewhere` and `more_issuers`.
            _ if name == ELSEWHERE || name == MORE_ISSUERS => continue,
            DeValue::Table(inner) if named(&name).is_none() => {
                said(&format!("{name}."), inner, all);
                continue;
            }
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => Some(number.to_string()),
            DeValue::Boolean(word) => Some(word.to_string()),
            DeValue::Datetime(time) => Some(time.to_string()),
            DeValue::Array(_) | DeValue::Table(_) => None,
        };
        all.push((key.span().start, name, text));
    }
}

impl Reader {
    fn named(&mut self, name: &str, text: &str, source: Source) {
        match (named(name), like(name)) {
            (Some(setting), _) => self.set(setting, text, source),
            (None, Some(meant)) => {
                let wrong = format!("{source}: there is no setting {name}; do you mean {meant}?");
                self.wrong.push(wrong);
            }
            (None, None) => {
                let hint = "`muster config check` lists all";
                self.wrong.push(format!("{source}: there is no setting {name}; {hint}"));
            }
        }
    }

    fn set(&mut self, setting: &'static Setting, text: &str, source: Source) {
        if let Err(what) = (setting.set)(&mut self.plan, text) {
            self.wrong.push(format!("{source}: {} = {text:?} {what}", setting.name));
        }
        self.sources.insert(setting.name, source);
    }
}

/// Units that lie in other clusters: a list, which only a file can say.
const ELSEWHERE: &str = "ledger.elsewhere";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Clusters {
    ledger: ClustersOfLedger,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ClustersOfLedger {
    elsewhere: Vec<Cluster>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Cluster {
    units: Vec<String>,
    url: String,
    listen_url: Option<String>,
}

fn elsewhere(text: &str) -> Result<Vec<Elsewhere>> {
    let Clusters { ledger } = toml::from_str(text)?;
    let mut all = Vec::new();
    for Cluster { units, url, listen_url } in ledger.elsewhere {
        for units in units {
            let (url, listen) = (url.clone(), listen_url.clone());
            all.push(Elsewhere { units: units.parse()?, url, listen });
        }
    }
    Ok(all)
}

/// Further issuers: a list, which only a file can say.
const MORE_ISSUERS: &str = "issuer.more";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Issuers {
    issuer: IssuersMore,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct IssuersMore {
    more: Vec<IssuerPlan>,
}

fn more_issuers(text: &str) -> Result<Vec<Issuer>> {
    let Issuers { issuer } = toml::from_str(text)?;
    let read = |plan: &IssuerPlan| match plan.issuer() {
        Ok(Some(issuer)) => Ok(issuer),
        Ok(None) => bail!("issuer.url is not set: set it"),
        Err(what) => bail!(what),
    };
    issuer.more.iter().map(read).collect()
}

#[cfg(test)]
mod tests;
