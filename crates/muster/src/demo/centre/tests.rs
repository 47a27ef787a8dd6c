use std::collections::BTreeMap;

use jiff::civil::date;
use muster_core::rule;

use super::*;
use crate::demo::runs::ground;
use crate::oracle::history::History;

/// An ordinary week, and those in which Chicago's clocks change.
const WEEKS: [Date; 3] = [date(2026, 11, 30), date(2026, 3, 2), date(2026, 10, 26)];

fn check_legal(centre: &Centre, weeks: &[AgentWeek]) {
    let history = History::of_puts(&ground(centre).unwrap(), &[weeks.to_vec()]).unwrap();
    let roster = history.last().unwrap();
    let week = roster.unit().unwrap().week(centre.week).unwrap();
    for record in roster.agents() {
        let found = rule::findings(roster, &record.agent.id, week);
        assert!(found.is_empty(), "week of {}: {found:?}", centre.week);
    }
}

#[test]
fn the_first_week_and_the_draft_are_legal_in_weeks_with_a_clock_change_too() {
    for week in WEEKS {
        let centre = Centre::new("chicago", 200, 7, week).unwrap();
        check_legal(&centre, &centre.weeks);
        check_legal(&centre, &centre.draft());
    }
}

#[test]
fn the_draft_changes_every_agent() {
    let centre = Centre::new("chicago", 100, 3, WEEKS[0]).unwrap();
    let draft = centre.draft();
    assert!(centre.weeks.iter().zip(&draft).all(|(before, after)| before != after));
}

#[test]
fn the_same_seed_gives_the_same_centre() {
    let centre = |seed| Centre::new("chicago", 50, seed, WEEKS[0]).unwrap().weeks;
    assert_eq!(centre(1), centre(1));
    assert_ne!(centre(1), centre(2));
}

#[test]
fn a_centre_of_500_has_every_pattern_nights_over_midnight_and_part_timers() {
    let centre = Centre::new("chicago", 500, 1, WEEKS[0]).unwrap();
    assert_eq!(centre.weeks.iter().map(|week| week.shifts.len()).sum::<usize>(), 2_500);
    let mut patterns = BTreeMap::<Pattern, usize>::new();
    for agent in &centre.agents {
        *patterns.entry(agent.pattern).or_default() += 1;
    }
    assert_eq!(patterns.len(), 4);
    assert!(patterns.values().all(|count| *count > 50), "{patterns:?}");
    assert!(centre.agents.iter().filter(|agent| agent.is_part_time).count() > 50);
    let zone = Zone::find(ZONE).unwrap();
    let crosses = |shift: &Shift| {
        let start = Instant::from_timestamp(shift.start);
        zone.date(start) != zone.date(start.plus_min(i64::from(shift.length_minutes)))
    };
    assert!(centre.weeks.iter().flat_map(|week| &week.shifts).any(crosses));
}
