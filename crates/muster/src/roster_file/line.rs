//! What one row says, once its times are instants; the same for every format.

use muster_core::id::ShiftId;
use muster_core::instant::Instant;
use muster_core::limits;
use muster_core::zone::Zone;

use super::FileActivity;

/// One row, with the texts that later complaints repeat.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) line: u64,
    pub(super) agent: String,
    pub(super) zone: Zone,
    pub(super) start: Instant,
    pub(super) start_text: String,
    pub(super) length_min: u32,
    pub(super) end_text: String,
    pub(super) base_activity: Option<String>,
    pub(super) activity: Option<FileActivity>,
    pub(super) activity_text: String,
    pub(super) note: Option<String>,
    pub(super) id: Option<ShiftId>,
    pub(super) external_id: Option<String>,
    pub(super) tags: Vec<String>,
}

/// From one instant to another, not yet known to be in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: Instant,
    pub(super) end: Instant,
}

impl Span {
    /// Its length, which is what the end column is blamed for.
    pub(super) fn length_min(self) -> Result<u32, String> {
        let Self { start, end } = self;
        if end == start {
            return Err(format!("ends as it starts, at {start}; a length of 0 is not allowed"));
        }
        if end < start {
            return Err(format!("reads {end}, which is before the start, {start}"));
        }
        let (minutes, max) = (start.minutes_until(end), limits::SHIFT_MIN);
        u32::try_from(minutes)
            .ok()
            .filter(|minutes| *minutes <= max)
            .ok_or_else(|| format!("makes it {minutes} min long, at most {max} min are allowed"))
    }

    /// Whether an instant lies inside or on its bounds.
    pub(super) fn holds(self, at: Instant) -> Result<(), String> {
        let Self { start, end } = self;
        if at < start || end < at {
            return Err(format!("reads {at}, outside the shift, {start} to {end}"));
        }
        Ok(())
    }
}
