//! The rules: one visible list, one file each, and the settings a unit gives them.

mod activity_fit;
mod consecutive_hours;
mod overlap;
mod rest_time;
mod skills;
mod time_off_overlap;
mod week_hours;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::conflict::{Finding, Kind, Severity};
use crate::id::AgentId;
use crate::instant::{Instant, Interval};
use crate::roster::Roster;
use crate::shift::Shift;
use crate::unit::BusinessUnit;

/// A parameter of a rule: its name, its value in a fresh unit, and what it may be.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name, as the API spells it; the unit comes last.
    pub name: &'static str,
    /// Its value in a fresh unit.
    pub default: i64,
    /// The values it may have.
    pub range: (i64, i64),
}

type Check = fn(&Window<'_>, &Setting, &mut Vec<Finding>);

/// A kind that a unit can set.
pub struct Rule {
    /// What it finds.
    pub kind: Kind,
    /// Its severity in a fresh unit.
    pub default: Severity,
    /// The severities it may be given.
    pub allowed: &'static [Severity],
    /// Its parameters.
    pub params: &'static [Param],
    /// Looks for it in one agent's window; nothing for kinds that commands find themselves.
    check: Option<Check>,
}

const ANY: &[Severity] =
    &[Severity::Off, Severity::Info, Severity::Warn, Severity::Ack, Severity::Block];
/// A clash of values has no middle way: nobody can acknowledge both values into being.
const ONLY_BLOCK: &[Severity] = &[Severity::Block];

const fn rule(kind: Kind, default: Severity, params: &'static [Param], check: Check) -> Rule {
    Rule { kind, default, allowed: ANY, params, check: Some(check) }
}

const fn clash(kind: Kind) -> Rule {
    Rule { kind, default: Severity::Block, allowed: ONLY_BLOCK, params: &[], check: None }
}

const MINUTES_OF_WEEK: (i64, i64) = (1, 10_140);

/// Every kind that a unit can set, and every rule.
pub const RULES: &[Rule] = &[
    rule(Kind::ShiftOverlap, Severity::Block, &[], overlap::check),
    clash(Kind::FieldChangedBoth),
    clash(Kind::DeletedButChanged),
    clash(Kind::ChangedButDeleted),
    clash(Kind::ExternalIdDuplicate),
    clash(Kind::TimeOffOverlapsTimeOff),
    rule(Kind::ActivityOutsideShift, Severity::Block, &[], activity_fit::check),
    rule(Kind::TimeOffApprovedOverlap, Severity::Block, &[], time_off_overlap::approved),
    rule(Kind::TimeOffPendingOverlap, Severity::Ack, &[], time_off_overlap::pending),
    rule(
        Kind::RestTimeShort,
        Severity::Block,
        &[Param { name: "minRestMinutes", default: 660, range: (1, 2_880) }],
        rest_time::check,
    ),
    rule(
        Kind::MaxConsecutiveHours,
        Severity::Block,
        &[Param { name: "maxMinutes", default: 720, range: (1, 2_880) }],
        consecutive_hours::check,
    ),
    rule(Kind::SkillMissing, Severity::Block, &[], skills::check),
    rule(
        Kind::MaxHoursWeek,
        Severity::Off,
        &[Param { name: "maxMinutes", default: 2_880, range: MINUTES_OF_WEEK }],
        week_hours::most,
    ),
    rule(
        Kind::MinHoursWeek,
        Severity::Off,
        &[Param { name: "minMinutes", default: 2_100, range: MINUTES_OF_WEEK }],
        week_hours::least,
    ),
    Rule {
        kind: Kind::ShiftStarted,
        default: Severity::Block,
        allowed: ANY,
        params: &[],
        check: None,
    },
];

/// How a unit has set one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// How much its findings matter.
    pub severity: Severity,
    /// Its parameters, by name; those that are absent have their defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, i64>,
}

