//! A roster's facts as text, without provenance. Every field is named, so that a new one does
//! not compile until somebody has decided whether it shows.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::activity::ActivityCode;
use crate::agent::{Agent, Skill};
use crate::draft::{CommitmentEdit, Draft, DraftStatus, Edits, ShiftEdit};
use crate::id::{AgentId, ShiftId};
use crate::instant::Interval;
use crate::roster::{AgentRecord, Roster};
use crate::rule::{RuleKey, RuleSet, RuleSetting, Scope};
use crate::shift::{Commitment, ShiftBody};
use crate::swap::{Leg, Side, Swap, SwapOffer};
use crate::testing::availability;
use crate::testing::levels;
use crate::testing::line::{Clock, code_name, written};
use crate::time_off::{TimeOff, TimeOffLimit, TimeOffRequest};
use crate::unit::BusinessUnit;

/// What is so in a roster, whoever made it so and when: states that differ only in revisions and
/// origins have the same text. Days of the week that starts on `monday` are called by name.
#[must_use]
pub fn facts(roster: &Roster, monday: Date) -> String {
    let mut text = String::new();
    let Some(unit) = roster.unit() else { return text };
    let BusinessUnit { id: _, name: _, zone, first_day } = unit;
    let clock = Clock { zone: zone.clone(), week: monday };
    let _ = writeln!(text, "site {zone} week {monday} start {first_day:?}");
    rules(&mut text, roster.rules());
    levels::lines(&mut text, roster, &clock);
    for known in roster.management_units() {
        let _ = writeln!(text, "group {} {}", known.value.id, known.value.name);
    }
    for known in roster.codes.values() {
        let ActivityCode { id, name: _, category, paid, counts_as_work, bound_to } = &known.value;
        let _ = writeln!(text, "code {id} {category:?} {bound_to:?} {paid} {counts_as_work}");
    }
    for AgentRecord { agent, left, origin: _ } in roster.agents.values().map(|r| &**r) {
        agent_line(&mut text, &clock, agent, *left);
    }
    for shift in roster.shifts.values() {
        let line = shift_words(roster, &clock, &shift.body);
        let _ = writeln!(text, "{}: {line}", shift.id);
    }
    for (agent, timeline) in &roster.timelines {
        for own in &timeline.commitments {
            let _ = writeln!(text, "{agent} own {}", own_words(roster, &clock, own));
        }
    }
    for week in roster.weeks() {
        let _ = writeln!(text, "week {} {}", week.first, week.id);
    }
    for TimeOffLimit { id, group, codes, places } in roster.time_off_limits().map(|k| &k.value) {
        let group = group.as_ref().map_or(String::new(), |group| format!(" group={group}"));
        let codes: Vec<String> = codes.iter().map(|code| format!(" code={code}")).collect();
        let places = places.iter().map(|p| format!("{} {}", clock.span_name(p.during), p.agents));
        let places = places.collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "limit {id}{group}{} {places}", codes.concat());
    }
    availability::lines(&mut text, roster, &clock);
    roster.all_time_off().for_each(|off| off_line(&mut text, &clock, off));
    roster.swaps().for_each(|swap| swap_line(&mut text, &clock, swap));
    roster.drafts().for_each(|draft| draft_lines(&mut text, roster, &clock, draft));
    text
}

fn rules(text: &mut String, rules: &RuleSet) {
    for setting in rules.all() {
        let RuleSetting { key, until, severity, params, statutory, source } = setting;
        let RuleKey { kind, name, scope, from } = key;
        let mut words = vec![format!("rule {} {}", kind.name(), severity.name())];
        words.extend(statutory.then(|| "law".to_owned()));
        words.extend((!name.is_empty()).then(|| format!("as={name}")));
        words.extend(match scope {
            Scope::Unit => None,
            Scope::ManagementUnit(id) => Some(format!("for=group:{id}")),
            Scope::Contract(name) => Some(format!("for=contract:{name}")),
            Scope::Minors => Some("for=minors".to_owned()),
        });
        words.extend(from.iter().map(|date| format!("begins={date}")));
        words.extend(until.iter().map(|date| format!("ends={date}")));
        words.extend(params.iter().map(|(name, value)| format!("{name}={value}")));
        words.extend(source.iter().map(|source| format!("source={}", written(source))));
        let _ = writeln!(text, "{}", words.join(" "));
    }
    for (is_on, word) in [
        (rules.auto_approve, "auto-approve"),
        (rules.auto_approve_time_off, "auto-approve-time-off"),
    ] {
        if is_on {
            let _ = writeln!(text, "rule {word}");
        }
    }
}

fn agent_line(text: &mut String, clock: &Clock, agent: &Agent, left: bool) {
    let Agent { id, management_unit, zone, skills, contract, minor_until } = agent;
    let mut words = vec![format!("{id} is here")];
    words.extend(left.then(|| "left".to_owned()));
    words.extend((*zone != clock.zone).then(|| format!("zone={zone}")));
    words.extend(management_unit.iter().map(|group| format!("group={group}")));
    words.extend(contract.iter().map(|contract| format!("contract={contract}")));
    words.extend(minor_until.iter().map(|date| format!("minor={date}")));
    words.extend(skills.iter().map(|Skill { name, valid_from, valid_until }| {
        let day = |day: &Option<Date>| day.map_or(String::new(), |day| day.to_string());
        match (valid_from, valid_until) {
            (None, None) => format!("skill={name}"),
            _ => format!("skill={name}:{}..{}", day(valid_from), day(valid_until)),
        }
    }));
    let _ = writeln!(text, "{}", words.join(" "));
}

