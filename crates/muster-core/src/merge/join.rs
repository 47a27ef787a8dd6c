//! Atoms whose type joins: tags, notes, and activities that do not touch the same time.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::id::ActivityCodeId;
use crate::limits;
use crate::merge::Keep;
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
            let joined = pieces(b, d, l, |_| None).ok()?;
            (joined.len() <= limits::ACTIVITIES).then(|| AtomValue::Activities(joined.into()))
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

/// Line by line: what either side added is there, what either side took away is not. Where a side
/// has all of that already, its text stays as it is, so that the same edit joins but once; else
/// the lines come in an order that does not depend on who asks.
fn note(base: Option<&str>, yours: Option<&str>, live: Option<&str>) -> Option<Option<Arc<str>>> {
    let (Some(yours), Some(live)) = (yours, live) else { return None };
    let lines = |text| -> BTreeSet<&str> { str::lines(text).collect() };
    let (was, mine, others) = (lines(base.unwrap_or_default()), lines(yours), lines(live));
    let is_wanted = |line: &&str| {
        if was.contains(line) { mine.contains(line) && others.contains(line) } else { true }
    };
    let wanted: BTreeSet<&str> = mine.union(&others).copied().filter(is_wanted).collect();
    let (first, second) = if yours <= live { (yours, live) } else { (live, yours) };
    let whole = [first, second].into_iter().find(|text| lines(text) == wanted);
    let joined = whole.map_or_else(
        || {
            let told = lines(first);
            let more = second.lines().filter(|line| !told.contains(line));
            let all = first.lines().chain(more).filter(is_wanted);
            all.collect::<Vec<_>>().join("\n")
        },
        str::to_owned,
    );
    let fits = !wanted.is_empty() && joined.chars().count() <= limits::NOTE_LEN;
    fits.then(|| Some(joined.into()))
}

/// Something with a place in time.
pub(super) trait Piece: Clone + Ord {
    /// Its start and end, in any one unit.
    fn place(&self) -> Place;
    /// What it is spent on.
    fn code(&self) -> &ActivityCodeId;
}

/// A stretch of time, in the unit of the pieces.
pub(super) type Place = (i64, i64);

impl Piece for Activity {
    fn place(&self) -> Place {
        (i64::from(self.offset_min), i64::from(self.offset_min) + i64::from(self.length_min))
    }

    fn code(&self) -> &ActivityCodeId {
        &self.code
    }
}

impl Piece for Commitment {
    fn place(&self) -> Place {
        (self.start.ms(), self.end().ms())
    }

    fn code(&self) -> &ActivityCodeId {
        &self.code
    }
}

/// Joins two changes of a set of disjoint pieces.
///
/// A side's change is cut into regions: stretches of time covered by the pieces it took away or
/// added. Regions that share no time are independent, so each side's are taken. Where regions
/// meet, both sides must have made the same change there; and two people who moved one break to
/// two places do not get two breaks ([`moved_apart`]). What clashes is decided by `settle`.
///
/// # Errors
/// The first region that clashes and is not settled.
pub(super) fn pieces<T: Piece>(
    base: &[T],
    yours: &[T],
    live: &[T],
    settle: impl Fn(Place) -> Option<Keep>,
) -> Result<Vec<T>, Place> {
    let own = changed(base, yours);
    let their = changed(base, live);
    let apart = moved_apart(base, yours, live);
    let regions = joined_regions(own.iter().chain(&their).map(|piece| piece.place()));
    let mut result: BTreeSet<T> = base.iter().cloned().collect();
    for region in regions {
        let inside = |pieces: &[T]| -> BTreeSet<T> {
            pieces.iter().filter(|piece| meets(piece.place(), region)).cloned().collect()
        };
        let (was, mine, others) = (inside(base), inside(yours), inside(live));
        let is_apart = apart.iter().any(|piece| meets(piece.place(), region));
        let agreed = if !is_apart && (mine == others || others == was) {
            mine
        } else if !is_apart && mine == was {
            others
        } else {
            match settle(region).ok_or(region)? {
                Keep::Yours => mine,
                Keep::Live => others,
            }
        };
        result.retain(|piece| !was.contains(piece));
        result.extend(agreed);
    }
    Ok(result.into_iter().collect())
}

