//! What is asked of all agents together: how many are needed on the queue, how many lines a group
//! of trunks has and how many seats a site; and how many agents count towards each.
//!
//! Counts are by quarter hours in UTC: every zone's clock shows quarter hours at the same instants.
//! They follow from the shifts, and are kept beside them so that a change costs what it changes.
//! A unit that asks for nothing keeps none.

mod count;
mod day;
mod presence;
mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::conflict::{Kind, Subject};
use crate::entry::Origin;
use crate::id::{ManagementUnitId, Revision, TrunkGroupId};
use crate::instant::{Instant, Interval};
use crate::roster::Known;

pub(crate) use count::{Delta, counted, deltas, is_concerned, moves, recount, touched_days};
pub use day::{Day, Quarters};
pub use shown::Staffed;

pub(crate) use day::{Mask, Moves, bits, is_quarter};

/// How many agents are needed on the queue in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// When; from and to a quarter hour.
    pub during: Interval,
    /// How many; at least one.
    pub agents: u32,
}

/// How many agents with a skill are needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillStaffing {
    /// The skill; everybody counts, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<Arc<str>>,
    /// When and how many; sorted and disjoint.
    pub needs: Vec<Need>,
}

/// The staff that is required, for the skills that it lists, within a stretch of time: there it
/// takes the place of what was required before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffingChange {
    /// When; from and to a quarter hour.
    pub during: Interval,
    /// By skill; each comes once.
    pub skills: Vec<SkillStaffing>,
}

/// Lines that agents on the queue share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkGroup {
    /// Its id.
    pub id: TrunkGroupId,
    /// How many agents may be on the queue at once.
    pub capacity: u32,
    /// Who uses it: agents with one of these skills; all, when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Arc<str>>,
    /// Of these, agents of one of these management units; all, when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub management_units: Vec<ManagementUnitId>,
}

/// A place with seats, as shifts name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name in [`crate::shift::ShiftBody::site`].
    pub id: Arc<str>,
    /// How many agents may be there at once.
    pub seats: u32,
}

/// All of a unit's trunk groups, or all its sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacities<T> {
    /// They, sorted by id.
    pub all: Vec<T>,
    /// The day on which they were set: what was before has no limit.
    pub since: Day,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meter {
    /// Agents on the queue: those with a skill, or everybody.
    Staff(Option<Arc<str>>),
    /// Agents on the queue who use a group of trunks.
    Trunk(TrunkGroupId),
    /// Agents at a site, whatever they do there.
    Site(Arc<str>),
}

impl Meter {
    /// What is found when the count is not as it should be.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Staff(_) => Kind::StaffingBelowMinimum,
            Self::Trunk(_) => Kind::TrunkCapacityExceeded,
            Self::Site(_) => Kind::SiteSeatsExceeded,
        }
    }

    /// What such a finding is about.
    pub(crate) fn subject(&self) -> Option<Subject> {
        match self {
            Self::Staff(skill) => skill.clone().map(Subject::Skill),
            Self::Trunk(id) => Some(Subject::Trunk(id.clone())),
            Self::Site(id) => Some(Subject::Site(id.clone())),
        }
    }

    /// The meter that a finding is about.
    pub(crate) fn of(kind: Kind, subjects: &[Subject]) -> Option<Self> {
        let all = [Self::Staff(None)].into_iter().chain(subjects.iter().filter_map(|subject| {
            if let Subject::Skill(name) = subject {
                return Some(Self::Staff(Some(name.clone())));
            }
            if let Subject::Trunk(id) = subject {
                return Some(Self::Trunk(id.clone()));
            }
            let Subject::Site(id) = subject else { return None };
            Some(Self::Site(id.clone()))
        }));
        all.filter(|meter| meter.kind() == kind).last()
    }
}

/// A meter on a day.
pub(crate) type Row = (Day, Meter);

/// What a unit asks of its agents together, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// How many agents are required on the queue; a day without is not there.
    pub(crate) required: OrdMap<Row, Arc<Known<Quarters>>>,
    /// The revision that last changed what is required.
    pub(crate) required_version: Revision,
    pub(crate) trunks: Option<Arc<Known<Capacities<TrunkGroup>>>>,
    pub(crate) sites: Option<Arc<Known<Capacities<Site>>>>,
    /// How many agents there are, where something is asked; a day without is not there.
    pub(crate) counts: OrdMap<Row, Arc<Quarters>>,
}

/// What a count has to be.
pub(crate) enum Bound<'a> {
    /// In each quarter hour at least so many.
    AtLeast(&'a Quarters),
    /// At most so many.
    AtMost(u32),
}

impl Levels {
    /// The revision that last changed the staff that is required.
    #[must_use]
    pub fn required_version(&self) -> Revision {
        self.required_version
    }

    /// The trunk groups, once they were set.
    #[must_use]
    pub fn trunks(&self) -> Option<&Known<Capacities<TrunkGroup>>> {
        self.trunks.as_deref()
    }

    /// The sites, once they were set.
    #[must_use]
    pub fn sites(&self) -> Option<&Known<Capacities<Site>>> {
        self.sites.as_deref()
    }

    /// How many agents there are.
    pub(crate) fn count(&self, row: &Row) -> &Quarters {
        self.counts.get(row).map_or(&Quarters::NONE, |count| &**count)
    }

