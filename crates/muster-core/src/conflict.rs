//! Findings and conflicts as sorted data.

mod fingerprint;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{AgentId, AvailabilityId, ShiftId, SwapId, TimeOffId, TrunkGroupId};
use crate::instant::Interval;
use crate::shift::{Atom, AtomValue, Commitment};

pub use fingerprint::Fingerprint;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What clashes. A kind has a rule, a cause, remedies and tests, or it is not here.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            JsonSchema,
        )]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as the API spells it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// The same atom was changed to two values.
    FieldChangedBoth = "FIELD_CHANGED_BOTH",
    /// Deleted here, changed by somebody else meanwhile.
    DeletedButChanged = "DELETED_BUT_CHANGED",
    /// Changed here, deleted by somebody else meanwhile.
    ChangedButDeleted = "CHANGED_BUT_DELETED",
    /// A whole document puts back what somebody else has just changed.
    StaleOverwriteSuspected = "STALE_OVERWRITE_SUSPECTED",
    /// Two shifts of one agent share time.
    ShiftOverlap = "SHIFT_OVERLAP",
    /// Work lies on approved time off.
    TimeOffApprovedOverlap = "TIME_OFF_APPROVED_OVERLAP",
    /// Work lies on time off that nobody has decided yet.
    TimeOffPendingOverlap = "TIME_OFF_PENDING_OVERLAP",
    /// The agent has an active request over some of the same time.
    TimeOffOverlapsTimeOff = "TIME_OFF_OVERLAPS_TIME_OFF",
    /// Somebody decided the request differently.
    TimeOffAlreadyDecided = "TIME_OFF_ALREADY_DECIDED",
    /// As many agents are off as the limit allows.
    TimeOffLimitExhausted = "TIME_OFF_LIMIT_EXHAUSTED",
    /// Work when the agent has said that they cannot.
    Unavailable = "UNAVAILABLE",
    /// Work when the agent would rather not, or not when they would like to.
    PreferenceViolated = "PREFERENCE_VIOLATED",
    /// Too little rest between two shifts.
    RestTimeShort = "REST_TIME_SHORT",
    /// Too long at work without a rest between shifts.
    MaxConsecutiveHours = "MAX_CONSECUTIVE_HOURS",
    /// Too many hours in a week.
    MaxHoursWeek = "MAX_HOURS_WEEK",
    /// Too few hours in a week.
    MinHoursWeek = "MIN_HOURS_WEEK",
    /// Too many hours in a day.
    MaxHoursDay = "MAX_HOURS_DAY",
    /// Too many hours in a planning period.
    MaxHoursPeriod = "MAX_HOURS_PERIOD",
    /// Too few hours in a planning period.
    MinHoursPeriod = "MIN_HOURS_PERIOD",
    /// Too many hours a week on average.
    MaxHoursAverage = "MAX_HOURS_AVERAGE",
    /// Too many days of work running.
    MaxConsecutiveDays = "MAX_CONSECUTIVE_DAYS",
    /// Too few days of work running.
    MinConsecutiveDays = "MIN_CONSECUTIVE_DAYS",
    /// Too few days off between days of work.
    MinDaysOff = "MIN_DAYS_OFF",
    /// Work on too many weekends of a planning period.
    MaxWeekends = "MAX_WEEKENDS",
    /// Too many shifts in a planning period.
    MaxShifts = "MAX_SHIFTS",
    /// A shift of a type that may not follow that of the day before.
    SuccessionForbidden = "SUCCESSION_FORBIDDEN",
    /// No long rest in seven days.
    WeeklyRestShort = "WEEKLY_REST_SHORT",
    /// A long shift without a break, or with one that comes late.
    BreakMissing = "BREAK_MISSING",
    /// Too many hours of work at night.
    MaxNightHours = "MAX_NIGHT_HOURS",
    /// Work at a time of day at which the agent may not work.
    ForbiddenHours = "FORBIDDEN_HOURS",
    /// A shift is changed too close to its day.
    NoticeShort = "NOTICE_SHORT",
    /// The day of a shift is closed to changes.
    PeriodLocked = "PERIOD_LOCKED",
    /// The agent lacks a skill that a shift asks for.
    SkillMissing = "SKILL_MISSING",
    /// Fewer agents on the queue than required.
    StaffingBelowMinimum = "STAFFING_BELOW_MINIMUM",
    /// More agents on the queue than a group of trunks has lines.
    TrunkCapacityExceeded = "TRUNK_CAPACITY_EXCEEDED",
    /// More agents at a site than it has seats.
    SiteSeatsExceeded = "SITE_SEATS_EXCEEDED",
    /// An activity does not fit the shift it falls in.
    ActivityOutsideShift = "ACTIVITY_OUTSIDE_SHIFT",
    /// A shift was moved after both agents had agreed to swap it.
    SwapTermsChanged = "SWAP_TERMS_CHANGED",
    /// A shift of the swap went to somebody else.
    SwapShiftTaken = "SWAP_SHIFT_TAKEN",
    /// Somebody decided the swap differently.
    SwapAlreadyDecided = "SWAP_ALREADY_DECIDED",
    /// The offer ran out.
    SwapExpired = "SWAP_EXPIRED",
    /// One of the agents withdrew.
    SwapWithdrawn = "SWAP_WITHDRAWN",
    /// The shifts that are exchanged are paid differently.
    SwapTimeUnequal = "SWAP_TIME_UNEQUAL",
    /// Somebody gives a shift and gets none.
    SwapOneSided = "SWAP_ONE_SIDED",
    /// A shift of the swap begins too soon.
    SwapNoticeShort = "SWAP_NOTICE_SHORT",
    /// Too many shifts of a week come to an agent by swaps.
    SwapLimitReached = "SWAP_LIMIT_REACHED",
    /// The shift has begun.
    ShiftStarted = "SHIFT_STARTED",
    /// What the command speaks of is gone.
    SubjectGone = "SUBJECT_GONE",
    /// An id of another system names another shift already.
    ExternalIdDuplicate = "EXTERNAL_ID_DUPLICATE",
}