/// Pieces of a thing that each side moved somewhere else: both took it away, and each added one of
/// its kind that the other does not have.
fn moved_apart<T: Piece>(base: &[T], yours: &[T], live: &[T]) -> BTreeSet<T> {
    let mut apart = BTreeSet::new();
    for taken in base.iter().filter(|piece| !yours.contains(piece) && !live.contains(piece)) {
        let added = |side: &[T]| -> BTreeSet<T> {
            let same_code = side.iter().filter(|piece| piece.code() == taken.code());
            same_code.filter(|piece| !base.contains(piece)).cloned().collect()
        };
        let (mine, others) = (added(yours), added(live));
        if !mine.is_subset(&others) && !others.is_subset(&mine) {
            apart.insert(taken.clone());
            apart.extend(mine.symmetric_difference(&others).cloned());
        }
    }
    apart
}

fn changed<T: Piece>(base: &[T], side: &[T]) -> Vec<T> {
    let base: BTreeSet<&T> = base.iter().collect();
    let side: BTreeSet<&T> = side.iter().collect();
    base.symmetric_difference(&side).map(|piece| (*piece).clone()).collect()
}

fn meets(place: Place, region: Place) -> bool {
    place.0 < region.1 && region.0 < place.1
}

/// Overlapping places, joined; touching ones stay apart.
fn joined_regions(places: impl Iterator<Item = Place>) -> Vec<Place> {
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    let mut regions: Vec<Place> = Vec::new();
    for place in places {
        match regions.last_mut() {
            Some(last) if place.0 < last.1 => last.1 = last.1.max(place.1),
            _ => regions.push(place),
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::testing::check::check_merge;

    #[test]
    fn tags_join() {
        check_merge(
            "ana mon 09:00-17:00 +a +b",
            "ana mon 09:00-17:00 +b +mine",
            "ana mon 09:00-17:00 +a +b +theirs",
            expect!["ana mon 09:00-17:00 +b +mine +theirs"],
        );
    }

    #[test]
    fn a_tag_that_one_side_took_away_is_gone() {
        check_merge(
            "ana mon 09:00-17:00 +a +b",
            "ana mon 09:00-17:00 +a +b +c",
            "ana mon 09:00-17:00 +b",
            expect!["ana mon 09:00-17:00 +b +c"],
        );
    }

    #[test]
    fn notes_join_line_by_line() {
        check_merge(
            "ana mon 09:00-17:00 note=call_back",
            "ana mon 09:00-17:00 note=call_back|bring_keys",
            "ana mon 09:00-17:00 note=call_back|ask_cleo",
            expect!["ana mon 09:00-17:00 note=call_back|ask_cleo|bring_keys"],
        );
    }

    #[test]
    fn a_line_that_one_side_took_away_is_gone() {
        check_merge(
            "ana mon 09:00-17:00 note=old|kept",
            "ana mon 09:00-17:00 note=kept",
            "ana mon 09:00-17:00 note=old|kept|new",
            expect!["ana mon 09:00-17:00 note=kept|new"],
        );
    }

    #[test]
    fn a_line_that_both_added_comes_once() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 09:00-17:00 note=same|mine",
            "ana mon 09:00-17:00 note=same|theirs",
            expect!["ana mon 09:00-17:00 note=same|mine|theirs"],
        );
    }

    #[test]
    fn a_note_taken_away_clashes_with_a_note_changed() {
        check_merge(
            "ana mon 09:00-17:00 note=old",
            "ana mon 09:00-17:00",
            "ana mon 09:00-17:00 note=new",
            expect![[r#"
                ana mon 09:00-17:00 note=new
                FIELD_CHANGED_BOTH: old -> none | new"#]],
        );
    }

    #[test]
    fn activities_apart_in_time_join() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 09:00-17:00 10:00-10:15 break",
            "ana mon 09:00-17:00 12:00-12:30 lunch",
            expect!["ana mon 09:00-17:00 10:00-10:15 break 12:00-12:30 lunch"],
        );
    }

    #[test]
    fn activities_that_touch_join() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 09:00-17:00 10:00-10:15 break",
            "ana mon 09:00-17:00 10:15-10:30 away",
            expect!["ana mon 09:00-17:00 10:00-10:15 break 10:15-10:30 away"],
        );
    }

    #[test]
    fn activities_that_share_time_clash() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 09:00-17:00 10:00-10:15 break",
            "ana mon 09:00-17:00 10:10-10:30 away",
            expect![[r#"
                ana mon 09:00-17:00 10:10-10:30 away
                FIELD_CHANGED_BOTH: [] -> [60+15 Break] | [70+20 Unavailable!]"#]],
        );
    }

    #[test]
    fn a_break_moved_by_both_does_not_become_two_breaks() {
        check_merge(
            "ana mon 09:00-17:00 10:00-10:15 break",
            "ana mon 09:00-17:00 11:00-11:15 break",
            "ana mon 09:00-17:00 14:00-14:15 break",
            expect![[r#"
                ana mon 09:00-17:00 14:00-14:15 break
                FIELD_CHANGED_BOTH: [60+15 Break] -> [120+15 Break] | [300+15 Break]"#]],
        );
    }

    #[test]
    fn a_break_moved_by_one_and_a_lunch_by_the_other_both_move() {
        check_merge(
            "ana mon 09:00-17:00 10:00-10:15 break 12:00-12:30 lunch",
            "ana mon 09:00-17:00 10:30-10:45 break 12:00-12:30 lunch",
            "ana mon 09:00-17:00 10:00-10:15 break 12:30-13:00 lunch",
            expect!["ana mon 09:00-17:00 10:30-10:45 break 12:30-13:00 lunch"],
        );
    }

    #[test]
    fn a_break_moved_by_both_to_the_same_place_is_one_break() {
        check_merge(
            "ana mon 09:00-17:00 10:00-10:15 break",
            "ana mon 09:00-17:00 11:00-11:15 break",
            "ana mon 09:00-17:00 11:00-11:15 break 15:00-15:15 break",
            expect!["ana mon 09:00-17:00 11:00-11:15 break 15:00-15:15 break"],
        );
    }

    #[test]
    fn a_break_lengthened_here_and_moved_there_clashes() {
        check_merge(
            "ana mon 09:00-17:00 10:00-10:15 break",
            "ana mon 09:00-17:00 10:00-10:30 break",
            "ana mon 09:00-17:00 11:00-11:15 break",
            expect![[r#"
                ana mon 09:00-17:00 11:00-11:15 break
                FIELD_CHANGED_BOTH: [60+15 Break] -> [60+30 Break] | [120+15 Break]"#]],
        );
    }

    #[test]
    fn a_break_deleted_by_both_is_gone() {
        check_merge(
            "ana mon 09:00-17:00 10:00-10:15 break 12:00-12:30 lunch",
            "ana mon 09:00-17:00 12:00-12:30 lunch",
            "ana mon 09:00-17:00 12:00-12:30 lunch",
            expect!["ana mon 09:00-17:00 12:00-12:30 lunch"],
        );
    }

    #[test]
    fn paid_or_not_is_part_of_an_activity() {
        check_merge(
            "ana mon 09:00-17:00 12:00-12:30 lunch",
            "ana mon 09:00-17:00 12:00-12:30 lunch/paid",
            "ana mon 09:00-17:00 12:00-12:45 lunch",
            expect![[r#"
                ana mon 09:00-17:00 12:00-12:45 lunch
                FIELD_CHANGED_BOTH: [180+30 Meal!] -> [180+30 Meal] | [180+45 Meal!]"#]],
        );
    }
}
