//! What must be true of every history.
//!
//! The rule for a request and its command ids: the ledger has at most one entry of it. If it has
//! one, at revision r, then each node that was asked either said so (the outcome, at revision r),
//! or said no or "nothing to do" on a state before r, or could not tell; and at least one of them
//! said so or could not tell. If it has none, nobody said that it has. A refusal is final for that
//! sending alone: another one of the same key, still under way, may take effect after it.

use std::collections::BTreeMap;

use muster_core::Roster;
use muster_core::decide::{Outcome, decide};
use muster_core::entry::Entry;
use muster_core::id::{AgentId, CommandId, Revision};
use muster_ledger::{Ledger, StoredCommand, UnitKey, decode};
use muster_server::desk::{Answer, DeskError, Noted};

use crate::record::{Inner, Sent};
use crate::setting::{keys, setting};

/// A unit's ledger, read back.
pub(crate) struct Past {
    pub(crate) key: UnitKey,
    pub(crate) states: Vec<Roster>,
    pub(crate) entries: Vec<Entry>,
    commands: BTreeMap<CommandId, StoredCommand>,
}

impl Past {
    pub(crate) async fn read(ledger: &Ledger, place: usize) -> Self {
        let key = keys()[place].clone();
        let (mut states, mut entries) = (vec![Roster::default()], Vec::new());
        let mut commands = BTreeMap::new();
        for stored in ledger.entries_after(&key, Revision::ZERO, usize::MAX).await.unwrap() {
            let entry = decode(stored.format, &stored.body).unwrap();
            let mut roster = states.last().unwrap().clone();
            assert_eq!(entry.revision, roster.revision().next());
            assert_eq!((entry.at, &entry.command), (stored.at, &stored.command));
            assert!(entry.at >= roster.at(), "the time of {} runs backwards", entry.revision);
            roster.apply(&entry);
            let command = ledger.find_command(&key, &entry.command).await.unwrap();
            let known = commands.insert(entry.command.clone(), command.expect("its command"));
            assert!(known.is_none(), "{} took effect twice", entry.command);
            states.push(roster);
            entries.push(entry);
        }
        let first = setting().rosters[place].revision();
        assert_eq!(states[usize::try_from(first.0).unwrap()], setting().rosters[place]);
        Self { key, states, entries, commands }
    }

    pub(crate) fn at(&self, revision: Revision) -> &Roster {
        let state = usize::try_from(revision.0).ok().and_then(|place| self.states.get(place));
        state.unwrap_or_else(|| panic!("{} has no revision {revision}", self.key))
    }

    /// The entries that histories made, beyond those that each begins with.
    fn made(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.command.as_str().starts_with("furnish"))
    }
}

/// Checks everything that was answered against what the ledgers hold. Answers how many clients
/// were refused while an earlier sending of theirs was still under way, and then took effect.
pub(crate) fn all(pasts: &[Past; 2], record: &Inner) -> u64 {
    assert_eq!(record.wrong, [] as [String; 0]);
    let past = |key: &UnitKey| pasts.iter().find(|past| past.key == *key).expect("a unit");
    let mut owners: BTreeMap<(&UnitKey, &CommandId), &Sent> = BTreeMap::new();
    for sent in &record.sent {
        owners.extend(sent.ids.iter().map(|id| ((&sent.request.unit, id), sent)));
        check_sent(past(&sent.request.unit), sent);
    }
    for past in pasts {
        for entry in past.made() {
            let sent = owners.get(&(&past.key, &entry.command));
            let sent = sent.unwrap_or_else(|| panic!("nobody sent {}", entry.command));
            check_entry(past, entry, sent);
        }
        check_bookings(past);
    }
    record.notes.iter().for_each(|noted| check_noted(past(&noted.unit), noted));
    let is_late = |sent: &&Sent| {
        let is_refused = matches!(&sent.told, Some(Ok(answer)) if !is_effect(answer));
        is_refused && past(&sent.request.unit).made().any(|e| sent.ids.contains(&e.command))
    };
    record.sent.iter().filter(is_late).count() as u64
}

