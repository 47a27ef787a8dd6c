//! Shifts as atoms: the parts of a shift that are edited, and merged, apart from each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entry::Origin;
use crate::id::{ActivityCodeId, AgentId, Revision, ShiftId};
use crate::instant::{Instant, Interval};
use crate::zone::Zone;

/// When a shift is, and the zone whose wall clock it was entered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its first instant.
    pub start: Instant,
    /// Its elapsed length in minutes; never 0.
    pub length_min: u32,
    /// The zone it was entered with.
    pub zone: Zone,
}

impl Span {
    /// The first instant after it.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.start.plus_min(i64::from(self.length_min))
    }

    /// Its stretch of time.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval::new(self.start, self.end().max(Instant::from_ms(self.start.ms() + 1)))
            .expect("the end was placed after the start")
    }
}

/// A stretch of a shift that is not on-queue work, relative to the shift's start, so that moving
/// a shift and moving its break commute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Activity {
    /// Elapsed minutes after the shift's start.
    #[serde(rename = "at")]
    pub offset_min: u32,
    /// Elapsed length in minutes; never 0.
    #[serde(rename = "len")]
    pub length_min: u32,
    /// What it is spent on.
    pub code: ActivityCodeId,
    /// Whether it is paid.
    pub paid: bool,
}

/// An activity bound to an agent: it keeps its instants and stays with the agent in a swap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Commitment {
    /// Its first instant.
    pub start: Instant,
    /// Elapsed length in minutes; never 0.
    #[serde(rename = "len")]
    pub length_min: u32,
    /// What it is spent on.
    pub code: ActivityCodeId,
    /// Whether it is paid.
    pub paid: bool,
}

impl Commitment {
    /// The first instant after it.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.start.plus_min(i64::from(self.length_min))
    }

    /// Whether it shares time with a stretch.
    #[must_use]
    pub fn meets(&self, place: Interval) -> bool {
        self.start < place.end() && place.start() < self.end()
    }
}

/// The values of a shift's atoms, without where they came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftBody {
    /// Who works it.
    pub owner: AgentId,
    /// When it is.
    pub span: Span,
    /// What else than on-queue work it holds, sorted and disjoint.
    #[serde(default = "no_activities", skip_serializing_if = "is_empty")]
    pub activities: Arc<[Activity]>,
    /// Where it is worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Arc<str>>,
    /// The work plan it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_plan: Option<Arc<str>>,
    /// Its ids in other systems, by system.
    #[serde(default, skip_serializing_if = "ExternalIds::is_empty")]
    pub external_ids: ExternalIds,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<str>>,
    /// Labels; `skill:NAME` asks for a skill, `type:NAME` says of which type the shift is.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Ids in other systems, by system.
pub type ExternalIds = BTreeMap<Arc<str>, Arc<str>>;
/// Labels of a shift.
pub type Tags = BTreeSet<Arc<str>>;

fn no_activities() -> Arc<[Activity]> {
    Arc::from([])
}

fn is_empty(activities: &Arc<[Activity]>) -> bool {
    activities.is_empty()
}

/// The unit of merging: one independently edited part of a shift.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Atom {
    /// That the shift is there.
    Exists,
    /// Who works it.
    Owner,
    /// Start and length, together.
    Span,
    /// Its activities.
    Activities,
    /// Where it is worked.
    Site,
    /// The work plan it came from.
    WorkPlan,
    /// Its ids in other systems.
    ExternalIds,
    /// A remark.
    Note,
    /// Its labels.
    Tags,
}

impl Atom {
    /// The atoms that have values: all but [`Atom::Exists`].
    pub const VALUED: [Self; 8] = [
        Self::Owner,
        Self::Span,
        Self::Activities,
        Self::Site,
        Self::WorkPlan,
        Self::ExternalIds,
        Self::Note,
        Self::Tags,
    ];
}

/// An atom with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AtomValue {
    /// Whether the shift is there.
    Exists(bool),
    /// See [`ShiftBody::owner`].
    Owner(AgentId),
    /// See [`ShiftBody::span`].
    Span(Span),
    /// See [`ShiftBody::activities`].
    Activities(Arc<[Activity]>),
    /// See [`ShiftBody::site`].
    Site(Option<Arc<str>>),
    /// See [`ShiftBody::work_plan`].
    WorkPlan(Option<Arc<str>>),
    /// See [`ShiftBody::external_ids`].
    ExternalIds(ExternalIds),
    /// See [`ShiftBody::note`].
    Note(Option<Arc<str>>),
    /// See [`ShiftBody::tags`].
    Tags(Tags),
}