/// How much a finding matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Not looked for.
    Off,
    /// Worth knowing.
    Info,
    /// Worth a look; stops nothing.
    Warn,
    /// Somebody must acknowledge it, with a reason.
    Ack,
    /// Cannot be, whoever says so.
    Block,
}

impl Severity {
    /// Its name, as the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Ack => "ack",
            Self::Block => "block",
        }
    }
}

/// What a finding is about, beside its agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// A shift.
    Shift(ShiftId),
    /// A time-off request.
    TimeOff(TimeOffId),
    /// A swap.
    Swap(SwapId),
    /// A skill.
    Skill(Arc<str>),
    /// An activity of the agent.
    Commitment(Commitment),
    /// An id in another system.
    ExternalId(Arc<str>, Arc<str>),
    /// A group of trunks.
    Trunk(TrunkGroupId),
    /// A site.
    Site(Arc<str>),
    /// Something the agent says of when they can work.
    Availability(AvailabilityId),
}

/// The three values of an atom that clashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// The atom.
    pub atom: Atom,
    /// What the edit started from.
    pub base: Option<AtomValue>,
    /// What the edit wants.
    pub yours: Option<AtomValue>,
    /// What is live.
    pub live: Option<AtomValue>,
}

/// The unit a magnitude is counted in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// Elapsed minutes.
    Minutes,
    /// Civil days.
    Days,
    /// How many.
    Count,
}

impl Kind {
    /// Whether it is about a sum over a stretch of time: then that stretch says which finding it
    /// is, and not the shifts, so that exchanging one for another of the same length changes
    /// nothing.
    pub(crate) fn is_sum(self) -> bool {
        matches!(
            self,
            Self::MaxHoursDay
                | Self::MaxHoursWeek
                | Self::MinHoursWeek
                | Self::MaxHoursPeriod
                | Self::MinHoursPeriod
                | Self::MaxHoursAverage
                | Self::MaxWeekends
                | Self::MaxShifts
        )
    }

    /// Whether it is about all agents together: then the stretch says which finding it is, beside
    /// what it is about.
    pub(crate) fn is_level(self) -> bool {
        matches!(
            self,
            Self::StaffingBelowMinimum | Self::TrunkCapacityExceeded | Self::SiteSeatsExceeded
        )
    }

    /// Whether time alone can bring it about or end it, with nothing changed.
    pub(crate) fn reads_clock(self) -> bool {
        matches!(self, Self::NoticeShort | Self::ShiftStarted)
    }

    /// Whether it is about a stretch that a change may lengthen, shorten or split: what is no
    /// worse than it was there before is not new.
    pub(crate) fn is_stretch(self) -> bool {
        matches!(
            self,
            Self::MaxConsecutiveHours
                | Self::MaxConsecutiveDays
                | Self::MinConsecutiveDays
                | Self::MinDaysOff
                | Self::WeeklyRestShort
                | Self::MaxHoursDay
                | Self::MaxHoursAverage
        )
    }
}

