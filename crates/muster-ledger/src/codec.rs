//! Entries as bytes: JSON, with the number of its form beside it. Old forms are read for ever.

use muster_core::activity::Category;
use muster_core::entry::{self, Entry};
use muster_core::event::Event;

use crate::error::LedgerError;
use crate::subject::{SubjectChange, SubjectKind};

/// An entry as bytes, in today's form ([`entry::FORMAT`]).
#[must_use]
pub fn encode(entry: &Entry) -> Vec<u8> {
    serde_json::to_vec(entry).expect("entries are plain data")
}

/// An entry from bytes.
///
/// # Errors
/// [`LedgerError::UnknownFormat`] for a form that this release does not know,
/// [`LedgerError::Corrupt`] for bytes that are not what their form says.
pub fn decode(format: u16, body: &[u8]) -> Result<Entry, LedgerError> {
    if format != entry::FORMAT {
        return Err(LedgerError::UnknownFormat { format });
    }
    serde_json::from_slice(body).map_err(|e| LedgerError::Corrupt(e.to_string()))
}

/// The ids that an entry claims or lets go.
#[must_use]
pub fn subjects(events: &[Event]) -> Vec<SubjectChange> {
    events.iter().filter_map(subject).collect()
}

fn subject(event: &Event) -> Option<SubjectChange> {
    let claim = |kind, id: &dyn ToString| Some(SubjectChange::Claim(kind, id.to_string()));
    match event {
        Event::UnitPut(unit) => claim(SubjectKind::Unit, &unit.id),
        Event::ManagementUnitPut(unit) => claim(SubjectKind::ManagementUnit, &unit.id),
        Event::AgentPut(agent) => claim(SubjectKind::Agent, &agent.id),
        Event::AgentLeft(id) => Some(SubjectChange::Release(SubjectKind::Agent, id.to_string())),
        // Every unit has the default codes: their ids belong to none.
        Event::ActivityCodePut(code)
            if Category::ALL.iter().any(|c| c.name() == code.id.as_str()) =>
        {
            None
        }
        Event::ActivityCodePut(code) => claim(SubjectKind::ActivityCode, &code.id),
        Event::WeekOpened { id, .. } | Event::DraftCreated { id, .. } => {
            claim(SubjectKind::Schedule, id)
        }
        Event::ShiftCreated { id, .. } => claim(SubjectKind::Shift, id),
        Event::SwapOffered(offer) => claim(SubjectKind::Swap, &offer.id),
        Event::TimeOffRequested(request) => claim(SubjectKind::TimeOff, &request.id),
        Event::RulesSet(_)
        | Event::StaffingPut(_)
        | Event::TrunksPut(_)
        | Event::SitesPut(_)
        | Event::ShiftChanged { .. }
        | Event::ShiftDeleted { .. }
        | Event::CommitmentsChanged { .. }
        | Event::DraftEdited { .. }
        | Event::DraftClosed { .. }
        | Event::DraftDeleted { .. }
        | Event::Published { .. }
        | Event::SwapAccepted { .. }
        | Event::SwapMatched { .. }
        | Event::SwapMoved { .. }
        | Event::TimeOffChanged { .. }
        | Event::TimeOffLimitPut(_)
        | Event::TimeOffDecided { .. }
        | Event::AvailabilityPut(_)
        | Event::AvailabilityWithdrawn { .. }
        | Event::Acknowledged { .. } => None,
    }
}