impl AtomValue {
    /// Which atom it is a value of.
    #[must_use]
    pub fn atom(&self) -> Atom {
        match self {
            Self::Exists(_) => Atom::Exists,
            Self::Owner(_) => Atom::Owner,
            Self::Span(_) => Atom::Span,
            Self::Activities(_) => Atom::Activities,
            Self::Site(_) => Atom::Site,
            Self::WorkPlan(_) => Atom::WorkPlan,
            Self::ExternalIds(_) => Atom::ExternalIds,
            Self::Note(_) => Atom::Note,
            Self::Tags(_) => Atom::Tags,
        }
    }
}

impl ShiftBody {
    /// The value of an atom.
    #[must_use]
    pub fn get(&self, atom: Atom) -> AtomValue {
        match atom {
            Atom::Exists => AtomValue::Exists(true),
            Atom::Owner => AtomValue::Owner(self.owner.clone()),
            Atom::Span => AtomValue::Span(self.span.clone()),
            Atom::Activities => AtomValue::Activities(self.activities.clone()),
            Atom::Site => AtomValue::Site(self.site.clone()),
            Atom::WorkPlan => AtomValue::WorkPlan(self.work_plan.clone()),
            Atom::ExternalIds => AtomValue::ExternalIds(self.external_ids.clone()),
            Atom::Note => AtomValue::Note(self.note.clone()),
            Atom::Tags => AtomValue::Tags(self.tags.clone()),
        }
    }

    /// Sets an atom; [`AtomValue::Exists`] changes nothing here.
    pub fn set(&mut self, value: AtomValue) {
        match value {
            AtomValue::Exists(_) => {}
            AtomValue::Owner(owner) => self.owner = owner,
            AtomValue::Span(span) => self.span = span,
            AtomValue::Activities(activities) => self.activities = activities,
            AtomValue::Site(site) => self.site = site,
            AtomValue::WorkPlan(plan) => self.work_plan = plan,
            AtomValue::ExternalIds(ids) => self.external_ids = ids,
            AtomValue::Note(note) => self.note = note,
            AtomValue::Tags(tags) => self.tags = tags,
        }
    }

    /// Whether an atom has the same value in both, without copying it.
    #[must_use]
    pub fn same(&self, other: &Self, atom: Atom) -> bool {
        match atom {
            Atom::Exists => true,
            Atom::Owner => self.owner == other.owner,
            Atom::Span => self.span == other.span,
            Atom::Activities => {
                Arc::ptr_eq(&self.activities, &other.activities)
                    || self.activities == other.activities
            }
            Atom::Site => self.site == other.site,
            Atom::WorkPlan => self.work_plan == other.work_plan,
            Atom::ExternalIds => self.external_ids == other.external_ids,
            Atom::Note => self.note == other.note,
            Atom::Tags => self.tags == other.tags,
        }
    }

    /// Its stretch of time.
    #[must_use]
    pub fn interval(&self) -> Interval {
        self.span.interval()
    }
}

/// A live shift: its atoms and the entry that last changed each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Its id.
    pub id: ShiftId,
    /// Its atoms' values.
    pub body: Arc<ShiftBody>,
    /// The entry that last changed each atom, in the order of [`Atom`].
    pub origins: [Origin; 9],
}

impl Shift {
    /// The civil date of its start.
    #[must_use]
    pub fn first_day(&self, zone: &Zone) -> Date {
        zone.date(self.body.span.start)
    }

    /// The civil date of its last instant: a shift that ends at midnight does not touch the day
    /// after.
    #[must_use]
    pub fn last_day(&self, zone: &Zone) -> Date {
        zone.date(Instant::from_ms(self.body.span.end().ms() - 1))
    }

    /// The entry that last changed an atom.
    #[must_use]
    pub fn origin(&self, atom: Atom) -> &Origin {
        &self.origins[atom as usize]
    }

    /// The revision that last changed any of its atoms.
    #[must_use]
    pub fn version(&self) -> Revision {
        self.newest().revision
    }

    /// The entry that last changed any of its atoms.
    #[must_use]
    pub fn newest(&self) -> &Origin {
        self.origins.iter().max_by_key(|origin| origin.revision).expect("there are nine atoms")
    }

    /// Its stretch of time.
    #[must_use]
    pub fn interval(&self) -> Interval {
        self.body.interval()
    }
}
