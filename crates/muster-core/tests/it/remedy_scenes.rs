//! A small scene for each kind: who caused it, and what can be done, as docs/ERRORS.md says.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::conflict::{Kind, Severity};
use muster_core::explain::Retry;
use muster_core::rule::Rule;
use muster_core::testing::{World, by};

use crate::remedies::{Tally, follow};

/// Everything begins with these: ana and ben are there, and ben has a shift that nobody minds.
const START: &str = "
    site Europe/Paris
    ben fri 09:00-17:00
";

/// A kind, what has happened before, and the command that meets it.
#[rustfmt::skip]
const SCENES: &[(&str, &str, &str)] = &[
    ("FIELD_CHANGED_BOTH",
     "ana mon 09:00-17:00 > edit ana mon 10:00-18:00",
     "@3 edit(atomic) ana mon 08:00-16:00; ben fri 10:00-17:00"),
    ("FIELD_CHANGED_BOTH",
     "ana mon 09:00-17:00 > draft d ana mon 10:00-18:00 > redraft d ana mon 11:00-19:00",
     "@4 redraft d ana mon 08:00-16:00; ben fri 10:00-17:00"),
    ("DELETED_BUT_CHANGED",
     "ana mon 09:00-17:00 > edit ana mon 10:00-18:00",
     "@3 edit(atomic) delete ana-mon; ben fri 10:00-17:00"),
    ("CHANGED_BUT_DELETED",
     "ana mon 09:00-17:00 > edit delete ana-mon",
     "@3 edit(atomic) ana mon 08:00-16:00; ben fri 10:00-17:00"),
    ("STALE_OVERWRITE_SUSPECTED",
     "ana mon 09:00-17:00 > edit ana mon 10:00-18:00",
     "edit(atomic,stale=ana-mon) ana mon 09:00-17:00; ben fri 10:00-17:00"),
    ("SHIFT_OVERLAP",
     "rule SHIFT_OVERLAP ack; ana mon 09:00-17:00",
     "edit(atomic) ana mon 16:00-22:00 id=late; ben fri 10:00-17:00"),
    ("TIME_OFF_APPROVED_OVERLAP",
     "rule TIME_OFF_APPROVED_OVERLAP ack; ana off mon 12:00-18:00 approved",
     "edit(atomic) ana mon 09:00-17:00; ben fri 10:00-17:00"),
    ("TIME_OFF_PENDING_OVERLAP",
     "ana off mon 12:00-18:00 pending",
     "edit(atomic) ana mon 09:00-17:00; ben fri 10:00-17:00"),
    ("TIME_OFF_OVERLAPS_TIME_OFF", "ana off mon pending", "off ana mon..tue id=more"),
    ("TIME_OFF_OVERLAPS_TIME_OFF", "ana off mon approved", "off ana mon..tue id=more"),
    ("TIME_OFF_ALREADY_DECIDED", "ana off mon denied", "approve-off ana-off-mon"),
    ("TIME_OFF_ALREADY_DECIDED", "ana off mon approved", "deny-off ana-off-mon"),
    ("TIME_OFF_LIMIT_EXHAUSTED",
     "limit few mon 0; ana off mon waitlisted", "approve-off ana-off-mon"),
    ("UNAVAILABLE",
     "ana cannot mon 12:00-14:00",
     "edit(atomic) ana mon 09:00-17:00; ben fri 10:00-17:00"),
    ("REST_TIME_SHORT",
     "rule REST_TIME_SHORT ack; ana mon 12:00-22:00",
     "edit(atomic) ana tue 06:00-14:00; ben fri 10:00-17:00"),
    ("MAX_CONSECUTIVE_HOURS",
     "rule MAX_CONSECUTIVE_HOURS ack; ana mon 06:00-14:00",
     "edit(atomic) ana mon 14:00-22:00 id=late; ben fri 10:00-17:00"),
    ("MAX_HOURS_WEEK",
     "rule MAX_HOURS_WEEK ack maxMinutes=600; ana mon 09:00-17:00",
     "edit(atomic) ana wed 09:00-17:00; ben fri 10:00-17:00"),
    ("MIN_HOURS_WEEK",
     "rule MIN_HOURS_WEEK ack minMinutes=300; ana mon 09:00-17:00",
     "edit(atomic) ana mon 09:00-12:00; ben fri 10:00-17:00"),
    ("MAX_HOURS_DAY",
     "rule REST_TIME_SHORT off; rule MAX_HOURS_DAY ack; ana mon 06:00-12:00",
     "edit(atomic) ana mon 13:00-20:00 id=late; ben fri 10:00-17:00"),
    ("MAX_HOURS_PERIOD",
     "rule MAX_HOURS_PERIOD ack maxMinutes=600 weeks=1; ana mon 09:00-17:00",
     "edit(atomic) ana wed 09:00-17:00; ben fri 10:00-17:00"),
    ("MIN_HOURS_PERIOD",
     "rule MIN_HOURS_PERIOD ack minMinutes=300 weeks=1; ana mon 09:00-17:00",
     "edit(atomic) ana mon 09:00-12:00; ben fri 10:00-17:00"),
    ("MAX_HOURS_AVERAGE",
     "rule MAX_HOURS_AVERAGE ack maxMinutes=300 weeks=2; ana mon 09:00-17:00",
     "edit(atomic) ana wed 09:00-17:00; ben fri 10:00-17:00"),
    ("MAX_CONSECUTIVE_DAYS",
     "rule MAX_CONSECUTIVE_DAYS ack maxDays=1; ana mon 09:00-17:00",
     "edit(atomic) ana tue 09:00-17:00; ben fri 10:00-17:00"),
    ("MIN_CONSECUTIVE_DAYS",
     "rule MIN_CONSECUTIVE_DAYS ack; ana mon 09:00-17:00; ana tue 09:00-17:00",
     "edit(atomic) ana thu 09:00-17:00 id=ana-tue; ben fri 10:00-17:00"),
    ("MIN_DAYS_OFF",
     "rule MIN_DAYS_OFF ack; ana mon 09:00-17:00",
     "edit(atomic) ana wed 09:00-17:00; ben fri 10:00-17:00"),
    ("MAX_WEEKENDS",
     "rule MAX_WEEKENDS ack maxWeekends=1 weeks=2; ana sat 09:00-17:00",
     "edit(atomic) ana 2026-03-28 09:00-17:00; ben fri 10:00-17:00"),
    ("MAX_SHIFTS",
     "rule MAX_SHIFTS ack maxShifts=1 weeks=1; ana mon 09:00-17:00",
     "edit(atomic) ana wed 09:00-17:00; ben fri 10:00-17:00"),
    ("SUCCESSION_FORBIDDEN",
     "rule SUCCESSION_FORBIDDEN ack; ana mon 09:00-17:00",
     "edit(atomic) ana tue 09:00-17:00; ben fri 10:00-17:00"),
    ("WEEKLY_REST_SHORT",
     "rule WEEKLY_REST_SHORT ack minRestMinutes=7200; ana mon 09:00-17:00",
     "edit(atomic) ana thu 09:00-17:00; ben fri 10:00-17:00"),
    ("BREAK_MISSING",
     "rule BREAK_MISSING ack fromMinutes=450; ana mon 09:00-15:00",
     "edit(atomic) ana mon 09:00-17:00; ben fri 10:00-17:00"),
    ("MAX_NIGHT_HOURS",
     "rule MAX_NIGHT_HOURS ack maxMinutes=540; ana mon 18:00-02:00",
     "edit(atomic) ana mon 18:00-04:00; ben fri 10:00-17:00"),
    ("FORBIDDEN_HOURS",
     "rule FORBIDDEN_HOURS ack; ana mon 14:00-22:00",
     "edit(atomic) ana mon 14:00-23:00; ben fri 10:00-17:00"),
    ("NOTICE_SHORT",
     "rule NOTICE_SHORT ack; ana mon 09:00-17:00",
     "edit(atomic) ana mon 10:00-18:00; ben fri 10:00-17:00"),
    ("PERIOD_LOCKED",
     "rule PERIOD_LOCKED ack through=2026-03-16; ana mon 09:00-17:00",
     "edit(atomic) ana mon 10:00-18:00; ben fri 10:00-17:00"),
    ("SKILL_MISSING",
     "rule SKILL_MISSING ack; ana mon 09:00-17:00",
     "edit(atomic) ana mon 09:00-17:00 +skill:french; ben fri 10:00-17:00"),
    ("STAFFING_BELOW_MINIMUM",
     "rule STAFFING_BELOW_MINIMUM ack; ana mon 09:00-17:00; staff mon 09:00-17:00 1",
     "edit(atomic) ana mon 12:00-17:00; ben fri 10:00-17:00"),
    ("TRUNK_CAPACITY_EXCEEDED",
     "rule TRUNK_CAPACITY_EXCEEDED ack; ana mon 09:00-17:00; trunks eu 1",
     "edit(atomic) ben mon 09:00-17:00; ben fri 10:00-17:00"),
    ("SITE_SEATS_EXCEEDED",
     "rule SITE_SEATS_EXCEEDED ack; ana mon 09:00-17:00 site=lyon; seats lyon 1",
     "edit(atomic) ben mon 09:00-17:00 site=lyon; ben fri 10:00-17:00"),
    ("ACTIVITY_OUTSIDE_SHIFT",
     "rule ACTIVITY_OUTSIDE_SHIFT ack; ana mon 09:00-17:00 16:00-16:30 break",
     "edit(atomic) ana mon 09:00-16:15 16:00-16:30 break; ben fri 10:00-17:00"),
    ("SWAP_TERMS_CHANGED",
     "ana mon 09:00-17:00 > swap w ana-mon for ben-fri > accept w ben > edit ana mon 10:00-18:00",
     "approve w"),
    ("SWAP_TERMS_CHANGED",
     "ana mon 09:00-17:00; cleo wed 09:00-17:00 > swap w ana-mon for ben-fri > accept w ben \
      > edit cleo mon 09:00-17:00 id=ana-mon > edit ana mon 09:00-17:00 id=ana-mon",
     "approve w"),
    ("SWAP_SHIFT_TAKEN",
     "ana mon 09:00-17:00; cleo wed 09:00-17:00 > swap w ana-mon for ben-fri > accept w ben \
      > swap v ana-mon for cleo-wed > accept v cleo > approve v",
     "approve w"),
    ("SWAP_ALREADY_DECIDED",
     "ana mon 09:00-17:00 > swap w ana-mon for ben-fri > accept w ben > approve w", "deny w"),
    ("SWAP_ALREADY_DECIDED",
     "ana mon 09:00-17:00 > swap w ana-mon for ben-fri > accept w ben > deny w", "approve w"),
    ("SWAP_EXPIRED",
     "ana wed 09:00-17:00 > swap w ana-wed for ben-fri until mon > now tue 09:00", "accept w ben"),
    ("SWAP_WITHDRAWN",
     "ana mon 09:00-17:00 > swap w ana-mon for ben-fri > cancel w", "accept w ben"),
    ("SWAP_TIME_UNEQUAL",
     "rule SWAP_TIME_UNEQUAL ack; ana mon 09:00-15:00 > swap w ana-mon for ben-fri > accept w ben",
     "approve w"),
    ("SWAP_ONE_SIDED",
     "rule SWAP_ONE_SIDED ack; ana mon 09:00-15:00 > swap w ana-mon to ben > accept w ben",
     "approve w"),
    ("SWAP_NOTICE_SHORT",
     "rule SWAP_NOTICE_SHORT ack minNoticeMinutes=20000; ana mon 09:00-17:00 \
      > swap w ana-mon for ben-fri > accept w ben",
     "approve w"),
    ("SWAP_LIMIT_REACHED",
     "rule SWAP_LIMIT_REACHED ack maxPerWeek=1; ana mon 09:00-17:00; ana wed 09:00-17:00; \
      ben thu 09:00-17:00 > swap v ana-mon for ben-fri > accept v ben > approve v \
      > swap w ana-wed for ben-thu > accept w ben",
     "approve w"),
    ("SHIFT_STARTED",
     "rule SHIFT_STARTED ack; ana mon 09:00-17:00 > now mon 10:00",
     "as ana edit(atomic) ana mon 09:00-18:00; ana fri 10:00-17:00"),
    ("SUBJECT_GONE",
     "ana mon 09:00-17:00; ana left", "edit(atomic) ana wed 09:00-17:00; ben fri 10:00-17:00"),
    ("EXTERNAL_ID_DUPLICATE",
     "ana mon 09:00-17:00 ext=verint/1",
     "edit(atomic) ana wed 09:00-17:00 ext=verint/1; ben fri 10:00-17:00"),
];

