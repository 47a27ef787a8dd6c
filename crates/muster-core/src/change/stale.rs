//! `STALE_OVERWRITE_SUSPECTED`: a whole document puts a value back that somebody else has just
//! changed, though it names the version after that change: what comes out when the newest version is
//! fetched and an older body is sent with it.
//!
//! Whether a value is one from before is seen by who knows the past, and comes with the command as a
//! suspect; here it becomes a finding for as long as the command would change that value.

use crate::command::Suspect;
use crate::conflict::{Clash, Finding, Kind, Subject};
use crate::draft::ShiftEdit;
use crate::event::Event;
use crate::roster::Roster;
use crate::shift::{Atom, AtomValue, ShiftBody};

pub(super) fn findings(
    roster: &Roster,
    edit: &ShiftEdit,
    event: Option<&Event>,
    suspects: &[Suspect],
) -> Vec<Finding> {
    let live = roster.shift(&edit.id).map(|shift| &*shift.body);
    let spoken = suspects.iter().filter(|suspect| suspect.shift_id == edit.id);
    let changed = spoken.filter(|suspect| is_changed(event, suspect.atom));
    changed.filter_map(|suspect| finding(roster, edit, live, suspect.atom)).collect()
}

fn is_changed(event: Option<&Event>, atom: Atom) -> bool {
    match event {
        Some(Event::ShiftChanged { set, .. }) => set.iter().any(|value| value.atom() == atom),
        Some(_) => atom == Atom::Exists,
        None => false,
    }
}

fn finding(
    roster: &Roster,
    edit: &ShiftEdit,
    live: Option<&ShiftBody>,
    atom: Atom,
) -> Option<Finding> {
    let severity = roster.rules().severity(Kind::StaleOverwriteSuspected);
    let draft = edit.draft.as_deref();
    let body = live.or(draft)?;
    let value = |body: Option<&ShiftBody>| match (atom, body) {
        (Atom::Exists, body) => Some(AtomValue::Exists(body.is_some())),
        (_, body) => body.map(|body| body.get(atom)),
    };
    let clash = Clash { atom, base: None, yours: value(draft), live: value(live) };
    let mut finding = Finding::new(Kind::StaleOverwriteSuspected, severity, Some(&body.owner))
        .about([Subject::Shift(edit.id.clone())])
        .during(Some(body.interval()));
    finding.clash = Some(Box::new(clash));
    Some(finding)
}
