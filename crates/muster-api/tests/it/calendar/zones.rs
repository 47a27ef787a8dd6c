//! Around every clock change, an event is when its shift is.

use std::sync::Arc;

use jiff::tz::TimeZoneDatabase;
use muster_core::entry::ReferenceKind;
use muster_core::event::Event;
use muster_core::instant::Instant;
use muster_core::shift::{ShiftBody, Span};
use muster_core::testing::World;
use muster_core::zone::Zone;

use super::read::events;
use super::{agent, shown};

/// Shifts of so many minutes that begin so many minutes before and after an instant.
const STARTS_MIN: [i64; 14] =
    [-2_880, -1_440, -480, -121, -90, -60, -30, -1, 0, 29, 30, 60, 90, 1_440];
const LENGTHS_MIN: [u32; 3] = [31, 121, 540];

fn body(start: Instant, length_min: u32, zone: &Zone) -> Arc<ShiftBody> {
    Arc::new(ShiftBody {
        owner: agent("ana"),
        span: Span { start, length_min, zone: zone.clone() },
        activities: Arc::from([]),
        site: None,
        work_plan: None,
        external_ids: Default::default(),
        note: None,
        tags: Default::default(),
    })
}

/// How many shifts were compared.
fn check(name: &str) -> usize {
    let (zone, known) = (Zone::find(name).unwrap(), TimeZoneDatabase::bundled().get(name).unwrap());
    let year = |year: i16| jiff::civil::date(year, 1, 1).to_zoned(known.clone()).unwrap();
    let (from, to) = (year(2026).timestamp(), year(2028).timestamp());
    let changes = known.following(from).map(|change| change.timestamp());
    let mut moments: Vec<_> = changes.take_while(|at| *at < to).collect();
    // New Year, too: a year's changes are not the next one's.
    moments.extend([from, year(2027).timestamp()]);
    let mut compared = 0;
    for at in moments.into_iter().map(Instant::from_timestamp) {
        let mut world = World::of("site Europe/Paris\nana is");
        world.now = at;
        let mut expected = Vec::new();
        for start_min in STARTS_MIN {
            for length_min in LENGTHS_MIN {
                let id = format!("s{}", expected.len()).parse().unwrap();
                let body = body(at.plus_min(start_min), length_min, &zone);
                expected.push((format!("shift-{id}"), body.interval()));
                let event = Event::ShiftCreated { id, body };
                world.happen(ReferenceKind::ShiftEdit, "shifts", vec![event]);
            }
        }
        let events = events(&shown(&world, "ana").unwrap());
        assert_eq!(events.len(), expected.len());
        for (id, interval) in expected {
            let seen = &events[&id];
            assert_eq!((seen.start, seen.end), (interval.start(), interval.end()), "{name} {id}");
            compared += 1;
        }
    }
    compared
}

#[test]
fn events_are_when_their_shifts_are_wherever_the_clocks_are_moved() {
    let names = [
        "Europe/Paris",
        "Europe/Dublin",
        "America/Chicago",
        "America/St_Johns",
        "America/Havana",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Pacific/Kiritimati",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Asia/Kolkata",
        "Asia/Beirut",
        "UTC",
    ];
    let compared: Vec<usize> = names.iter().map(|name| check(name)).collect();
    let each = STARTS_MIN.len() * LENGTHS_MIN.len();
    assert_eq!(compared[0], 6 * each, "two changes a year, and two New Years");
    assert_eq!(compared[11], 2 * each, "Kolkata moves no clocks");
}
