//! Answers as text: what was decided, and why not.

use crate::conflict::{Clash, Finding, Measure, Subject};
use crate::decide::{Decision, Held, Outcome, Published, Rejection};
use crate::id::AgentId;
use crate::roster::Roster;
use crate::shift::AtomValue;
use crate::testing::World;
use crate::testing::line::{Clock, written};
use crate::testing::print::{agent_name, own_words};

/// The findings that an answer carries.
pub(super) fn findings(answer: &Result<Decision, Rejection>) -> Vec<Finding> {
    match answer {
        Err(Rejection::Conflict { findings }) => findings.clone(),
        Err(_) => Vec::new(),
        Ok(decision) => match &decision.outcome {
            Outcome::Published(done) | Outcome::Edited(done) => {
                done.held.iter().flat_map(|held| held.findings.iter().cloned()).collect()
            }
            Outcome::Swap { findings, .. } | Outcome::TimeOff { findings, .. } => findings.clone(),
            Outcome::Availability { findings } => findings.clone(),
            Outcome::Done | Outcome::Draft { .. } => Vec::new(),
        },
    }
}

/// What is answered: the revision, the outcome, then a line for each finding.
pub(super) fn told(world: &World, answer: &Result<Decision, Rejection>) -> String {
    let (roster, clock) = (world.head(), &world.clock);
    let listed = |findings: &[Finding]| -> String {
        findings.iter().map(|f| format!("\n    {}", finding(roster, clock, f))).collect()
    };
    let decision = match answer {
        Err(Rejection::Conflict { findings }) => return format!("refused:{}", listed(findings)),
        Err(other) => return format!("refused:\n    {other}"),
        Ok(decision) => decision,
    };
    let revision = if decision.events.is_empty() {
        "no entry".to_owned()
    } else {
        format!("r{}", roster.revision())
    };
    let outcome = match &decision.outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Draft { id, merged } => {
            format!("draft {id}{}", if *merged { " merged" } else { "" })
        }
        Outcome::Published(done) => format!("published{}", published(roster, clock, done)),
        Outcome::Edited(done) => format!("edited{}", published(roster, clock, done)),
        Outcome::Swap { id, state, findings } => {
            format!("swap {id} {}{}", state.name(), listed(findings))
        }
        Outcome::Availability { findings } => format!("said{}", listed(findings)),
        Outcome::TimeOff { id, status, findings } => {
            format!("time off {id} {}{}", status.name(), listed(findings))
        }
    };
    format!("{revision}: {outcome}")
}

fn published(roster: &Roster, clock: &Clock, done: &Published) -> String {
    let Published { weeks: _, draft, published, merged, changed, held, warnings } = done;
    let names = |title: &str, agents: &[AgentId]| {
        let names: Vec<&str> = agents.iter().map(AgentId::as_str).collect();
        if names.is_empty() { String::new() } else { format!("{title} {}", names.join(" ")) }
    };
    let mut text = names("", published);
    text += &names(" | merged", merged);
    text += &if changed == published { String::new() } else { names(" | changed", changed) };
    text += &draft.as_ref().map_or(String::new(), |draft| format!(" | left in {draft}"));
    for Held { agents, findings } in held {
        text += &names("\n  held", agents);
        findings.iter().for_each(|f| text += &format!("\n    {}", finding(roster, clock, f)));
    }
    warnings.iter().for_each(|f| text += &format!("\n  {}", finding(roster, clock, f)));
    text
}

/// One finding: severity, kind, agent, subjects, time, and by how much.
pub(super) fn finding(roster: &Roster, clock: &Clock, finding: &Finding) -> String {
    let Finding {
        kind,
        severity,
        rule,
        agent,
        subjects,
        interval,
        magnitude,
        observed,
        limit,
        measure,
        clock_change_min,
        cost_min,
        clash,
        standing,
    } = finding;
    let subjects: Vec<String> = subjects.iter().map(|s| subject(roster, clock, s)).collect();
    let mut text = format!("{} {} {}", severity.name(), kind.name(), agent_name(agent.as_ref()));
    text += &rule.as_ref().map_or(String::new(), |rule| format!(" ({rule})"));
    text += &format!(" [{}]", subjects.join(", "));
    text += &interval.map_or(String::new(), |place| format!(" {}", clock.span_name(place)));
    let unit = match measure {
        Measure::Minutes => Some("min"),
        Measure::Days => Some("days"),
        Measure::Count => kind.is_level().then_some("agents"),
    };
    if let Some(unit) = unit {
        let limit = if *limit == 0 { String::new() } else { format!("/{limit}") };
        text += &format!(" {observed}{limit} {unit}");
    }
    if *magnitude != (observed - limit).abs() {
        text += &format!(" by {magnitude}");
    }
    text += &clock_change_min.map_or(String::new(), |change| format!(" clock {change:+}"));
    text += &cost_min.map_or(String::new(), |cost| format!(" costs {cost}"));
    text += if *standing { " standing" } else { "" };
    if let Some(clash) = clash {
        let Clash { atom, base, yours, live } = &**clash;
        let value = |v: &Option<AtomValue>| v.as_ref().map_or("?".into(), |v| value(clock, v));
        text +=
            &format!("\n        {atom:?}: {} -> {} | {}", value(base), value(yours), value(live));
    }
    text
}

fn subject(roster: &Roster, clock: &Clock, subject: &Subject) -> String {
    match subject {
        Subject::Shift(id) => id.to_string(),
        Subject::TimeOff(id) => id.to_string(),
        Subject::Swap(id) => format!("swap {id}"),
        Subject::Skill(name) => name.to_string(),
        Subject::Commitment(own) => own_words(roster, clock, own),
        Subject::ExternalId(system, id) => format!("{system}/{id}"),
        Subject::Trunk(id) => format!("trunk {id}"),
        Subject::Site(id) => format!("site {id}"),
        Subject::Availability(id) => id.to_string(),
    }
}

/// The value of an atom in a few words.
pub(super) fn value(clock: &Clock, value: &AtomValue) -> String {
    let maybe = |text: &Option<std::sync::Arc<str>>| text.as_deref().map_or("none".into(), written);
    match value {
        AtomValue::Exists(is) => if *is { "there" } else { "gone" }.to_owned(),
        AtomValue::Owner(owner) => owner.to_string(),
        AtomValue::Span(span) => clock.span_name(span.interval()),
        AtomValue::Activities(all) => {
            let word = |a: &crate::shift::Activity| {
                format!(
                    "{}+{} {}{}",
                    a.offset_min,
                    a.length_min,
                    a.code,
                    ["!", ""][a.paid as usize]
                )
            };
            format!("[{}]", all.iter().map(word).collect::<Vec<_>>().join(", "))
        }
        AtomValue::Site(text) | AtomValue::WorkPlan(text) | AtomValue::Note(text) => maybe(text),
        AtomValue::ExternalIds(ids) => {
            let ids: Vec<_> = ids.iter().map(|(system, id)| format!("{system}/{id}")).collect();
            format!("[{}]", ids.join(" "))
        }
        AtomValue::Tags(tags) => {
            let tags: Vec<_> = tags.iter().map(|tag| format!("+{tag}")).collect();
            format!("[{}]", tags.join(" "))
        }
    }
}
