//! What lies behind a finding about all agents together, and which edits lead to it.

use crate::agent::Agent;
use crate::conflict::Finding;
use crate::entry::Origin;
use crate::explain::Scene;
use crate::id::ShiftId;
use crate::instant::Interval;
use crate::levels::{Day, Meter};
use crate::limits;
use crate::roster::Roster;
use crate::shift::{Atom, Shift, ShiftBody};
use crate::time_off::TimeOffStatus;

/// The entry that asked for it, and, if the unit is to be searched, the newest ones that changed
/// shifts or requests there.
pub(super) fn origins(roster: &Roster, finding: &Finding, is_traced: bool) -> Vec<Origin> {
    let meter = Meter::of(finding.kind, &finding.subjects);
    let Some((meter, during)) = meter.zip(finding.interval) else { return Vec::new() };
    let mut found = if is_traced { changes(roster, &meter, during) } else { Vec::new() };
    found.sort_by_key(|origin| std::cmp::Reverse(origin.revision));
    found.dedup_by(|a, b| a.revision == b.revision);
    found.truncate(limits::LEVEL_CAUSES);
    found.extend(roster.levels.origin(&(Day::of(during.start()), meter)).cloned());
    found
}

fn changes(roster: &Roster, meter: &Meter, during: Interval) -> Vec<Origin> {
    let mut found = Vec::new();
    let day = Day::of(during.start());
    for record in roster.agents.values().filter(|record| counts(roster, meter, &record.agent, day))
    {
        let agent = &record.agent.id;
        let shifts = roster.shifts_of(agent, during).filter(|shift| is_there(meter, &shift.body));
        found.extend(shifts.map(moved));
        let off = roster.time_off_of(agent).filter(|off| off.status == TimeOffStatus::Approved);
        let off = off.filter(|off| off.request.overlap_min(during) > 0);
        found.extend(off.map(|off| off.origin.clone()).filter(|_| is_missed(meter)));
    }
    let gone = roster.gone.values().filter(|gone| {
        let owner = roster.agent(&gone.body.owner);
        is_missed(meter)
            && gone.body.interval().overlaps(during)
            && owner.is_some_and(|record| counts(roster, meter, &record.agent, day))
    });
    found.extend(gone.map(|gone| gone.origin.clone()));
    found
}

/// Whether it is short of what is not there, rather than full of what is.
fn is_missed(meter: &Meter) -> bool {
    matches!(meter, Meter::Staff(_))
}

/// The entry that last changed who is where when.
fn moved(shift: &Shift) -> Origin {
    let atoms = [Atom::Exists, Atom::Owner, Atom::Span, Atom::Activities, Atom::Site];
    let newest = atoms.into_iter().map(|atom| shift.origin(atom)).max_by_key(|o| o.revision);
    newest.unwrap_or_else(|| shift.newest()).clone()
}

fn counts(roster: &Roster, meter: &Meter, agent: &Agent, day: Day) -> bool {
    roster.levels.counts_for(meter, agent, day)
}

fn is_there(meter: &Meter, body: &ShiftBody) -> bool {
    match meter {
        Meter::Site(site) => body.site.as_ref() == Some(site),
        Meter::Staff(_) | Meter::Trunk(_) => true,
    }
}

/// The shifts of a command whose changes lead to a finding: those that leave where agents are
/// missing, or come where they are too many.
pub(super) fn leading(scene: &Scene<'_>, finding: &Finding) -> Vec<ShiftId> {
    let meter = Meter::of(finding.kind, &finding.subjects);
    let Some((meter, during)) = meter.zip(finding.interval) else { return Vec::new() };
    let day = Day::of(during.start());
    let leads = |body: &ShiftBody| {
        let owner = scene.roster.agent(&body.owner);
        body.interval().overlaps(during)
            && is_there(&meter, body)
            && owner.is_some_and(|record| counts(scene.roster, &meter, &record.agent, day))
    };
    let edits = scene.edits.shifts.iter().filter(|edit| {
        let live = scene.roster.shift(&edit.id).map(|shift| &*shift.body);
        let (from, to) = (live, edit.draft.as_deref());
        let is_same = from.zip(to).is_some_and(|(from, to)| stays(from, to, during));
        !is_same && if is_missed(&meter) { from } else { to }.is_some_and(leads)
    });
    edits.map(|edit| edit.id.clone()).collect()
}

/// Whether a shift is the same within a stretch of time, whatever it is besides.
fn stays(from: &ShiftBody, to: &ShiftBody, during: Interval) -> bool {
    (&from.owner, &from.site) == (&to.owner, &to.site)
        && from.interval().intersection(during) == to.interval().intersection(during)
        && from.activities == to.activities
        && (from.span.start == to.span.start || from.activities.is_empty())
}
