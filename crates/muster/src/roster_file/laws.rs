//! Laws: what is printed is read back, damage never panics, and what is read is in order.

use std::collections::BTreeSet;

use csv::Writer;
use jiff::civil::date;
use muster_core::id::ShiftId;
use muster_core::instant::{Instant, Interval};
use muster_core::zone::{Disambiguation, Zone};
use proptest::prelude::*;

use super::testing::{AGENTS, read_as, zone_of};
use super::{FileActivity, FileShift, Format, cxone, plain};

/// Shifts of all agents anywhere in 2026, none overlapping. Lines are 0: printing decides them.
fn shifts(format: Format) -> impl Strategy<Value = Vec<FileShift>> {
    let agent = prop::collection::vec(one_shift(format), 0..12);
    (prop::collection::vec(agent, AGENTS.len()), 0..525_600_i64).prop_map(move |(agents, from)| {
        let midnight = date(2026, 1, 1).at(0, 0, 0, 0);
        let from = Zone::utc().resolve(midnight, Disambiguation::Reject).unwrap().plus_min(from);
        let mut all = Vec::new();
        for ((name, _), shifts) in AGENTS.iter().zip(agents) {
            let mut free = from;
            for (gap_min, mut shift) in shifts {
                let move_min = gap_min + Instant::default().minutes_until(free);
                shift.start = shift.start.plus_min(move_min);
                for activity in &mut shift.activities {
                    activity.start = activity.start.plus_min(move_min);
                }
                free = shift.end();
                let suffix = if format == Format::Cxone { "@x.com" } else { "" };
                shift.agent = format!("{name}{suffix}");
                shift.zone = zone_of(name).unwrap();
                shift.id = shift.id.map(|_| ShiftId::parse(&format!("s-{}", all.len())).unwrap());
                shift.external_id = shift.external_id.map(|text| format!("{text}{}", all.len()));
                all.push(shift);
            }
        }
        // A vendor's row has one offset.
        let offset = |shift: &FileShift, at| shift.zone.offset_min(at);
        all.retain(|shift| {
            format == Format::Plain || offset(shift, shift.start) == offset(shift, shift.end())
        });
        all
    })
}

/// A gap, and a shift after it that starts at 0.
fn one_shift(format: Format) -> impl Strategy<Value = (i64, FileShift)> {
    let word = "[ -~é]{1,12}".prop_map(|text| format!("x{}", text.trim()));
    let note = if format == Format::Plain { "[!-~]([ -~\n]{0,20}[!-~])?" } else { "[!-~]{1,20}" };
    let parts = prop::collection::vec((0..90_i64, 1..90_u32, word.clone(), any::<bool>()), 0..4);
    let labels = prop::collection::btree_set("[a-z:é]{1,4}", 0..3);
    let texts = (word.clone(), prop::option::of(note), prop::option::of(word), labels);
    (0..4_000_i64, 720..=1_440_u32, parts, any::<bool>(), texts).prop_map(
        move |(gap_min, length_min, parts, has_id, (base, note, external_id, tags))| {
            let plain = format == Format::Plain;
            let mut free = Instant::default();
            let place = |(gap, length_min, name, paid): (i64, u32, String, bool)| {
                let start = free.plus_min(gap);
                free = start.plus_min(i64::from(length_min));
                FileActivity { line: 0, name, start, length_min, paid: plain.then_some(paid) }
            };
            let shift = FileShift {
                line: 0,
                agent: String::new(),
                start: Instant::default(),
                length_min,
                zone: Zone::utc(),
                base_activity: (!plain).then_some(base),
                activities: parts.into_iter().map(place).collect(),
                note,
                id: (plain && has_id).then(|| ShiftId::parse("s").unwrap()),
                external_id: external_id.filter(|_| plain),
                tags: if plain { tags.into_iter().collect() } else { Vec::new() },
            };
            (gap_min, shift)
        },
    )
}

/// Prints shifts, one line for each activity.
fn print(format: Format, shifts: &[FileShift]) -> Vec<u8> {
    let mut out = Writer::from_writer(Vec::new());
    let header: Vec<&str> = match format {
        Format::Cxone => cxone::KNOWN.iter().map(|known| known.name).collect(),
        Format::Plain => {
            let names = plain::KNOWN.iter().map(|known| known.name);
            names.filter(|name| !name.contains("length")).collect()
        }
    };
    out.write_record(header).unwrap();
    for shift in shifts {
        let none = shift.activities.is_empty().then_some(None);
        for activity in shift.activities.iter().map(Some).chain(none) {
            let record = match format {
                Format::Cxone => cxone_record(shift, activity),
                Format::Plain => plain_record(shift, activity),
            };
            out.write_record(record).unwrap();
        }
    }
    out.into_inner().unwrap()
}

