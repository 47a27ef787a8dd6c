//! The rules: one visible list, one file each, and the settings a unit gives them.

mod activity_fit;
mod availability;
mod average_hours;
mod breaks;
mod consecutive_days;
mod consecutive_hours;
mod counted;
mod day_hours;
mod days_off;
mod forbidden_hours;
mod in_force;
pub(crate) mod levels;
mod locked;
mod night_hours;
mod notice;
mod overlap;
mod period;
mod period_hours;
mod rest_time;
mod setting;
mod shift_count;
mod shift_type;
mod skills;
mod succession;
mod swap_policy;
mod time_off_overlap;
mod week_hours;
mod weekends;
mod weekly_rest;

use std::borrow::Cow;

use jiff::civil::{Date, Time, Weekday};

use crate::agent::Agent;
use crate::conflict::{Finding, Kind, Severity};
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::{Instant, Interval};
use crate::roster::{Roster, Timeline};
use crate::shift::{Activity, Commitment, Shift, ShiftBody};
use crate::swap::SwapOffer;
use crate::time_off::TimeOff;
use crate::unit::BusinessUnit;
use crate::zone::Zone;

pub use in_force::Setting;
pub use setting::{Params, RuleKey, RuleSet, RuleSetting, RulesChange, Scope, Value};

/// A parameter of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name, as the API spells it; of numbers, the unit comes last.
    pub name: &'static str,
    /// What it may be.
    pub allowed: Allowed,
}

/// What a parameter may be, and what it is in a fresh unit.
#[derive(Debug, Clone, Copy)]
pub enum Allowed {
    /// A number.
    Number {
        /// In a fresh unit.
        default: i64,
        /// The least and the most.
        range: (i64, i64),
    },
    /// One of these words; the first in a fresh unit.
    Word(&'static [&'static str]),
    /// Names that the unit chooses, separated by commas; none in a fresh unit.
    Names,
    /// A time of day.
    Time {
        /// In a fresh unit.
        default: Time,
    },
    /// A date.
    Date {
        /// In a fresh unit.
        default: Date,
    },
}

/// How a kind is found.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// In one agent's window, as it is after a command.
    Window(fn(&Window<'_>, &Setting<'_>, &mut Vec<Finding>)),
    /// In what a command does to one shift.
    Change(fn(&ShiftChange<'_>, &Setting<'_>) -> Option<Finding>),
    /// In what is counted of all agents together: it holds for the unit.
    Levels,
    /// In what a swap does for one of its agents.
    Swap(fn(&SwapSide<'_>, &Setting<'_>) -> Option<Finding>),
    /// By the commands themselves.
    Command,
}

/// A kind that a unit can set.
#[derive(Debug)]
pub struct Rule {
    /// What it finds.
    pub kind: Kind,
    /// Its severity in a fresh unit.
    pub default: Severity,
    /// The severities it may be given.
    pub allowed: &'static [Severity],
    /// Its parameters.
    pub params: &'static [Param],
    look: Look,
}

const ANY: &[Severity] =
    &[Severity::Off, Severity::Info, Severity::Warn, Severity::Ack, Severity::Block];
/// A preference is soft: nobody has to answer for it.
const SOFT: &[Severity] = &[Severity::Off, Severity::Info, Severity::Warn];
/// A clash of values has no middle way: nobody can acknowledge both values into being.
const ONLY_BLOCK: &[Severity] = &[Severity::Block];

const fn rule(
    kind: Kind,
    default: Severity,
    params: &'static [Param],
    check: fn(&Window<'_>, &Setting<'_>, &mut Vec<Finding>),
) -> Rule {
    Rule { kind, default, allowed: ANY, params, look: Look::Window(check) }
}

const fn change(
    kind: Kind,
    params: &'static [Param],
    check: fn(&ShiftChange<'_>, &Setting<'_>) -> Option<Finding>,
) -> Rule {
    Rule { kind, default: Severity::Off, allowed: ANY, params, look: Look::Change(check) }
}

const fn swap(
    kind: Kind,
    params: &'static [Param],
    check: fn(&SwapSide<'_>, &Setting<'_>) -> Option<Finding>,
) -> Rule {
    Rule { kind, default: Severity::Off, allowed: ANY, params, look: Look::Swap(check) }
}

const fn clash(kind: Kind) -> Rule {
    Rule { kind, default: Severity::Block, allowed: ONLY_BLOCK, params: &[], look: Look::Command }
}

const fn level(kind: Kind) -> Rule {
    Rule { kind, default: Severity::Off, allowed: ANY, params: &[], look: Look::Levels }
}

const fn number(name: &'static str, default: i64, range: (i64, i64)) -> Param {
    Param { name, allowed: Allowed::Number { default, range } }
}

