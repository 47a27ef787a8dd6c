//! Faults are planted, and the oracle finds them.

use jiff::civil::date;

use super::*;
use crate::demo::centre::Centre;
use crate::demo::runs::ground;
use crate::demo::script::Tweak;
use crate::demo::week::{AgentWeek, Shift};
use crate::oracle::double::Bookings;
use crate::oracle::log::{Answer, Attempt, edits_between};

struct Planted {
    centre: Centre,
    puts: Vec<Vec<AgentWeek>>,
    intents: Vec<Intent>,
}

impl Planted {
    fn new() -> Self {
        let centre = Centre::new("chicago", 12, 1, date(2026, 11, 30)).unwrap();
        let puts = vec![centre.weeks.clone()];
        Self { centre, puts, intents: Vec::new() }
    }

    fn shift(&self, agent: usize) -> Shift {
        self.centre.weeks[agent].shifts[0].clone()
    }

    /// Puts a week with one of the agent's shifts changed; answers the version.
    fn put(&mut self, agent: usize, shifts: &[Shift]) -> u64 {
        let mut week = self.centre.weeks[agent].clone();
        for shift in shifts {
            week.shifts.retain(|known| known.id != shift.id);
            week.shifts.push(shift.clone());
        }
        self.puts.push(vec![week]);
        self.puts.len() as u64
    }

    fn wish(&mut self, from: &Shift, to: &Shift, answers: Vec<Answer>) {
        let week = |shift: &Shift| AgentWeek {
            agent_id: shift.agent_id.clone(),
            shifts: vec![shift.clone()],
        };
        let attempt = |answer| Attempt { answered_us: 10, answer };
        self.intents.push(Intent {
            kind: Kind::Edit,
            who: "planner".to_owned(),
            subject: None,
            edits: edits_between(&[week(from)], &[week(to)]).unwrap(),
            asked_us: 0,
            requests: answers.len() as u32,
            attempts: answers.into_iter().map(attempt).collect(),
            conflicts: Vec::new(),
        });
    }

    fn verdict(self) -> Verdict {
        let history = History::of_puts(&ground(&self.centre).unwrap(), &self.puts).unwrap();
        let mut bookings = Bookings::default();
        self.puts.iter().for_each(|put| bookings.put(put));
        measure(&self.intents, &history, &bookings.found())
    }
}

fn accepted(version: u64) -> Answer {
    Answer::Accepted { version, held: BTreeSet::new() }
}

fn note(text: &str) -> Tweak {
    Tweak::Note(text.to_owned())
}

#[test]
fn an_accepted_value_that_a_stale_body_took_away_is_lost() {
    let mut planted = Planted::new();
    let shift = planted.shift(0);
    let with_note = note("call back").of(&shift);
    let version = planted.put(0, std::slice::from_ref(&with_note));
    planted.wish(&shift, &with_note, vec![accepted(version)]);
    // Somebody else's body, read before: another atom is changed, the note is gone.
    let tagged = Tweak::Tag("x".to_owned()).of(&shift);
    let version = planted.put(0, std::slice::from_ref(&tagged));
    planted.wish(&shift, &tagged, vec![accepted(version)]);
    let verdict = planted.verdict();
    assert_eq!((verdict.accepted, verdict.lost, verdict.lost_values), (2, 1, 1));
}

#[test]
fn what_a_later_accepted_wish_replaces_is_not_lost() {
    let mut planted = Planted::new();
    let shift = planted.shift(0);
    let early = Tweak::Start(-15).of(&shift);
    let version = planted.put(0, std::slice::from_ref(&early));
    planted.wish(&shift, &early, vec![accepted(version)]);
    let late = Tweak::Start(15).of(&shift);
    let version = planted.put(0, std::slice::from_ref(&late));
    planted.wish(&early, &late, vec![accepted(version)]);
    assert_eq!(planted.verdict().lost, 0);
}

#[test]
fn joined_values_are_not_lost() {
    let mut planted = Planted::new();
    let shift = planted.shift(0);
    let (one, two) = (Tweak::Tag("one".to_owned()), Tweak::Tag("two".to_owned()));
    let version = planted.put(0, &[one.of(&shift)]);
    planted.wish(&shift, &one.of(&shift), vec![accepted(version)]);
    let version = planted.put(0, &[two.of(&one.of(&shift))]);
    planted.wish(&shift, &two.of(&shift), vec![accepted(version)]);
    assert_eq!(planted.verdict().lost, 0);
}

#[test]
fn a_refusal_because_of_another_agent_is_spurious() {
    let mut planted = Planted::new();
    let (mine, other) = (planted.shift(0), planted.shift(1));
    let version = planted.put(1, &[note("other").of(&other)]);
    let wanted = note("mine").of(&mine);
    planted.wish(&mine, &wanted, vec![Answer::Refused { version }]);
    let verdict = planted.verdict();
    assert_eq!((verdict.spurious, verdict.conflicts, verdict.accepted), (1, 0, 0));
}

#[test]
fn a_refusal_because_of_the_same_value_is_a_true_conflict() {
    let mut planted = Planted::new();
    let shift = planted.shift(0);
    let version = planted.put(0, &[Tweak::Start(15).of(&shift)]);
    let wanted = Tweak::Start(-15).of(&shift);
    planted.wish(&shift, &wanted, vec![Answer::Refused { version }]);
    let verdict = planted.verdict();
    assert_eq!((verdict.spurious, verdict.conflicts), (0, 1));
}

#[test]
fn a_refusal_because_of_a_rule_is_a_true_conflict() {
    let mut planted = Planted::new();
    let shift = planted.shift(0);
    let wanted = Tweak::Tag("skill:parachuting".to_owned()).of(&shift);
    planted.wish(&shift, &wanted, vec![Answer::Refused { version: 1 }]);
    let verdict = planted.verdict();
    assert_eq!((verdict.spurious, verdict.conflicts), (0, 1));
}

#[test]
fn an_agent_in_two_places_and_a_shift_worked_by_two_are_double_bookings() {
    let mut planted = Planted::new();
    let mut twice = planted.shift(0);
    twice.id = "S-again".to_owned();
    planted.put(0, &[twice]);
    assert_eq!(planted.verdict().doubles, 1);

    let mut planted = Planted::new();
    let mut shared = planted.shift(0);
    shared.agent_id.clone_from(&planted.centre.agents[1].id);
    shared.start = shared.start.checked_add(jiff::SignedDuration::from_hours(24 * 20)).unwrap();
    planted.put(1, &[shared]);
    assert_eq!(planted.verdict().doubles, 1);
}

#[test]
fn percentiles_are_values_that_were_seen() {
    assert_eq!(percentile(&[], 50), 0);
    assert_eq!(percentile(&[1, 2, 3, 4], 50), 2);
    assert_eq!(percentile(&[1, 2, 3, 4], 99), 4);
}