/// `a; b > c > d` is the lines `a` and `b`, then the commands `c` and `d`.
fn world(before: &str) -> World {
    let mut parts = before.split('>');
    let lines = parts.next().unwrap_or_default().split(';').map(str::to_owned);
    let commands = parts.map(|command| format!("> {command}"));
    let all: Vec<String> = [START.to_owned()].into_iter().chain(lines).chain(commands).collect();
    World::of(&all.join("\n"))
}

/// What remedies a scene offers for its kind, after each was followed.
fn offered(kind: &str, before: &str, line: &str) -> BTreeSet<&'static str> {
    let mut world = world(before);
    let (who, line) = match line.strip_prefix("as ").and_then(|rest| rest.split_once(' ')) {
        Some((name, rest)) => (Some(name.parse().expect("an agent")), rest),
        None => (None, line),
    };
    let command = by(who, world.action(line));
    let explained = follow(&mut world, &command, &mut Tally::new());
    let explained = explained.unwrap_or_else(|problem| panic!("{kind}: {problem}"));
    let of_kind: Vec<_> = explained.iter().filter(|e| e.finding.kind.name() == kind).collect();
    assert!(!of_kind.is_empty(), "{kind}: {explained:#?}");
    for explained in &of_kind {
        assert!(!explained.causes.is_empty(), "{kind}: nobody has caused it");
        let row = &page()[kind];
        let retry = if explained.retry == Retry::Rebase { "rebase" } else { "never" };
        assert_eq!(row.retry, retry, "{kind}");
    }
    assert!(of_kind.iter().any(|e| !e.remedies.is_empty()), "{kind}: {line} has no way out");
    of_kind.iter().flat_map(|e| e.remedies.iter().map(|remedy| remedy.id)).collect()
}