    /// Whether anything is asked at all.
    pub(crate) fn is_watching(&self) -> bool {
        !self.required.is_empty()
            || self.trunks.as_ref().is_some_and(|known| !known.value.all.is_empty())
            || self.sites.as_ref().is_some_and(|known| !known.value.all.is_empty())
    }

    /// From the first to the last day on which anything is asked.
    fn watched(&self) -> Option<Interval> {
        let since = |since: Day| (since.start(), Instant::MAX);
        let trunks = self.trunks.as_ref().filter(|known| !known.value.all.is_empty());
        let sites = self.sites.as_ref().filter(|known| !known.value.all.is_empty());
        let required = self.required.get_min().zip(self.required.get_max());
        let required =
            required.map(|(((first, _), _), ((last, _), _))| (first.start(), last.next().start()));
        let all = [
            required,
            trunks.map(|known| since(known.value.since)),
            sites.map(|known| since(known.value.since)),
        ];
        let all = all.into_iter().flatten();
        let hull = all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        hull.and_then(|(start, end)| Interval::new(start, end))
    }

    /// Whether anything is asked on a day.
    fn is_watched(&self, day: Day) -> bool {
        let (first, end) = ((day, Meter::Staff(None)), (day.next(), Meter::Staff(None)));
        self.required.range(first..end).next().is_some()
            || self.trunks.as_ref().is_some_and(|known| known.value.is_watched(day))
            || self.sites.as_ref().is_some_and(|known| known.value.is_watched(day))
    }

    /// What a count has to be; nothing where nothing is asked.
    pub(crate) fn bound(&self, (day, meter): &Row) -> Option<Bound<'_>> {
        match meter {
            Meter::Staff(_) => {
                let row = self.required.get(&(*day, meter.clone()))?;
                Some(Bound::AtLeast(&row.value))
            }
            Meter::Trunk(id) => {
                let all = &self.trunks.as_ref()?.value.all;
                all.iter().find(|group| group.id == *id).map(|group| Bound::AtMost(group.capacity))
            }
            Meter::Site(id) => {
                let all = &self.sites.as_ref()?.value.all;
                all.iter().find(|site| site.id == *id).map(|site| Bound::AtMost(site.seats))
            }
        }
    }

    /// Whether an agent counts for a meter on some of a day, if the agent is there.
    pub(crate) fn counts_for(&self, meter: &Meter, agent: &Agent, day: Day) -> bool {
        match meter {
            Meter::Staff(None) | Meter::Site(_) => true,
            Meter::Staff(Some(skill)) => presence::skilled(agent, skill, day) != 0,
            Meter::Trunk(id) => {
                let mut all = self.trunks.iter().flat_map(|known| &known.value.all);
                all.any(|group| group.id == *id && group.used_by(agent, day) != 0)
            }
        }
    }

    /// The entry that asked for it.
    pub(crate) fn origin(&self, row: &Row) -> Option<&Origin> {
        match &row.1 {
            Meter::Staff(_) => self.required.get(row).map(|known| &known.origin),
            Meter::Trunk(_) => self.trunks.as_ref().map(|known| &known.origin),
            Meter::Site(_) => self.sites.as_ref().map(|known| &known.origin),
        }
    }

    /// What a change of the required staff makes of the days that it speaks of.
    pub(crate) fn required_after(&self, change: &StaffingChange) -> BTreeMap<Row, Quarters> {
        let mut rows = BTreeMap::new();
        for SkillStaffing { skill, needs } in &change.skills {
            let meter = Meter::Staff(skill.clone());
            for day in Day::all(change.during) {
                let row = (day, meter.clone());
                let mut quarters = Quarters::NONE;
                if let Some(known) = self.required.get(&row) {
                    quarters = known.value.clone();
                    quarters.set(day.inside(change.during), 0);
                }
                rows.insert(row, quarters);
            }
            for need in needs {
                for day in Day::all(need.during) {
                    if let Some(quarters) = rows.get_mut(&(day, meter.clone())) {
                        quarters.set(day.inside(need.during), need.agents);
                    }
                }
            }
        }
        rows
    }

    /// Puts required staff in the place of what was required.
    pub(crate) fn require(&mut self, change: &StaffingChange, origin: &Origin) {
        for (row, quarters) in self.required_after(change) {
            if quarters.is_none() {
                self.required.remove(&row);
            } else if self.required.get(&row).is_none_or(|known| known.value != quarters) {
                let known = Known { value: quarters, origin: origin.clone() };
                self.required.insert(row, Arc::new(known));
            }
        }
        self.required_version = origin.revision;
    }
}

impl<T> Capacities<T> {
    fn is_watched(&self, day: Day) -> bool {
        self.since <= day && !self.all.is_empty()
    }
}

impl TrunkGroup {
    /// When an agent on the queue uses it.
    fn used_by(&self, agent: &Agent, day: Day) -> Mask {
        let groups = &self.management_units;
        if !groups.is_empty() && !agent.management_unit.as_ref().is_some_and(|m| groups.contains(m))
        {
            return 0;
        }
        if self.skills.is_empty() {
            return Mask::MAX;
        }
        self.skills.iter().fold(0, |mask, skill| mask | presence::skilled(agent, skill, day))
    }
}