const MINUTES_OF_WEEK: (i64, i64) = (1, 10_140);

/// Every kind that a unit can set, and every rule.
pub const RULES: &[Rule] = &[
    rule(Kind::ShiftOverlap, Severity::Block, &[], overlap::check),
    clash(Kind::FieldChangedBoth),
    clash(Kind::DeletedButChanged),
    clash(Kind::ChangedButDeleted),
    Rule {
        kind: Kind::StaleOverwriteSuspected,
        default: Severity::Ack,
        allowed: ANY,
        params: &[],
        look: Look::Command,
    },
    clash(Kind::ExternalIdDuplicate),
    clash(Kind::TimeOffOverlapsTimeOff),
    rule(Kind::ActivityOutsideShift, Severity::Block, &[], activity_fit::check),
    rule(Kind::TimeOffApprovedOverlap, Severity::Block, &[], time_off_overlap::approved),
    rule(Kind::TimeOffPendingOverlap, Severity::Ack, &[], time_off_overlap::pending),
    rule(Kind::Unavailable, Severity::Ack, &[], availability::unavailable),
    Rule {
        allowed: SOFT,
        ..rule(Kind::PreferenceViolated, Severity::Info, &[], availability::preferences)
    },
    rule(Kind::RestTimeShort, Severity::Block, rest_time::PARAMS, rest_time::check),
    rule(
        Kind::MaxConsecutiveHours,
        Severity::Block,
        consecutive_hours::PARAMS,
        consecutive_hours::check,
    ),
    rule(Kind::SkillMissing, Severity::Block, &[], skills::check),
    rule(Kind::MaxHoursDay, Severity::Off, day_hours::PARAMS, day_hours::check),
    rule(Kind::MaxHoursWeek, Severity::Off, week_hours::MOST, week_hours::most),
    rule(Kind::MinHoursWeek, Severity::Off, week_hours::LEAST, week_hours::least),
    rule(Kind::MaxHoursPeriod, Severity::Off, period_hours::MOST, period_hours::most),
    rule(Kind::MinHoursPeriod, Severity::Off, period_hours::LEAST, period_hours::least),
    rule(Kind::MaxHoursAverage, Severity::Off, average_hours::PARAMS, average_hours::check),
    rule(Kind::MaxConsecutiveDays, Severity::Off, consecutive_days::MOST, consecutive_days::most),
    rule(Kind::MinConsecutiveDays, Severity::Off, consecutive_days::LEAST, consecutive_days::least),
    rule(Kind::MinDaysOff, Severity::Off, days_off::PARAMS, days_off::check),
    rule(Kind::MaxWeekends, Severity::Off, weekends::PARAMS, weekends::check),
    rule(Kind::MaxShifts, Severity::Off, shift_count::PARAMS, shift_count::check),
    rule(Kind::SuccessionForbidden, Severity::Off, succession::PARAMS, succession::check),
    rule(Kind::WeeklyRestShort, Severity::Off, weekly_rest::PARAMS, weekly_rest::check),
    rule(Kind::BreakMissing, Severity::Off, breaks::PARAMS, breaks::check),
    rule(Kind::MaxNightHours, Severity::Off, night_hours::PARAMS, night_hours::check),
    rule(Kind::ForbiddenHours, Severity::Off, forbidden_hours::PARAMS, forbidden_hours::check),
    level(Kind::StaffingBelowMinimum),
    level(Kind::TrunkCapacityExceeded),
    level(Kind::SiteSeatsExceeded),
    change(Kind::NoticeShort, notice::PARAMS, notice::check),
    change(Kind::PeriodLocked, locked::PARAMS, locked::check),
    swap(Kind::SwapTimeUnequal, swap_policy::UNEQUAL, swap_policy::unequal),
    swap(Kind::SwapOneSided, &[], swap_policy::one_sided),
    swap(Kind::SwapNoticeShort, swap_policy::NOTICE, swap_policy::notice),
    swap(Kind::SwapLimitReached, swap_policy::LIMIT, swap_policy::limit),
    Rule {
        kind: Kind::TimeOffLimitExhausted,
        default: Severity::Ack,
        allowed: ANY,
        params: &[],
        look: Look::Command,
    },
    Rule {
        kind: Kind::ShiftStarted,
        default: Severity::Block,
        allowed: ANY,
        params: &[],
        look: Look::Command,
    },
];

impl Rule {
    /// The rule of a kind, if a unit can set it.
    #[must_use]
    pub fn of(kind: Kind) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.kind == kind)
    }

    /// Whether it looks at an agent's weeks as they are, so that [`findings`] tells what it finds.
    #[must_use]
    pub fn is_of_weeks(&self) -> bool {
        matches!(self.look, Look::Window(_))
    }

    /// Whether it can be set for some agents only, or for some days: a kind that is about all
    /// agents, or that commands find themselves, holds for the unit.
    #[must_use]
    pub fn is_particular(&self) -> bool {
        !matches!(self.look, Look::Command | Look::Levels)
    }
}

