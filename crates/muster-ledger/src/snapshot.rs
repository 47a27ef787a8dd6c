//! Snapshots: states of a unit to start from, and which of them are worth keeping.

use muster_core::id::Revision;
use muster_core::instant::Instant;
use sha2::{Digest, Sha256};

use crate::entry::Hash;
use crate::limits;

/// The state of a unit after an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last entry it holds.
    pub revision: Revision,
    /// The format of the body. Snapshots of another format are dropped and rebuilt.
    pub format: u16,
    /// The hash of the state, the same on every node; a replay must come to it.
    pub hash: Hash,
    /// The state.
    pub body: Vec<u8>,
}

/// What tells a damaged snapshot: no engine is sure to notice a bit that was flipped on the disk.
pub(crate) fn checksum(snapshot: &Snapshot) -> Hash {
    let mut hash = Sha256::new();
    hash.update(snapshot.revision.0.to_be_bytes());
    hash.update(snapshot.format.to_be_bytes());
    hash.update(snapshot.hash);
    hash.update(&snapshot.body);
    hash.finalize().into()
}

/// Which of a unit's snapshots to delete: all but the newest few, one for every few days of the
/// retention, and the last one from before it.
///
/// `kept` is sorted by revision, newest first; the first one is the present.
pub(crate) fn to_prune(kept: &[(Revision, Instant)]) -> Vec<Revision> {
    let Some((_, now)) = kept.first() else { return Vec::new() };
    let horizon = now.plus_days(-limits::SNAPSHOT_RETENTION_DAYS);
    let mut prune = Vec::new();
    let mut last_kept_at = *now;
    let mut covered = false;
    for (nth, (revision, at)) in kept.iter().enumerate() {
        let newest = nth < limits::SNAPSHOTS_NEWEST;
        // The next older one decides whether this one bridges a gap that is too long.
        let next_at = kept.get(nth + 1).map(|(_, at)| *at);
        let limit = last_kept_at.plus_days(-limits::SNAPSHOT_SPACING_DAYS);
        let bridges = next_at.is_none_or(|next| next < limit);
        if newest || (!covered && (bridges || *at <= horizon)) {
            last_kept_at = *at;
        } else {
            prune.push(*revision);
        }
        covered = covered || *at <= horizon;
    }
    prune
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots(ages_days: &[i64]) -> Vec<(Revision, Instant)> {
        let now = Instant::from_ms(0).plus_days(20_000);
        let newest = ages_days.len() as u64;
        ages_days
            .iter()
            .enumerate()
            .map(|(i, age)| (Revision(newest - i as u64), now.plus_days(-age)))
            .collect()
    }

    fn kept_ages(ages_days: &[i64]) -> Vec<i64> {
        let all = snapshots(ages_days);
        let pruned = to_prune(&all);
        let keep = |(i, _): &(usize, &i64)| !pruned.contains(&all[*i].0);
        ages_days.iter().enumerate().filter(keep).map(|(_, age)| *age).collect()
    }

    #[test]
    fn daily_snapshots_thin_out_to_one_in_five_days_and_reach_past_the_retention() {
        let daily: Vec<i64> = (0..60).collect();
        assert_eq!(kept_ages(&daily), [0, 1, 2, 7, 12, 17, 22, 27, 32, 35]);
    }

    #[test]
    fn thinning_out_again_deletes_nothing_more() {
        let daily: Vec<i64> = (0..60).collect();
        let kept = kept_ages(&daily);
        assert_eq!(kept_ages(&kept), kept);
    }

    #[test]
    fn a_few_snapshots_are_all_kept() {
        assert_eq!(kept_ages(&[0, 0, 0]), [0, 0, 0]);
        assert_eq!(kept_ages(&[0, 100]), [0, 100]);
        assert_eq!(kept_ages(&[]), [] as [i64; 0]);
    }

    #[test]
    fn what_lies_before_the_retention_is_kept_once() {
        assert_eq!(kept_ages(&[0, 1, 2, 40, 50, 60]), [0, 1, 2, 40]);
    }

    #[test]
    fn taking_one_every_hour_for_months_always_leaves_a_base_for_each_day() {
        let mut kept: Vec<(Revision, Instant)> = Vec::new();
        for hour in 0..(24 * 90) {
            let at = Instant::from_ms(0).plus_min(hour * 60);
            kept.insert(0, (Revision(hour as u64 + 1), at));
            let pruned = to_prune(&kept);
            kept.retain(|(revision, _)| !pruned.contains(revision));
        }
        let now = kept[0].1;
        assert!(kept.len() <= 3 + 8 + 1, "{} are kept", kept.len());
        for days in 0..=limits::SNAPSHOT_RETENTION_DAYS {
            let base = now.plus_days(-days);
            let from = kept.iter().map(|(_, at)| *at).find(|at| *at <= base).expect("a base");
            let replay_days = from.minutes_until(base) / 1_440;
            assert!(replay_days <= limits::SNAPSHOT_SPACING_DAYS, "{days}: {replay_days} days");
        }
    }
}