fn offset(zone: &Zone, at: Instant) -> String {
    let minutes = zone.offset_min(at);
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn cxone_record(shift: &FileShift, activity: Option<&FileActivity>) -> Vec<String> {
    let time = |at| shift.zone.wall(at).strftime("%m/%d/%Y %H:%M:%S").to_string();
    vec![
        shift.agent.clone(),
        time(shift.start),
        time(shift.end()),
        format!("UTC{}", offset(&shift.zone, shift.start)),
        shift.base_activity.clone().unwrap_or_default(),
        shift.note.clone().unwrap_or_default(),
        activity.map(|activity| time(activity.start)).unwrap_or_default(),
        activity.map(|activity| time(activity.end())).unwrap_or_default(),
        activity.map(|activity| activity.name.clone()).unwrap_or_default(),
    ]
}

fn plain_record(shift: &FileShift, activity: Option<&FileActivity>) -> Vec<String> {
    // Each of the three ways to write a time, where it is not ambiguous.
    let time = |at: Instant| {
        let wall = shift.zone.wall(at);
        let local = wall.strftime("%Y-%m-%d %H:%M").to_string();
        let clear = shift.zone.resolve(wall, Disambiguation::Reject).is_ok();
        match at.ms() / 60_000 % 3 {
            0 => at.to_string(),
            1 if clear => local,
            _ => format!("{local}{}", offset(&shift.zone, at)),
        }
    };
    vec![
        shift.agent.clone(),
        time(shift.start),
        time(shift.end()),
        if shift.length_min.is_multiple_of(2) { String::new() } else { shift.zone.to_string() },
        activity.map(|activity| activity.name.clone()).unwrap_or_default(),
        activity.map(|activity| time(activity.start)).unwrap_or_default(),
        activity.map(|activity| time(activity.end())).unwrap_or_default(),
        activity.and_then(|activity| activity.paid).map(|p| p.to_string()).unwrap_or_default(),
        shift.id.as_ref().map(ToString::to_string).unwrap_or_default(),
        shift.external_id.clone().unwrap_or_default(),
        shift.note.clone().unwrap_or_default(),
        shift.tags.join(";"),
        String::new(),
    ]
}

fn without_lines(mut shifts: Vec<FileShift>) -> Vec<FileShift> {
    for shift in &mut shifts {
        shift.line = 0;
        shift.activities.iter_mut().for_each(|activity| activity.line = 0);
    }
    shifts
}

fn reads_back(format: Format, shifts: Vec<FileShift>) {
    let printed = print(format, &shifts);
    let read = read_as(&printed, Disambiguation::Reject);
    if shifts.is_empty() {
        assert_eq!(read.unwrap_err().len(), 1);
        return;
    }
    let file = read.unwrap_or_else(|errors| {
        panic!("{}\n{}", errors[0], String::from_utf8_lossy(&printed));
    });
    assert_eq!(file.format, format);
    assert_eq!(without_lines(file.shifts), shifts);
}

/// Whatever was read keeps the promises of the types, however the file looked.
fn in_order(bytes: &[u8]) {
    let Ok(file) = read_as(bytes, Disambiguation::Compatible) else { return };
    let span = |start: Instant, end| Interval::new(start, end).expect("a length that is not 0");
    for pair in file.shifts.windows(2) {
        assert!((&pair[0].agent, pair[0].start) < (&pair[1].agent, pair[1].start));
        assert!(pair[0].agent != pair[1].agent || pair[0].end() <= pair[1].start);
    }
    let mut seen = BTreeSet::new();
    for shift in &file.shifts {
        assert!(seen.insert(shift.line), "two shifts start on line {}", shift.line);
        let whole = span(shift.start, shift.end());
        for activity in &shift.activities {
            assert!(whole.covers(span(activity.start, activity.end())));
        }
        for pair in shift.activities.windows(2) {
            assert!(pair[0].end() <= pair[1].start);
        }
    }
}

/// Pieces that files break on.
const PIECES: [&[u8]; 14] = [
    b",",
    b"\"",
    b"\n",
    b"\r",
    b"\r\n",
    b"",
    b" ",
    b"0",
    b"9",
    b"-",
    b"\xFF",
    b"\0",
    b"Z",
    "é".as_bytes(),
];

proptest! {
    #[test]
    fn what_is_printed_in_our_format_is_read_back(shifts in shifts(Format::Plain)) {
        reads_back(Format::Plain, shifts);
    }

    #[test]
    fn what_is_printed_in_the_vendors_format_is_read_back(shifts in shifts(Format::Cxone)) {
        reads_back(Format::Cxone, shifts);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        in_order(&bytes);
    }

    #[test]
    fn a_damaged_file_never_panics_and_never_breaks_the_order(
        (ours, shifts) in any::<bool>()
            .prop_map(|ours| if ours { Format::Plain } else { Format::Cxone })
            .prop_flat_map(|format| (Just(format), shifts(format))),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..14_usize), 1..4),
    ) {
        let mut bytes = print(ours, &shifts);
        for (place, piece) in damage {
            let place = place.index(bytes.len());
            bytes.splice(place..=place, PIECES[piece].iter().copied());
        }
        in_order(&bytes);
    }
}