/// Whether a kind is found in an agent's weeks as they are, whatever command led to them.
pub(crate) fn is_in_weeks(kind: Kind) -> bool {
    Rule::of(kind).is_some_and(|rule| matches!(rule.look, Look::Window(_)))
}

/// One agent's shifts around a stretch of time, wide enough for every rule.
pub struct Window<'a> {
    pub(crate) roster: &'a Roster,
    pub(crate) unit: &'a BusinessUnit,
    pub(crate) agent: &'a Agent,
    /// What the agent has in time; nothing, for somebody who never had anything.
    timeline: Option<&'a Timeline>,
    /// The stretch of time that was touched.
    pub(crate) hull: Interval,
    /// How far around it the shifts below reach.
    bounds: Interval,
    /// The shifts in and around it, sorted by start.
    pub(crate) shifts: Vec<&'a Shift>,
}

/// How far beyond the touched stretch a rule may look, in days; then to whole weeks.
const REACH_DAYS: i64 = 7;

impl<'a> Window<'a> {
    /// The window of an agent around a stretch of time; `None` for an agent nobody knows.
    #[must_use]
    pub fn of(roster: &'a Roster, agent: &AgentId, hull: Interval) -> Option<Self> {
        let unit = roster.unit()?;
        let agent = &roster.agent(agent)?.agent;
        let bounds = Self::bounds(unit, hull);
        let timeline = roster.timelines.get(&agent.id).map(|timeline| &**timeline);
        let shifts = timeline.into_iter().flat_map(|t| t.shifts_during(bounds)).collect();
        Some(Self { roster, unit, agent, timeline, hull, bounds, shifts })
    }

    fn bounds(unit: &BusinessUnit, hull: Interval) -> Interval {
        let week = |at: Instant| unit.week(unit.week_of(at));
        let first = week(hull.start()).map_or(hull.start(), Interval::start);
        let last = week(hull.end()).map_or(hull.end(), Interval::end);
        let start = first.min(hull.start().plus_days(-REACH_DAYS));
        Interval::new(start, last.max(hull.end().plus_days(REACH_DAYS))).unwrap_or(hull)
    }

    /// The weeks of the agent's zone, from that day on, that the touched stretch and a shift lie
    /// in, as elapsed time. The stretch may be years long, from one edit to another; a week without
    /// shifts has nothing to be looked at.
    pub(crate) fn weeks_from(&self, first_day: Weekday) -> Vec<Interval> {
        let zone = &self.agent.zone;
        let days = self.shifts.iter().flat_map(|s| [s.first_day(zone), s.last_day(zone)]);
        let mut firsts: Vec<Date> = days.map(|day| Zone::week_of(day, first_day)).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let weeks =
            firsts.into_iter().filter_map(|first| zone.days(first, Zone::days_after(first, 6)?));
        weeks.filter(|week| week.overlaps(self.hull)).collect()
    }

