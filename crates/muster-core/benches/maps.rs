//! `cargo bench -p muster-core --bench maps`: `imbl` beside `rpds`, for decision 0002. A map of
//! 25,000 shifts by id, as the roster of 5,000 agents holds them.

use std::sync::Arc;

use divan::{Bencher, black_box};
use imbl::OrdMap;
use rpds::RedBlackTreeMapSync;

fn main() {
    divan::main();
}

const SHIFTS: usize = 25_000;

fn key(n: usize) -> Arc<str> {
    format!("shift-{n:06}").into()
}

fn imbl() -> OrdMap<Arc<str>, Arc<usize>> {
    (0..SHIFTS).map(|n| (key(n), Arc::new(n))).collect()
}

fn rpds() -> RedBlackTreeMapSync<Arc<str>, Arc<usize>> {
    (0..SHIFTS).fold(RedBlackTreeMapSync::new_sync(), |map, n| map.insert(key(n), Arc::new(n)))
}

/// A snapshot, then one edit: what every small entry does.
#[divan::bench_group]
mod snapshot_and_edit {
    use super::*;

    #[divan::bench]
    fn imbl(bencher: Bencher<'_, '_>) {
        let (map, edited) = (super::imbl(), key(12_345));
        bencher.bench_local(|| {
            let mut next = map.clone();
            next.insert(edited.clone(), Arc::new(0));
            next
        });
    }

    #[divan::bench]
    fn rpds(bencher: Bencher<'_, '_>) {
        let (map, edited) = (super::rpds(), key(12_345));
        bencher.bench_local(|| map.insert(edited.clone(), Arc::new(0)));
    }
}

/// A snapshot, then an edit of every fifth shift: what a publish does.
#[divan::bench_group]
mod snapshot_and_publish {
    use super::*;

    #[divan::bench]
    fn imbl(bencher: Bencher<'_, '_>) {
        let map = super::imbl();
        bencher.bench_local(|| {
            let mut next = map.clone();
            (0..SHIFTS).step_by(5).for_each(|n| drop(next.insert(key(n), Arc::new(0))));
            next
        });
    }

    #[divan::bench]
    fn rpds(bencher: Bencher<'_, '_>) {
        let map = super::rpds();
        bencher.bench_local(|| {
            let mut next = map.clone();
            (0..SHIFTS).step_by(5).for_each(|n| next.insert_mut(key(n), Arc::new(0)));
            next
        });
    }
}

/// Looking one up.
#[divan::bench_group]
mod find {
    use super::*;

    #[divan::bench]
    fn imbl(bencher: Bencher<'_, '_>) {
        let (map, wanted) = (super::imbl(), key(12_345));
        bencher.bench_local(|| map.get(black_box(&wanted)).cloned());
    }

    #[divan::bench]
    fn rpds(bencher: Bencher<'_, '_>) {
        let (map, wanted) = (super::rpds(), key(12_345));
        bencher.bench_local(|| map.get(black_box(&wanted)).cloned());
    }
}

/// Reading all of it, in order.
#[divan::bench_group]
mod iterate {
    use super::*;

    #[divan::bench]
    fn imbl(bencher: Bencher<'_, '_>) {
        let map = super::imbl();
        bencher.bench_local(|| map.values().map(|n| **n).sum::<usize>());
    }

    #[divan::bench]
    fn rpds(bencher: Bencher<'_, '_>) {
        let map = super::rpds();
        bencher.bench_local(|| map.values().map(|n| **n).sum::<usize>());
    }
}
