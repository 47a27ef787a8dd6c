//! Double bookings, straight from the documents: one agent in two places, one shift worked by two.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::demo::week::AgentWeek;

/// A double booking.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Double {
    /// An agent is to work two shifts at the same time.
    Overlap { agent: String, shifts: (String, String) },
    /// Two agents are to work one shift.
    Shared { shift: String, agents: (String, String) },
}

/// Collects double bookings over all the documents that a schedule went through.
#[derive(Debug, Default)]
pub(crate) struct Bookings {
    weeks: BTreeMap<String, BTreeSet<String>>,
    workers: BTreeMap<String, BTreeSet<String>>,
    found: BTreeSet<Double>,
}

impl Bookings {
    /// Takes the weeks of the agents that changed.
    pub(crate) fn put(&mut self, weeks: &[AgentWeek]) {
        for week in weeks {
            let now: BTreeSet<String> = week.shifts.iter().map(|shift| shift.id.clone()).collect();
            let before = self.weeks.insert(week.agent_id.clone(), now).unwrap_or_default();
            for shift in before {
                if let Some(workers) = self.workers.get_mut(&shift) {
                    workers.remove(&week.agent_id);
                }
            }
        }
        for week in weeks {
            self.found.extend(overlaps(week));
            for shift in &week.shifts {
                let workers = self.workers.entry(shift.id.clone()).or_default();
                workers.insert(week.agent_id.clone());
                let mut two = workers.iter().cloned();
                if let (Some(first), Some(second)) = (two.next(), two.next()) {
                    let agents = (first, second);
                    self.found.insert(Double::Shared { shift: shift.id.clone(), agents });
                }
            }
        }
    }

    /// All that were found.
    pub(crate) fn found(self) -> BTreeSet<Double> {
        self.found
    }
}

fn overlaps(week: &AgentWeek) -> Vec<Double> {
    let span = |shift: &crate::demo::week::Shift| -> (Timestamp, Timestamp) {
        let minutes = jiff::SignedDuration::from_mins(i64::from(shift.length_minutes));
        (shift.start, shift.start.saturating_add(minutes).unwrap_or(shift.start))
    };
    let mut shifts: Vec<_> = week.shifts.iter().map(|shift| (span(shift), &shift.id)).collect();
    shifts.sort();
    let pairs = shifts.windows(2).filter(|pair| pair[1].0.0 < pair[0].0.1);
    pairs
        .map(|pair| Double::Overlap {
            agent: week.agent_id.clone(),
            shifts: (pair[0].1.clone(), pair[1].1.clone()),
        })
        .collect()
}
