//! How bad a history is: each kind of fault is absent, rare or common in it.

use std::time::Duration;

use crate::dice::Dice;

/// Chances are in a thousand.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    /// The longest way to the database and back.
    pub(crate) slow_ms: u64,
    pub(crate) refused: u32,
    pub(crate) unknown: u32,
    pub(crate) late: u32,
    /// How late what is late arrives, at most.
    pub(crate) late_ms: u64,
    /// A node dies at an operation.
    pub(crate) dies: u32,
    /// Chances of each step of the chaos, ten of which make a second.
    pub(crate) crash: u32,
    pub(crate) stop: u32,
    pub(crate) away: u32,
    pub(crate) jump: u32,
    /// The longest way between client and node.
    pub(crate) net_ms: u64,
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
    /// How long the weather lasts.
    pub(crate) lasts: Duration,
}

impl Weather {
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let mut one = |all: [u32; 4]| *dice.pick(&all);
        Self {
            slow_ms: u64::from(one([0, 4, 40, 1_500])),
            refused: one([0, 0, 15, 120]),
            unknown: one([0, 20, 60, 250]),
            late: one([0, 20, 60, 250]),
            late_ms: u64::from(one([10, 200, 2_000, 9_000])),
            dies: one([0, 0, 5, 25]),
            crash: one([0, 0, 10, 50]),
            stop: one([0, 0, 10, 40]),
            away: one([0, 0, 5, 20]),
            jump: one([0, 20, 20, 150]),
            net_ms: u64::from(one([0, 10, 300, 3_000])),
            lost: one([0, 0, 30, 200]),
            doubled: one([0, 50, 200, 500]),
            lasts: Duration::from_millis(u64::from(one([1_000, 3_000, 6_000, 12_000]))),
        }
    }

    /// Nothing fails.
    pub(crate) fn fair() -> Self {
        Self {
            slow_ms: 2,
            refused: 0,
            unknown: 0,
            late: 0,
            late_ms: 0,
            dies: 0,
            crash: 0,
            stop: 0,
            away: 0,
            jump: 0,
            net_ms: 4,
            lost: 0,
            doubled: 0,
            lasts: Duration::ZERO,
        }
    }
}