/// A row of the table of kinds.
pub(crate) struct Row {
    severity: String,
    retry: String,
    pub(crate) remedies: BTreeSet<String>,
}

/// The rows of docs/ERRORS.md, by kind.
pub(crate) fn page() -> BTreeMap<String, Row> {
    let page = include_str!("../../../../docs/ERRORS.md");
    let section = page.split("\n## ").find(|part| part.starts_with("Kinds of conflict"));
    let rows = section.expect("a section").lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [kind, _, severity, retry, remedies] = cells[..] else { panic!("{line}") };
        let names = remedies.split('`').skip(1).step_by(2).map(str::to_owned);
        let (severity, retry) = (severity.to_owned(), retry.trim_matches('`').to_owned());
        (kind.trim_matches('`').to_owned(), Row { severity, retry, remedies: names.collect() })
    };
    rows.map(row).collect()
}

/// Offered for every kind where a swap is decided: said once, above the table.
pub(crate) const OF_SWAPS: [&str; 2] = ["decline_swap", "deny_swap"];

#[test]
fn every_kind_has_a_scene_with_its_causes_and_the_remedies_that_are_documented() {
    let page = page();
    let mut missing = String::new();
    for kind in Kind::ALL {
        let name = kind.name();
        let rule = Rule::of(*kind);
        let stops = rule.is_none_or(|rule| rule.allowed.contains(&Severity::Block));
        let scenes: Vec<_> = SCENES.iter().filter(|(of, _, _)| *of == name).collect();
        assert_eq!(!scenes.is_empty(), stops, "{name} has no scene, or cannot stop anything");
        let offered: BTreeSet<&str> =
            scenes.iter().flat_map(|(of, before, line)| offered(of, before, line)).collect();
        let offered: BTreeSet<String> =
            offered.into_iter().filter(|id| !OF_SWAPS.contains(id)).map(str::to_owned).collect();
        let fixed = rule.is_none_or(|rule| rule.allowed.len() == 1);
        let severity = rule.map_or("block", |rule| rule.default.name());
        let severity = format!("{severity}{}", if fixed { ", always" } else { "" });
        let row = &page[name];
        if row.remedies != offered || row.severity != severity {
            missing += &format!("{name}: {severity} {offered:?}\n");
        }
    }
    assert!(missing.is_empty(), "docs/ERRORS.md says otherwise:\n{missing}");
}
