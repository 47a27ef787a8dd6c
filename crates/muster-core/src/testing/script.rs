//! Command lines: `verb(options) rest`, sent as a command, answered as text.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::acknowledge::{AckRule, AckWhere, Acknowledgement};
use crate::command::{Action, Mode, Resolution, Suspect, Terms, Verdict};
use crate::decide::{Decision, Rejection};
use crate::diff;
use crate::draft::{CommitmentEdit, Edits, ShiftEdit};
use crate::id::{AgentId, Revision, ScheduleId, ShiftId};
use crate::merge::Keep;
use crate::roster::Roster;
use crate::shift::Atom;
use crate::swap::{Leg, Side, SwapOffer};
use crate::testing::{World, answer, availability, by, fixture, levels, line};

/// A command line, taken apart.
struct Line<'a> {
    actor: Option<AgentId>,
    base: Option<Revision>,
    verb: &'a str,
    options: Vec<&'a str>,
    rest: &'a str,
}

fn parsed(mut text: &str) -> Line<'_> {
    let (mut actor, mut base) = (None, None);
    if let Some((name, rest)) = text.strip_prefix("as ").and_then(|t| t.split_once(' ')) {
        (actor, text) = (Some(name.parse().expect("an agent")), rest);
    }
    if let Some((revision, rest)) = text.strip_prefix('@').and_then(|t| t.split_once(' ')) {
        (base, text) = (Some(Revision(revision.parse().expect("a revision"))), rest);
    }
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (verb, options) = verb.split_once('(').unwrap_or((verb, ""));
    let options = options.trim_end_matches(')').split(',').filter(|o| !o.is_empty()).collect();
    Line { actor, base, verb, options, rest }
}

pub(super) fn send(world: &mut World, text: &str) -> String {
    let line = parsed(text);
    match line.verb {
        "show" => return world.facts().trim_end().to_owned(),
        "now" => {
            let words: Vec<&str> = line.rest.split(' ').collect();
            let date = world.clock.day(words[0]).expect("a day");
            world.now = world.clock.span(date, &format!("{}-23:59", words[1])).start();
            return world.now.to_string();
        }
        "together" => return together(world, line.rest),
        _ => {}
    }
    let mut action = action_of(world, &line);
    // `ack` looks first and then answers for all it saw; `look` only remembers it for `ack-old`.
    let looks = line.options.iter().any(|option| matches!(*option, "ack" | "look"));
    let mut answer = attempt(world, line.actor.clone(), &action, looks);
    if looks {
        let found = answer::findings(&answer);
        world.acknowledged = found.iter().map(|finding| finding.fingerprint()).collect();
    }
    if line.options.contains(&"ack") {
        acknowledge(&mut action, world);
        answer = attempt(world, line.actor.clone(), &action, false);
    }
    answer::told(world, &answer)
}

/// Several command lines that stand or fall together.
fn together(world: &mut World, rest: &str) -> String {
    let lines = rest.split(" & ").map(parsed);
    let commands: Vec<_> =
        lines.map(|line| by(line.actor.clone(), action_of(world, &line))).collect();
    let answers = world.run_together(&commands);
    let told: Vec<_> = answers.iter().map(|(then, told)| answer::told(then, told)).collect();
    told.join("\n")
}

fn attempt(
    world: &mut World,
    actor: Option<AgentId>,
    action: &Action,
    is_trial: bool,
) -> Result<Decision, Rejection> {
    if is_trial { world.clone().run_as(actor, action) } else { world.run_as(actor, action) }
}

fn acknowledge(action: &mut Action, world: &World) {
    let fingerprints = acknowledged(world);
    if let Some(changed) = action.with_terms(|terms| terms.acknowledge = fingerprints.clone()) {
        *action = changed;
    } else if let Action::ApproveSwap { verdict, .. }
    | Action::RevertSwap { verdict, .. }
    | Action::ApproveTimeOff { verdict, .. } = action
    {
        verdict.acknowledge = fingerprints;
    }
}

/// The action a line stands for.
pub(super) fn action(world: &World, text: &str) -> Action {
    action_of(world, &parsed(text))
}

