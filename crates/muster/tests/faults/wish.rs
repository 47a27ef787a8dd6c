//! What a request is meant to bring about, as far as the checker looks for it.

use muster_api::list::ListView;
use muster_api::shift::ShiftView;
use muster_api::swap::SwapView;
use muster_api::time_off::TimeOffView;
use muster_core::Roster;
use muster_core::id::UnitId;
use muster_core::swap::SwapState;
use muster_core::time_off::TimeOffStatus;
use serde_json::Value;

/// One wish. Ids are those of the path or the body.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    /// The stage is set: the unit, its agents, its first week.
    Furnish,
    Tag(String, String),
    Note(String, String),
    Length(String, u32),
    MakeShift(String),
    DropShift(String),
    OfferSwap(String),
    MoveSwap(String, SwapState),
    AskTimeOff(String),
    DecideTimeOff(String, TimeOffStatus),
    MakeDraft(String),
    Publish(String),
    ReadShift(String),
    ReadShifts,
    ReadSwap(String),
    ReadTimeOff(String),
}

/// What a wish is about, if it is about one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    Shift(&'a str),
    Swap(&'a str),
    TimeOff(&'a str),
}

impl Subject<'_> {
    pub(crate) fn is_in(self, roster: &Roster) -> bool {
        match self {
            Self::Shift(id) => {
                let id = id.parse().unwrap();
                roster.shift(&id).is_some() || roster.gone(&id).is_some()
            }
            Self::Swap(id) => roster.swap(&id.parse().unwrap()).is_some(),
            Self::TimeOff(id) => roster.time_off(&id.parse().unwrap()).is_some(),
        }
    }
}

impl Wish {
    /// Whether accepting it always changes something: what it asks for is asked for once.
    pub(crate) fn is_news(&self) -> bool {
        match self {
            Self::Furnish
            | Self::Tag(..)
            | Self::Note(..)
            | Self::MakeShift(_)
            | Self::DropShift(_)
            | Self::OfferSwap(_)
            | Self::AskTimeOff(_)
            | Self::MakeDraft(_) => true,
            Self::Length(..)
            | Self::MoveSwap(..)
            | Self::DecideTimeOff(..)
            | Self::Publish(_)
            | Self::ReadShift(_)
            | Self::ReadShifts
            | Self::ReadSwap(_)
            | Self::ReadTimeOff(_) => false,
        }
    }

    /// What has to be there for it.
    pub(crate) fn needs(&self) -> Option<Subject<'_>> {
        match self {
            Self::Tag(id, _) | Self::Note(id, _) | Self::Length(id, _) | Self::DropShift(id) => {
                Some(Subject::Shift(id))
            }
            Self::ReadShift(id) => Some(Subject::Shift(id)),
            Self::MoveSwap(id, _) | Self::ReadSwap(id) => Some(Subject::Swap(id)),
            Self::DecideTimeOff(id, _) | Self::ReadTimeOff(id) => Some(Subject::TimeOff(id)),
            Self::Furnish
            | Self::MakeShift(_)
            | Self::OfferSwap(_)
            | Self::AskTimeOff(_)
            | Self::MakeDraft(_)
            | Self::Publish(_)
            | Self::ReadShifts => None,
        }
    }

    /// Whether a state shows what was asked for.
    pub(crate) fn is_in(&self, roster: &Roster) -> bool {
        let shift = |id: &str| roster.shift(&id.parse().unwrap());
        match self {
            Self::Tag(id, tag) => shift(id).is_some_and(|shift| shift.body.tags.contains(&**tag)),
            Self::Note(id, text) => {
                let note = shift(id).and_then(|shift| shift.body.note.clone());
                note.is_some_and(|note| note.contains(text))
            }
            Self::Length(id, minutes) => {
                shift(id).is_some_and(|shift| shift.body.span.length_min == *minutes)
            }
            Self::MakeShift(id) => shift(id).is_some(),
            Self::DropShift(id) => shift(id).is_none(),
            Self::OfferSwap(id) => roster.swap(&id.parse().unwrap()).is_some(),
            Self::MoveSwap(id, state) => {
                let swap = roster.swap(&id.parse().unwrap());
                swap.is_some_and(|swap| swap.state_at(roster.at()) == *state)
            }
            Self::AskTimeOff(id) => roster.time_off(&id.parse().unwrap()).is_some(),
            Self::DecideTimeOff(id, status) => {
                let request = roster.time_off(&id.parse().unwrap());
                request.is_some_and(|request| request.status == *status)
            }
            Self::MakeDraft(id) | Self::Publish(id) => roster.draft(&id.parse().unwrap()).is_some(),
            Self::Furnish
            | Self::ReadShift(_)
            | Self::ReadShifts
            | Self::ReadSwap(_)
            | Self::ReadTimeOff(_) => true,
        }
    }

    /// What an answer to it shows of a state. To a write, an answer may say more than this.
    pub(crate) fn shown(&self, roster: &Roster) -> Option<Value> {
        let unit = roster.unit()?.id.clone();
        match self {
            Self::Tag(id, _)
            | Self::Note(id, _)
            | Self::Length(id, _)
            | Self::MakeShift(id)
            | Self::ReadShift(id) => {
                let shift = roster.shift(&id.parse().unwrap())?;
                Some(serde_json::to_value(ShiftView::new(roster, shift)).unwrap())
            }
            Self::ReadShifts => Some(all_shifts(roster)),
            Self::OfferSwap(id) | Self::MoveSwap(id, _) | Self::ReadSwap(id) => {
                let swap = roster.swap(&id.parse().unwrap())?;
                Some(serde_json::to_value(SwapView::new(&unit, swap, roster.at())).unwrap())
            }
            Self::AskTimeOff(id) | Self::DecideTimeOff(id, _) | Self::ReadTimeOff(id) => {
                let request = roster.time_off(&id.parse().unwrap())?;
                Some(serde_json::to_value(TimeOffView::new(&unit, roster, request)).unwrap())
            }
            Self::Furnish | Self::DropShift(_) | Self::MakeDraft(_) | Self::Publish(_) => None,
        }
    }
}

/// The list of all shifts of a unit, as long as they are on one page.
fn all_shifts(roster: &Roster) -> Value {
    let mut shifts: Vec<_> = roster.shifts().collect();
    shifts.sort_by(|a, b| a.id.cmp(&b.id));
    let entities = shifts.into_iter().map(|shift| ShiftView::new(roster, shift)).collect();
    let list = ListView { entities, next_cursor: None, revision: roster.revision() };
    serde_json::to_value(list).unwrap()
}

/// The path that lists all shifts of a unit.
pub(crate) fn all_shifts_of(unit: &UnitId) -> String {
    format!("/scheduling/shifts?businessUnitId={unit}&pageSize=1000")
}
