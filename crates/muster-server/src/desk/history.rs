//! The states a unit has been in: all recent ones, and fewer the older they are.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use muster_core::Roster;
use muster_core::entry::Entry;
use muster_core::feed::{self, FeedEvent};
use muster_core::id::Revision;

use crate::limits;

/// A unit at one revision: the state, and the entry that led to it.
#[derive(Debug)]
pub struct Moment {
    /// The state.
    pub roster: Roster,
    /// The entry that led to it; none for the state a desk was loaded with.
    pub entry: Option<Arc<Entry>>,
    told: OnceLock<Arc<[FeedEvent]>>,
}

impl Moment {
    pub(crate) fn new(roster: Roster, entry: Option<Arc<Entry>>) -> Arc<Self> {
        Arc::new(Self { roster, entry, told: OnceLock::new() })
    }

    /// What the outside is told of it; derived once.
    pub(crate) fn told(&self, before: &Roster) -> Arc<[FeedEvent]> {
        let derive = || match &self.entry {
            Some(entry) => feed::events(before, entry, &self.roster).into(),
            None => Arc::from([]),
        };
        self.told.get_or_init(derive).clone()
    }
}

/// Recent moments by revision; older ones thinned out.
#[derive(Debug, Default)]
pub(crate) struct History {
    moments: BTreeMap<Revision, Arc<Moment>>,
}

impl History {
    pub(crate) fn push(&mut self, moment: Arc<Moment>) {
        let head = moment.roster.revision();
        self.moments.insert(head, moment);
        // One revision ages out of each zone when one comes in.
        let thin = |back: u64| head.0.checked_sub(back).map(Revision);
        if let Some(aged) = thin(limits::RECENT)
            && !aged.0.is_multiple_of(limits::THINNED_STEP)
        {
            self.moments.remove(&aged);
        }
        if let Some(oldest) = thin(limits::THINNED) {
            self.moments.remove(&oldest);
        }
    }

    pub(crate) fn at(&self, revision: Revision) -> Option<Arc<Moment>> {
        self.moments.get(&revision).cloned()
    }

    /// The newest moment not after a revision, to replay from.
    pub(crate) fn before(&self, revision: Revision) -> Option<Arc<Moment>> {
        self.moments.range(..=revision).next_back().map(|(_, moment)| moment.clone())
    }
}