fn action_of(world: &World, line: &Line<'_>) -> Action {
    let (first, rest) = line.rest.split_once(' ').unwrap_or((line.rest, ""));
    let words: Vec<&str> = line.rest.split_whitespace().collect();
    let ground = world.at(line.base.unwrap_or(world.head().revision()));
    let terms = || terms(world, &line.options);
    let (id, swap, off) = (|| first.parse().expect("an id"), first.parse(), first.parse());
    let (swap, off) = (|| swap.clone().expect("an id"), || off.clone().expect("an id"));
    let week = || line.options.iter().find_map(|o| o.strip_prefix("week=")?.parse().ok());
    let week = week().unwrap_or(world.clock.week);
    let verdict = || Verdict { acknowledge: terms().acknowledge, reason: terms().reason };
    match line.verb {
        "edit" => {
            let (edits, mut terms) = (edits(world, ground, line.rest), terms());
            let stale = line.options.iter().find_map(|option| option.strip_prefix("stale="));
            terms.suspects = stale.map(|shift| suspects(&edits, shift)).unwrap_or_default();
            Action::EditShifts { edits, terms }
        }
        "draft" => Action::CreateDraft {
            id: id(),
            week,
            name: first.into(),
            base: line.base,
            edits: edits(world, ground, rest),
        },
        "redraft" => redraft(world, line, &id(), rest),
        "rebase" => Action::RebaseDraft(id()),
        "drop" => Action::DeleteDraft(id()),
        "publish" => Action::Publish { id: id(), terms: terms() },
        "document" => {
            let edits = edits(world, ground, rest);
            let (base, agents) = (line.base, owners(&edits));
            let (id, name) = (id(), first.into());
            Action::PublishDocument { id, week, name, base, edits, agents, terms: terms() }
        }
        "revert" => {
            let publication = Revision(first.parse().expect("a revision"));
            let before = Revision(publication.0 - 1);
            let edits = diff::inverse(world.at(before), world.at(publication));
            Action::Revert { week, publication, edits, terms: terms() }
        }
        "swap" => Action::OfferSwap(offer(world, &words)),
        "accept" => Action::AcceptSwap {
            id: swap(),
            agent: words[1].parse().expect("an agent"),
            shift: words.get(2).map(|shift| shift.parse().expect("a shift")),
        },
        "decline" => Action::DeclineSwap {
            id: swap(),
            agent: words.get(1).map(|agent| agent.parse().expect("an agent")),
        },
        "cancel" => Action::CancelSwap(swap()),
        "give-back" => Action::RevertSwap { id: swap(), verdict: verdict() },
        "expire" => Action::ExpireSwaps,
        "approve" => Action::ApproveSwap { id: swap(), verdict: verdict() },
        "deny" => Action::DenySwap { id: swap(), verdict: verdict() },
        "off" => Action::RequestTimeOff(fixture::request(world, words[0], &words[1..])),
        "change-off" => Action::ChangeTimeOff {
            id: off(),
            days: Some(fixture::days(world, &words[1..]).0),
            paid: None,
            paid_min: None,
            note: None,
        },
        "limit" => Action::PutTimeOffLimits(vec![fixture::limit(world, &words)]),
        "approve-off" => Action::ApproveTimeOff { id: off(), verdict: verdict() },
        "deny-off" => Action::DenyTimeOff { id: off(), verdict: verdict() },
        "cancel-off" => Action::CancelTimeOff(off()),
        _ => settled(world, line, &words),
    }
}

/// What is said of the unit itself and of its agents.
fn settled(world: &World, line: &Line<'_>, words: &[&str]) -> Action {
    match line.verb {
        "says" => Action::PutAvailability(availability::read(world, words[0], &words[1..])),
        "unsay" => Action::WithdrawAvailability {
            agent: words[0].parse().expect("an agent"),
            id: words[1].parse().expect("an id"),
        },
        "agent" => Action::PutAgents(vec![fixture::agent(world, words[0], &words[1..])]),
        "leave" => Action::AgentLeaves(words[0].parse().expect("an agent")),
        "rule" => Action::SetRules(fixture::rules(words)),
        "staff" => Action::PutStaffing(levels::staffing(world, line.rest)),
        "trunks" => Action::PutTrunks(levels::trunks(line.rest)),
        "seats" => Action::PutSites(levels::sites(line.rest)),
        "code" => Action::PutActivityCode(fixture::code(words[0], words[1], words[2], words[3])),
        other => panic!("{other}: a command?"),
    }
}