/// Something a rule or a merge found.
///
/// Its key is everything that says *which* finding it is; its magnitude says *how bad* it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What clashes.
    pub kind: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// The name of the rule, where several of one kind hold beside each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Arc<str>>,
    /// Whose week it is in.
    pub agent: Option<AgentId>,
    /// What it is about, sorted.
    pub subjects: Vec<Subject>,
    /// The stretch of time it is about, or the rule's window.
    pub interval: Option<Interval>,
    /// The excess over the limit; part of the fingerprint but not of the key.
    pub magnitude: i64,
    /// What was observed.
    pub observed: i64,
    /// What the rule allows.
    pub limit: i64,
    /// What the three numbers count.
    pub measure: Measure,
    /// By how many minutes a clock change lengthens or shortens what was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_change_min: Option<i64>,
    /// What going ahead costs, in minutes of pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_min: Option<i64>,
    /// The values that clashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clash: Option<Box<Clash>>,
    /// Whether it was there before the command, no smaller.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standing: bool,
}

impl Finding {
    /// A finding about an agent, with nothing measured yet.
    #[must_use]
    pub fn new(kind: Kind, severity: Severity, agent: Option<&AgentId>) -> Self {
        Self {
            kind,
            severity,
            rule: None,
            agent: agent.cloned(),
            subjects: Vec::new(),
            interval: None,
            magnitude: 1,
            observed: 1,
            limit: 0,
            measure: Measure::Count,
            clock_change_min: None,
            cost_min: None,
            clash: None,
            standing: false,
        }
    }

    /// Whether it stops what leads to it, unless somebody answers for it.
    #[must_use]
    pub fn is_gating(&self) -> bool {
        self.severity >= Severity::Ack && !self.standing
    }

    /// With what it is about.
    #[must_use]
    pub fn about(mut self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        self.subjects = subjects.into_iter().collect();
        self.subjects.sort();
        self
    }

    /// With the stretch of time it is about.
    #[must_use]
    pub fn during(mut self, interval: Option<Interval>) -> Self {
        self.interval = interval;
        self
    }

    /// With what was observed against what is allowed.
    #[must_use]
    pub fn measured(mut self, measure: Measure, observed: i64, limit: i64) -> Self {
        self.observed = observed;
        self.limit = limit;
        self.magnitude = (observed - limit).abs();
        self.measure = measure;
        self
    }

    /// With what was observed against what is allowed, in minutes.
    #[must_use]
    pub fn measured_min(self, observed: i64, limit: i64) -> Self {
        self.measured(Measure::Minutes, observed, limit)
    }

    /// With the minutes by which a clock change lengthens or shortens what was measured.
    #[must_use]
    pub fn with_clock_change(mut self, minutes: i64) -> Self {
        self.clock_change_min = (minutes != 0).then_some(minutes);
        self
    }

    /// Names it across requests.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint { key: self.key_hash(), magnitude: self.magnitude }
    }

    /// The shifts it is about.
    pub fn shifts(&self) -> impl Iterator<Item = &ShiftId> {
        self.subjects.iter().filter_map(|subject| match subject {
            Subject::Shift(id) => Some(id),
            Subject::TimeOff(_)
            | Subject::Swap(_)
            | Subject::Skill(_)
            | Subject::Commitment(_)
            | Subject::ExternalId(..)
            | Subject::Trunk(_)
            | Subject::Site(_)
            | Subject::Availability(_) => None,
        })
    }

    /// Whether `other` is the same finding, and no worse: what its fingerprint covers, without
    /// making one.
    #[must_use]
    pub(crate) fn covers(&self, other: &Self) -> bool {
        (self.kind, &self.rule) == (other.kind, &other.rule)
            && other.magnitude <= self.magnitude
            && self.key() == other.key()
    }

    /// Beside kind and rule, its agent, sorted subjects and atom; for sums, the stretch instead of
    /// the subjects; for what is about all agents together, the stretch as well.
    fn key(&self) -> (&Option<AgentId>, &[Subject], Option<Interval>, Option<Atom>) {
        let subjects = if self.kind.is_sum() { &[][..] } else { &self.subjects[..] };
        let window = self.interval.filter(|_| self.kind.is_sum() || self.kind.is_level());
        (&self.agent, subjects, window, self.clash.as_ref().map(|clash| clash.atom))
    }

    fn key_hash(&self) -> u64 {
        let (agent, subjects, window, atom) = self.key();
        let kind = match &self.rule {
            None => self.kind.name().to_owned(),
            Some(rule) => format!("{} {rule}", self.kind.name()),
        };
        let key = (kind, agent, subjects, window, atom);
        let bytes = serde_json::to_vec(&key).expect("keys are plain data");
        let digest = Sha256::digest(&bytes);
        u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
    }

    /// The order in which findings are listed: worst first, then by agent, time and key.
    #[must_use]
    pub fn sort_key(&self) -> impl Ord + use<> {
        (
            std::cmp::Reverse(self.severity),
            self.agent.clone(),
            self.interval,
            self.kind,
            self.rule.clone(),
            self.subjects.clone(),
            self.clash.as_ref().map(|clash| clash.atom),
        )
    }
}