/// `ana mon 09:00-17:00 12:00-12:30 lunch`.
pub(super) fn shift_words(roster: &Roster, clock: &Clock, body: &ShiftBody) -> String {
    let span = clock.span_name(body.interval());
    format!("{} {span} {}", body.owner, clock.body_words(roster, body)).trim_end().to_owned()
}

pub(super) fn own_words(roster: &Roster, clock: &Clock, own: &Commitment) -> String {
    let Commitment { start, length_min: _, code, paid } = own;
    let place = Interval::new(*start, own.end());
    let place = place.map_or_else(|| start.to_string(), |place| clock.span_name(place));
    format!("{place} {}", code_name(roster, code, *paid))
}

fn off_line(text: &mut String, clock: &Clock, off: &TimeOff) {
    let TimeOff { request, status, was_approved: _, origin: _, asked: _ } = off;
    let TimeOffRequest { id, agent, code, days: _, intervals, paid, paid_min, note } = request;
    let places: Vec<String> = intervals.iter().map(|place| clock.span_name(*place)).collect();
    let note = note.as_ref().map_or(String::new(), |note| format!(" note={}", written(note)));
    let paid = if *paid { "paid" } else { "unpaid" };
    let paid = paid_min.map_or(paid.to_owned(), |minutes| format!("{paid} {minutes}"));
    let (places, status) = (places.join(", "), status.name());
    let _ = writeln!(text, "{id}: {agent} off {places} {code} {paid}{note} {status}");
}

fn swap_line(text: &mut String, clock: &Clock, swap: &Swap) {
    let Swap { offer, state, accepted, terms, origin: _, offered: _ } = swap;
    let SwapOffer {
        id,
        initiator,
        receiver,
        legs,
        one_sided,
        acceptable,
        expires_at,
        external_ids,
    } = offer;
    let side = |side: &Side| {
        let Side { agent, shift } = side;
        shift.as_ref().map_or_else(|| agent.to_string(), |shift| format!("{agent}'s {shift}"))
    };
    let leg = |leg: &Leg| {
        let Leg { agent, gives, receives } = leg;
        let shift =
            |id: &Option<ShiftId>| id.as_ref().map_or("nothing".into(), ToString::to_string);
        format!("{agent} {} for {}", shift(gives), shift(receives))
    };
    let what = match (legs.is_empty(), receiver) {
        (false, _) => legs.iter().map(leg).collect::<Vec<_>>().join(", "),
        (true, Some(receiver)) => format!("{} for {}", side(initiator), side(receiver)),
        (true, None) => format!("{} for anybody", side(initiator)),
    };
    let mut words = vec![format!("swap {id} {what} {}", state.name())];
    words.extend(accepted.iter().map(|agent| format!("agreed={agent}")));
    words.extend(one_sided.then(|| "one-sided".to_owned()));
    words.extend(acceptable.iter().map(|place| format!("in=({})", clock.span_name(*place))));
    words.extend(expires_at.iter().map(|at| format!("until {at}")));
    words.extend(external_ids.iter().map(|(system, id)| format!("ext={system}/{id}")));
    words.extend(terms.iter().map(|span| format!("({})", clock.span_name(span.interval()))));
    let _ = writeln!(text, "{}", words.join(" "));
}

fn draft_lines(text: &mut String, roster: &Roster, clock: &Clock, draft: &Draft) {
    let Draft { id, week, name, base: _, shifts, commitments, status, origin: _, links: _ } = draft;
    let status = match status {
        DraftStatus::Draft => "open",
        DraftStatus::Closed { published_as: _ } => "closed",
    };
    let _ = writeln!(text, "draft {id} {name:?} {week} {status}");
    let shifts = shifts.values().map(|edit| (**edit).clone()).collect();
    let commitments = commitments.values().map(|edit| (**edit).clone()).collect();
    for line in edits_text(roster, clock, &Edits { shifts, commitments }).lines() {
        let _ = writeln!(text, "  {line}");
    }
}

/// Edits, one to a line: the shift or the agent, what it was, what it is to be.
#[must_use]
pub fn edits_text(roster: &Roster, clock: &Clock, edits: &Edits) -> String {
    let mut text = String::new();
    let Edits { shifts, commitments } = edits;
    for ShiftEdit { id, base, draft } in shifts {
        let words = |body: &Option<std::sync::Arc<ShiftBody>>| {
            body.as_ref().map_or_else(|| "nothing".into(), |body| shift_words(roster, clock, body))
        };
        let _ = writeln!(text, "{id}: {}\n  -> {}", words(base), words(draft));
    }
    for CommitmentEdit { agent, within, base, draft } in commitments {
        let words = |all: &[Commitment]| {
            let all: Vec<_> = all.iter().map(|own| own_words(roster, clock, own)).collect();
            format!("[{}]", all.join(", "))
        };
        let within = clock.span_name(*within);
        let _ = writeln!(text, "{agent} own ({within}): {}\n  -> {}", words(base), words(draft));
    }
    text
}

/// An agent's id, or a dash.
pub(super) fn agent_name(agent: Option<&AgentId>) -> String {
    agent.map_or_else(|| "-".to_owned(), ToString::to_string)
}