fn owners(edits: &Edits) -> Vec<AgentId> {
    let bodies = edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft));
    let all: std::collections::BTreeSet<_> = bodies.map(|body| body.owner.clone()).collect();
    all.into_iter().collect()
}

fn terms(world: &World, options: &[&str]) -> Terms {
    let mut terms = Terms::default();
    for option in options {
        match option.split_once('=') {
            None if *option == "atomic" => terms.mode = Mode::Atomic,
            None if *option == "ack-old" => terms.acknowledge.extend(acknowledged(world)),
            None => assert!(matches!(*option, "ack" | "look"), "{option}: an option?"),
            Some(("only", agents)) => {
                terms.only = Some(agents.split('+').map(|a| a.parse().expect("an id")).collect());
            }
            Some(("reason", reason)) => terms.reason = Some(reason.into()),
            Some(("rule", what)) => terms.acknowledge.push(rule(world, what)),
            Some(("keep", what)) => terms.resolutions.push(resolution(what)),
            Some(("stale", _)) => {}
            Some(_) => assert!(option.starts_with("week="), "{option}: an option?"),
        }
    }
    terms
}

/// Everything that edits change of a shift, as if it were from before somebody else's change.
fn suspects(edits: &Edits, shift: &str) -> Vec<Suspect> {
    let edit = edits.shifts.iter().find(|edit| edit.id.as_str() == shift);
    let of = |edit: &ShiftEdit| {
        let suspect = |atom| Suspect { shift_id: edit.id.clone(), atom };
        edit.atoms().into_iter().map(suspect).collect()
    };
    edit.map(of).unwrap_or_default()
}

fn acknowledged(world: &World) -> Vec<Acknowledgement> {
    world.acknowledged.iter().cloned().map(Acknowledgement::from).collect()
}

/// `REST_TIME_SHORT/agents=ana+ben/group=north/shifts=ana-mon/from=mon/until=tue/up-to=60`, each
/// part but the kind may be absent.
fn rule(world: &World, text: &str) -> Acknowledgement {
    let mut parts = text.split('/');
    let kind = fixture::kind(parts.next().expect("a kind"));
    let (mut place, mut up_to) = (AckWhere::default(), None);
    let day = |text: &str| world.clock.day(text).expect("a day");
    for part in parts {
        let (name, value) = part.split_once('=').expect("name=value");
        match name {
            "agents" => {
                let ids = value.split('+').map(|id| id.parse().expect("an agent"));
                place.agent_ids = Some(ids.collect());
            }
            "shifts" => {
                let ids = value.split('+').map(|id| id.parse().expect("a shift"));
                place.shift_ids = Some(ids.collect());
            }
            "group" => place.management_unit_id = Some(value.parse().expect("an id")),
            "from" => place.from = Some(day(value)),
            "until" => place.until = Some(day(value)),
            "up-to" => up_to = Some(value.parse().expect("a number")),
            _ => panic!("{part}: what is that of a rule?"),
        }
    }
    Acknowledgement::Rule(Box::new(AckRule { kind, place, up_to, reason: "by rule".into() }))
}

/// `yours/ana-mon/span`.
fn resolution(text: &str) -> Resolution {
    let [keep, shift, atom] = text.split('/').collect::<Vec<_>>()[..] else {
        panic!("{text}: side/shift/atom")
    };
    let keep = if keep == "yours" { Keep::Yours } else { Keep::Live };
    let atoms = [Atom::Exists].into_iter().chain(Atom::VALUED);
    let atom = atoms.into_iter().find(|a| format!("{a:?}").eq_ignore_ascii_case(atom));
    let shift_id = ShiftId::parse(shift).expect("an id");
    Resolution { shift_id, atom: atom.expect("an atom"), keep }
}

fn redraft(world: &World, line: &Line<'_>, id: &ScheduleId, rest: &str) -> Action {
    let then = world.at(line.base.unwrap_or(world.head().revision()));
    let draft = then.draft(id).expect("the draft was there");
    let ground = diff::drafted(world.at(draft.base), draft);
    let resolutions = terms(world, &line.options).resolutions;
    Action::EditDraft { id: id.clone(), edits: edits(world, &ground, rest), resolutions }
}