    /// The shifts that begin up to so many days before or after the touched stretch, by start.
    pub(crate) fn shifts_around(&self, days: i64) -> Vec<&'a Shift> {
        let (start, end) = (self.hull.start().plus_days(-days), self.hull.end().plus_days(days));
        let wide = Interval::new(start, end).unwrap_or(self.hull);
        self.shifts_during(wide).collect()
    }

    /// The agent's shifts that share time with a stretch, by start.
    pub(crate) fn shifts_during(&self, during: Interval) -> impl Iterator<Item = &'a Shift> {
        let (near, far) = self.sources(during);
        let near = near.iter().copied().filter(move |shift| shift.interval().overlaps(during));
        near.chain(far.into_iter().flat_map(move |timeline| timeline.shifts_during(during)))
    }

    /// The agent's shifts that start within a stretch, by start.
    pub(crate) fn shifts_starting(&self, during: Interval) -> impl Iterator<Item = &'a Shift> {
        let (near, far) = self.sources(during);
        let near = near.iter().copied().filter(move |s| during.contains(s.body.span.start));
        near.chain(far.into_iter().flat_map(move |timeline| timeline.shifts_starting(during)))
    }

    /// Where the shifts of a stretch are found: among those at hand, or else with all of them.
    fn sources(&self, during: Interval) -> (&[&'a Shift], Option<&'a Timeline>) {
        match self.bounds.covers(during) {
            true => (&self.shifts, None),
            false => (&[], self.timeline),
        }
    }

    /// The agent's own activities that share time with a stretch, by start.
    pub(crate) fn commitments_during(
        &self,
        during: Interval,
    ) -> impl Iterator<Item = &'a Commitment> + use<'a> {
        self.timeline.into_iter().flat_map(move |timeline| timeline.commitments_during(during))
    }

    /// The agent's requests for time off, by first instant.
    pub(crate) fn time_off(&self) -> impl Iterator<Item = &'a TimeOff> + use<'a> {
        self.timeline.into_iter().flat_map(|timeline| timeline.time_off.values().map(|t| &**t))
    }

    /// The activities of one of the agent's shifts as they are lived.
    pub(crate) fn activities(&self, shift: &'a Shift) -> Cow<'a, [Activity]> {
        match self.timeline {
            Some(timeline) => timeline.activities(&shift.body),
            None => Cow::Borrowed(&shift.body.activities),
        }
    }

    /// Whether what the agent does on a day is known: a week in which nothing has happened is not
    /// planned yet, or was before anybody wrote it down, and nobody can say that it is empty.
    pub(crate) fn knows(&self, day: Date) -> bool {
        let first = Zone::week_of(day, self.unit.first_day.into());
        // A command that opens the week with a shift of the agent is looked at before it has.
        let is_opened = self.roster.week(first).is_some();
        let is_worked = |week| self.shifts_starting(week).next().is_some();
        is_opened || self.unit.week(first).is_some_and(is_worked)
    }

    /// Whether a shift lies in the touched stretch.
    pub(crate) fn is_touched(&self, shift: &Shift) -> bool {
        shift.interval().overlaps(self.hull)
    }
}

/// Everything the unit's rules find in an agent's window, sorted.
#[must_use]
pub fn findings(roster: &Roster, agent: &AgentId, hull: Interval) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(window) = Window::of(roster, agent, hull) else { return found };
    for rule in RULES {
        let Look::Window(check) = rule.look else { continue };
        roster.rules().in_force(rule, window.agent, |setting| {
            let first = found.len();
            check(&window, setting, &mut found);
            let is_past = |f: &mut Finding| !setting.holds(&window.agent.zone, f.interval);
            found.extract_if(first.., is_past).for_each(drop);
        });
    }
    found.sort_by_cached_key(Finding::sort_key);
    found
}

/// What a command does to one shift, as one of its agents sees it.
pub(crate) struct ShiftChange<'a> {
    pub(crate) unit: &'a BusinessUnit,
    pub(crate) agent: &'a Agent,
    pub(crate) shift: &'a ShiftId,
    /// What the agent had.
    pub(crate) before: Option<&'a ShiftBody>,
    /// What the agent gets.
    pub(crate) after: Option<&'a ShiftBody>,
    /// Whether the agent asked for it.
    pub(crate) is_own_wish: bool,
    /// The unit's time.
    pub(crate) now: Instant,
}

/// What the unit's rules find in a change of a shift.
pub(crate) fn change_findings(roster: &Roster, change: &ShiftChange<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in RULES {
        let Look::Change(check) = rule.look else { continue };
        roster.rules().in_force(rule, change.agent, |setting| {
            let finding = check(change, setting);
            found.extend(finding.filter(|f| setting.holds(&change.agent.zone, f.interval)));
        });
    }
    found
}

/// What a swap does for one of its agents.
pub(crate) struct SwapSide<'a> {
    pub(crate) roster: &'a Roster,
    pub(crate) unit: &'a BusinessUnit,
    pub(crate) agent: &'a Agent,
    pub(crate) swap: &'a SwapId,
    pub(crate) gives: Option<&'a Shift>,
    pub(crate) gets: Option<&'a Shift>,
    /// The unit's time.
    pub(crate) now: Instant,
}

/// What the unit says of such swaps, for one of the agents.
pub(crate) fn swap_findings(
    roster: &Roster,
    offer: &SwapOffer,
    agent: &AgentId,
    now: Instant,
) -> Vec<Finding> {
    let (Some(unit), Some(record)) = (roster.unit(), roster.agent(agent)) else {
        return Vec::new();
    };
    let moves = offer.moves();
    let shift = |is_it: &dyn Fn(&(&ShiftId, &AgentId, &AgentId)) -> bool| {
        let (id, _, _) = moves.iter().find(|m| is_it(m))?;
        roster.shift(id)
    };
    let (gives, gets) = (shift(&|(_, from, _)| *from == agent), shift(&|(_, _, to)| *to == agent));
    let swap = &offer.id;
    let side = SwapSide { roster, unit, agent: &record.agent, swap, gives, gets, now };
    let mut found = Vec::new();
    for rule in RULES {
        let Look::Swap(check) = rule.look else { continue };
        roster.rules().in_force(rule, side.agent, |setting| {
            let finding = check(&side, setting);
            found.extend(finding.filter(|f| setting.holds(&side.agent.zone, f.interval)));
        });
    }
    found
}
