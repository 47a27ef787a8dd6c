//! Jobs.

use std::collections::btree_map::Entry;

use muster_core::id::{JobId, OrganizationId};

use super::Database;
use crate::job::{JobChange, JobRow};

type Key = (OrganizationId, JobId);

impl Database {
    /// Makes a change, unless it expects something that is not so.
    pub(super) fn change_jobs(&mut self, change: JobChange) -> Option<()> {
        match change {
            JobChange::Add(row) => {
                match self.jobs.entry((row.organization.clone(), row.id.clone())) {
                    Entry::Occupied(_) => return None,
                    Entry::Vacant(place) => place.insert(row),
                };
            }
            JobChange::Move { organization, id, turn, progress } => {
                let row = self.jobs.get_mut(&(organization, id))?;
                if row.turn != turn {
                    return None;
                }
                (row.turn, row.progress) = (turn + 1, progress);
            }
            JobChange::Keep { organization, id, outcomes } => {
                let kept = self.outcomes.entry((organization, id)).or_default();
                for (number, body) in outcomes {
                    kept.entry(number).or_insert(body);
                }
            }
            JobChange::Forget(before) => {
                self.jobs.retain(|_, row| row.created_at >= before);
                self.outcomes.retain(|key, _| self.jobs.contains_key(key));
            }
        }
        Some(())
    }

    pub(in crate::sim) fn find_job(&self, key: &Key) -> Option<JobRow> {
        self.jobs.get(key).cloned()
    }

    pub(in crate::sim) fn open_jobs(&self, limit: usize) -> Vec<Key> {
        let mut open: Vec<_> = self.jobs.values().filter(|row| row.progress.is_open).collect();
        open.sort_by_key(|row| (row.created_at, row.organization.clone(), row.id.clone()));
        let keys = open.into_iter().map(|row| (row.organization.clone(), row.id.clone()));
        keys.take(limit).collect()
    }

    pub(in crate::sim) fn job_outcomes(
        &self,
        key: &Key,
        from: u64,
        limit: usize,
    ) -> Vec<(u64, Vec<u8>)> {
        let kept = self.outcomes.get(key).into_iter().flat_map(|kept| kept.range(from..));
        kept.map(|(number, body)| (*number, body.clone())).take(limit).collect()
    }
}