/// `ana mon 10:00-18:00 …; delete ben-tue; ana own mon 10:00-11:00 meeting; ana not mon …`.
fn edits(world: &World, ground: &Roster, text: &str) -> Edits {
    let mut edits = Edits::default();
    let mut own: BTreeMap<AgentId, CommitmentEdit> = BTreeMap::new();
    let pieces = text.split(';').map(|part| part.split_whitespace().collect::<Vec<_>>());
    for words in pieces.filter(|words| !words.is_empty()) {
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        match words[..] {
            ["delete", id] => {
                let id = ShiftId::parse(id).expect("an id");
                let base = ground.shift(&id).map(|shift| shift.body.clone());
                edits.shifts.push(ShiftEdit { id, base, draft: None });
                continue;
            }
            [_, kind @ ("own" | "not"), day, span, code] => {
                let date = world.clock.day(day).expect("a day");
                let (code, paid) = line::code(ground, code);
                let change = line::commitment(world.clock.span(date, span), code, paid);
                if kind == "own" { added.push(change) } else { removed.push(change) }
            }
            _ => {
                let line = world.clock.shift(ground, &words);
                let base = ground.shift(&line.id).map(|shift| shift.body.clone());
                let draft = Some(Arc::new(line.body));
                edits.shifts.push(ShiftEdit { id: line.id, base, draft });
                added = line.own;
            }
        }
        if !added.is_empty() || !removed.is_empty() {
            let agent: AgentId = words[0].parse().expect("an agent");
            let edit = own.entry(agent.clone()).or_insert_with(|| whole_week(world, ground, agent));
            edit.draft.retain(|c| !removed.contains(c));
            edit.draft.extend(added);
            edit.draft.sort();
        }
    }
    edits.commitments = own.into_values().collect();
    edits.normalized()
}

fn whole_week(world: &World, ground: &Roster, agent: AgentId) -> CommitmentEdit {
    let unit = ground.unit().expect("a fixture begins with its site");
    let within = unit.week(world.clock.week).expect("a week");
    let base: Vec<_> = ground.commitments_of(&agent, within).cloned().collect();
    CommitmentEdit { agent, within, draft: base.clone(), base }
}

/// `w1 ana-mon for ben-tue`, `w1 ana-mon to ben`, `w1 ana-mon`, `w1 ana for ben-tue`, or a round:
/// `w1 ana-mon round ben-tue round cleo-wed`, in which each gives to the next. More may follow:
/// `until sat`, `in wed`, `one sided`.
fn offer(world: &World, words: &[&str]) -> SwapOffer {
    let given = |word: &str| {
        let shift = ShiftId::parse(word).expect("an id");
        let owner = world.head().shift(&shift).map(|shift| shift.body.owner.clone());
        let known = AgentId::parse(word).ok().filter(|id| world.head().agent(id).is_some());
        match known {
            Some(agent) => Side { agent, shift: None },
            None => Side {
                agent: owner.unwrap_or_else(|| "nobody".parse().expect("an id")),
                shift: Some(shift),
            },
        }
    };
    let mut offer = SwapOffer::of(words[0].parse().expect("an id"), given(words[1]));
    let mut round = vec![given(words[1])];
    for pair in words[2..].chunks(2) {
        match pair {
            ["for", shift] => offer.receiver = Some(given(shift)),
            ["to", agent] => {
                let agent = agent.parse().expect("an agent");
                offer.receiver = Some(Side { agent, shift: None });
            }
            ["round", side] => round.push(given(side)),
            ["one", "sided"] => offer.one_sided = true,
            ["in", day] => {
                let day = world.clock.day(day).and_then(|day| world.clock.zone.day(day));
                offer.acceptable.extend(day);
            }
            ["until", day] => {
                let day = world.clock.day(day).expect("a day");
                offer.expires_at = Some(world.clock.zone.start_of_day(day));
            }
            _ => panic!("{pair:?}: what is that of a swap?"),
        }
    }
    if round.len() > 1 {
        let legs = round.iter().enumerate().map(|(n, side)| {
            let before = &round[(n + round.len() - 1) % round.len()];
            let (agent, gives) = (side.agent.clone(), side.shift.clone());
            Leg { agent, gives, receives: before.shift.clone() }
        });
        offer.legs = legs.collect();
    }
    offer
}
