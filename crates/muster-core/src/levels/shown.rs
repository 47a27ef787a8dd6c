//! What is required and how many there are, side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::instant::Interval;
use crate::levels::day::bits;
use crate::levels::{Day, Levels, Meter};

/// A stretch of time in which as many agents are required, and as many are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staffed {
    /// When; quarter hours.
    pub during: Interval,
    /// How many are required.
    pub required: u32,
    /// How many are on the queue.
    pub present: u32,
}

impl Levels {
    /// The staff that is required within a stretch of time, with how many there are: by skill,
    /// everybody first, and by time.
    #[must_use]
    pub fn staffing(&self, during: Interval) -> BTreeMap<Option<Arc<str>>, Vec<Staffed>> {
        let mut all: BTreeMap<Option<Arc<str>>, Vec<Staffed>> = BTreeMap::new();
        let (first, last) = (Day::of(during.start()), Day::of(during.end()));
        let rows = (first, Meter::Staff(None))..(last.next(), Meter::Staff(None));
        for (row, known) in self.required.range(rows) {
            let (day, Meter::Staff(skill)) = row else { continue };
            let of_skill = all.entry(skill.clone()).or_default();
            let count = self.count(row);
            for quarter in bits(day.touching(during)) {
                let (required, present) = (known.value.at(quarter), count.at(quarter));
                if required > 0 {
                    let during = day.quarter(quarter);
                    push(of_skill, Staffed { during, required, present });
                }
            }
        }
        all.retain(|_, stretches| !stretches.is_empty());
        all
    }
}

fn push(all: &mut Vec<Staffed>, next: Staffed) {
    if let Some(last) = all.last_mut()
        && last.during.end() == next.during.start()
        && (last.required, last.present) == (next.required, next.present)
    {
        let joined = Interval::new(last.during.start(), next.during.end());
        last.during = joined.unwrap_or(last.during);
        return;
    }
    all.push(next);
}