impl Setting {
    /// A parameter's value.
    fn param(&self, kind: Kind, name: &str) -> i64 {
        self.params.get(name).copied().unwrap_or_else(|| {
            let params = Rule::of(kind).map_or(&[][..], |rule| rule.params);
            params.iter().find(|p| p.name == name).map_or(0, |p| p.default)
        })
    }
}

impl Rule {
    /// The rule of a kind, if a unit can set it.
    #[must_use]
    pub fn of(kind: Kind) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.kind == kind)
    }
}

/// A unit's rules: what it has set; everything else has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// What was set, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<Kind, Setting>,
    /// Whether a swap without findings is approved when it is accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_approve: bool,
}

impl RuleSet {
    /// The setting of a kind; kinds without one block.
    #[must_use]
    pub fn setting(&self, kind: Kind) -> Setting {
        self.settings.get(&kind).cloned().unwrap_or_else(|| Setting {
            severity: Rule::of(kind).map_or(Severity::Block, |rule| rule.default),
            params: BTreeMap::new(),
        })
    }

    /// How much findings of a kind matter.
    #[must_use]
    pub fn severity(&self, kind: Kind) -> Severity {
        self.setting(kind).severity
    }
}

/// One agent's shifts around a stretch of time, wide enough for every rule.
pub struct Window<'a> {
    pub(crate) roster: &'a Roster,
    pub(crate) unit: &'a BusinessUnit,
    pub(crate) agent: &'a Agent,
    /// The stretch of time that was touched.
    pub(crate) hull: Interval,
    /// The shifts in and around it, sorted by start.
    pub(crate) shifts: Vec<&'a Shift>,
}

/// How far beyond the touched stretch a rule may look, in days; then to whole weeks.
const REACH_DAYS: i64 = 4;

impl<'a> Window<'a> {
    /// The window of an agent around a stretch of time; `None` for an agent nobody knows.
    #[must_use]
    pub fn of(roster: &'a Roster, agent: &AgentId, hull: Interval) -> Option<Self> {
        let unit = roster.unit()?;
        let agent = &roster.agent(agent)?.agent;
        let bounds = Self::bounds(unit, hull);
        let shifts = roster.shifts_of(&agent.id, bounds).collect();
        Some(Self { roster, unit, agent, hull, shifts })
    }

    fn bounds(unit: &BusinessUnit, hull: Interval) -> Interval {
        let week = |at: Instant| unit.week(unit.week_of(at));
        let first = week(hull.start()).map_or(hull.start(), Interval::start);
        let last = week(hull.end()).map_or(hull.end(), Interval::end);
        let start = first.min(hull.start().plus_days(-REACH_DAYS));
        Interval::new(start, last.max(hull.end().plus_days(REACH_DAYS))).unwrap_or(hull)
    }

    /// The weeks with shifts that the touched stretch lies in, as elapsed time. The stretch may be
    /// years long, from one edit to another; a week without shifts has nothing to be looked at.
    pub(crate) fn weeks(&self) -> Vec<Interval> {
        let starts = self.shifts.iter().map(|shift| self.unit.week_of(shift.body.span.start));
        let firsts: BTreeSet<Date> = starts.collect();
        let weeks = firsts.into_iter().filter_map(|first| self.unit.week(first));
        weeks.filter(|week| week.overlaps(self.hull)).collect()
    }
}

/// Everything the unit's rules find in an agent's window, sorted.
#[must_use]
pub fn findings(roster: &Roster, agent: &AgentId, hull: Interval) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(window) = Window::of(roster, agent, hull) else { return found };
    for (rule, check) in RULES.iter().filter_map(|rule| Some((rule, rule.check?))) {
        let setting = roster.rules().setting(rule.kind);
        if setting.severity != Severity::Off {
            check(&window, &setting, &mut found);
        }
    }
    found.sort_by_cached_key(Finding::sort_key);
    found
}