/// The oracle: an entry is what its command comes to on the state before it.
fn check_entry(past: &Past, entry: &Entry, sent: &Sent) {
    let before = past.at(Revision(entry.revision.0 - 1));
    let command = sent.request.command_on(before, |revision| past.at(revision));
    assert_eq!(entry.actor, command.actor, "{}", entry.command);
    let decision = decide(before, &command, entry.at);
    let decision = decision.unwrap_or_else(|why| panic!("{}: {why}", sent.request.what));
    assert_eq!(decision.events, entry.events, "{}", sent.request.what);
    let stored: Outcome =
        serde_json::from_slice(&past.commands[&entry.command].answer).expect("an outcome");
    assert_eq!(decision.outcome, stored, "{}", sent.request.what);
    let floor = sent.tries.first().expect("it was sent").floor;
    assert!(
        before.revision() >= floor,
        "{} took effect on {}, though {floor} had been told before it was sent",
        sent.request.what,
        before.revision()
    );
}

/// The oracle: what was decided comes out the same again.
fn check_noted(past: &Past, noted: &Noted) {
    let what = || format!("{:?} on {}", noted.command, noted.revision);
    if let Some(entry) = &noted.entry {
        // What it came to is checked where the entry is.
        let place = usize::try_from(noted.revision.0).unwrap();
        assert_eq!(Some(&**entry), past.entries.get(place), "{}", what());
        assert_eq!((entry.at, noted.result.is_ok()), (noted.at, true), "{}", what());
        return;
    }
    let again = decide(past.at(noted.revision), &noted.command, noted.at);
    let (result, events) = match again {
        Ok(decision) => (Ok(decision.outcome), decision.events),
        Err(rejection) => (Err(rejection), Vec::new()),
    };
    assert_eq!(result, noted.result, "{}", what());
    assert_eq!(events, [], "{}", what());
}

/// One request: see the rule above.
fn check_sent(past: &Past, sent: &Sent) {
    let what = &sent.request.what;
    let made: Vec<&Entry> = past.made().filter(|entry| sent.ids.contains(&entry.command)).collect();
    assert!(made.len() <= 1, "{what} took effect {} times", made.len());
    let entry = made.first().copied();
    let mut may_be = false;
    for attempt in &sent.tries {
        match &attempt.result {
            None | Some(Err(DeskError::Unavailable(_))) => may_be = true,
            Some(Err(_)) => {}
            Some(Ok(answer)) => {
                check_answer(past, sent, answer, attempt.floor, entry);
                may_be |= is_effect(answer);
            }
        }
    }
    assert!(entry.is_none() || may_be, "{what} was refused, but took effect: {entry:?}");
    if let Some(Ok(answer)) = &sent.told
        && is_effect(answer)
    {
        assert_eq!(entry.map(|entry| entry.revision), Some(answer.revision), "{what}");
    }
}

fn is_effect(answer: &Answer) -> bool {
    answer.revision > answer.before.revision()
}

/// One answer of one node.
fn check_answer(past: &Past, sent: &Sent, answer: &Answer, floor: Revision, entry: Option<&Entry>) {
    let (what, before) = (&sent.request.what, answer.before.revision());
    // What an answer shows: the state that it was decided on is the one before, in the same maps.
    assert!(answer.after == *past.at(answer.revision), "{what}: shows another state");
    assert!(before <= answer.revision && answer.revision <= before.next(), "{what}");
    if is_effect(answer) {
        let entry = entry.unwrap_or_else(|| panic!("{what} was accepted, but is not there"));
        assert_eq!(entry.revision, answer.revision, "{what}");
        assert_eq!((entry.at, before.next()), (answer.at, answer.revision), "{what}");
        let stored = &past.commands[&entry.command];
        let stored: Outcome = serde_json::from_slice(&stored.answer).expect("an outcome");
        assert_eq!(answer.result, Ok(stored), "{what}");
    } else if let Some(entry) = entry {
        assert!(before < entry.revision, "{what}: no on {before}, but is {}", entry.revision);
    }
    if !answer.replayed {
        assert!(before >= floor, "{what}: decided on {before}, though {floor} had been told");
    }
}

/// Nobody is ever in two places.
fn check_bookings(past: &Past) {
    for roster in &past.states {
        let mut booked: BTreeMap<&AgentId, Vec<_>> = BTreeMap::new();
        for shift in roster.shifts() {
            booked.entry(&shift.body.owner).or_default().push(shift.interval());
        }
        for (agent, mut shifts) in booked {
            shifts.sort();
            let clash = shifts.windows(2).find(|pair| pair[0].overlaps(pair[1]));
            assert_eq!(clash, None, "{agent} at revision {}", roster.revision());
        }
    }
}
