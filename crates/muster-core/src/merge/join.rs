//! Atoms whose type joins: tags, notes, and activities that do not touch the same time.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::limits;
use crate::shift::{Activity, AtomValue, Commitment, Tags};

/// Joins two changes of one atom; `None` when its type does not join, or these values do not.
pub(super) fn values(base: &AtomValue, yours: &AtomValue, live: &AtomValue) -> Option<AtomValue> {
    match (base, yours, live) {
        (AtomValue::Tags(b), AtomValue::Tags(d), AtomValue::Tags(l)) => {
            tags(b, d, l).map(AtomValue::Tags)
        }
        (AtomValue::Note(b), AtomValue::Note(d), AtomValue::Note(l)) => {
            note(b.as_deref(), d.as_deref(), l.as_deref()).map(AtomValue::Note)
        }
        (AtomValue::Activities(b), AtomValue::Activities(d), AtomValue::Activities(l)) => {
            pieces(b, d, l).map(|joined| AtomValue::Activities(joined.into()))
        }
        _ => None,
    }
}

/// What either side added is there, what either side took away is not.
fn tags(base: &Tags, yours: &Tags, live: &Tags) -> Option<Tags> {
    let kept = base.iter().filter(|tag| yours.contains(*tag) && live.contains(*tag));
    let added = yours.union(live).filter(|tag| !base.contains(*tag));
    let joined: Tags = kept.chain(added).cloned().collect();
    (joined.len() <= limits::TAGS).then_some(joined)
}

/// Both texts, in an order that does not depend on who asks; what both kept of the base once.
fn note(base: Option<&str>, yours: Option<&str>, live: Option<&str>) -> Option<Option<Arc<str>>> {
    let (Some(yours), Some(live)) = (yours, live) else { return None };
    let base = base.unwrap_or_default();
    let both_appended = yours.starts_with(base) && live.starts_with(base);
    let shared = if both_appended { base } else { "" };
    let (first, second) = if yours <= live { (yours, live) } else { (live, yours) };
    let second = second[shared.len()..].trim_start_matches('\n');
    let joined = if second.is_empty() || first.lines().any(|line| line == second) {
        first.to_owned()
    } else {
        format!("{first}\n{second}")
    };
    (joined.chars().count() <= limits::NOTE_LEN).then(|| Some(joined.into()))
}

/// Something with a place in time.
pub(super) trait Piece: Clone + Ord {
    /// Its start and end, in any one unit.
    fn place(&self) -> (i64, i64);
}

impl Piece for Activity {
    fn place(&self) -> (i64, i64) {
        (i64::from(self.offset_min), i64::from(self.offset_min) + i64::from(self.length_min))
    }
}

impl Piece for Commitment {
    fn place(&self) -> (i64, i64) {
        (self.start.ms(), self.end().ms())
    }
}

/// Joins two changes of a set of disjoint pieces.
///
/// A side's change is cut into regions: stretches of time covered by the pieces it took away or
/// added. Regions that share no time are independent, so each side's are taken. Where regions
/// meet, both sides must have made the same change there, or nothing is joined: two people who
/// moved one break to two places do not get two breaks.
pub(super) fn pieces<T: Piece>(base: &[T], yours: &[T], live: &[T]) -> Option<Vec<T>> {
    let own = changed(base, yours);
    let their = changed(base, live);
    let regions = joined_regions(own.iter().chain(&their).map(|piece| piece.place()));
    let mut result: BTreeSet<T> = base.iter().cloned().collect();
    for region in regions {
        let inside = |pieces: &[T]| -> BTreeSet<T> {
            pieces.iter().filter(|piece| meets(piece.place(), region)).cloned().collect()
        };
        let (was, mine, others) = (inside(base), inside(yours), inside(live));
        let agreed = if mine == others || others == was {
            mine
        } else if mine == was {
            others
        } else {
            return None;
        };
        result.retain(|piece| !was.contains(piece));
        result.extend(agreed);
    }
    Some(result.into_iter().collect())
}

fn changed<T: Piece>(base: &[T], side: &[T]) -> Vec<T> {
    let base: BTreeSet<&T> = base.iter().collect();
    let side: BTreeSet<&T> = side.iter().collect();
    base.symmetric_difference(&side).map(|piece| (*piece).clone()).collect()
}

fn meets(place: (i64, i64), region: (i64, i64)) -> bool {
    place.0 < region.1 && region.0 < place.1
}

/// Overlapping places, joined; touching ones stay apart.
fn joined_regions(places: impl Iterator<Item = (i64, i64)>) -> Vec<(i64, i64)> {
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    let mut regions: Vec<(i64, i64)> = Vec::new();
    for place in places {
        match regions.last_mut() {
            Some(last) if place.0 < last.1 => last.1 = last.1.max(place.1),
            _ => regions.push(place),
        }
    }
    regions
}
