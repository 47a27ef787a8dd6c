//! The unit's own data: itself, management units, agents, activity codes, rules.

use crate::activity::ActivityCode;
use crate::agent::Agent;
use crate::conflict::Severity;
use crate::decide::swap::swaps_of_changed;
use crate::decide::{Decision, Outcome, Rejection, Thing};
use crate::entry::ReferenceKind;
use crate::event::Event;
use crate::id::AgentId;
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;
use crate::rule::{Rule, RuleKey, RuleSet, RuleSetting, RulesChange, Scope, Value};
use crate::unit::{BusinessUnit, ManagementUnit};

pub(super) fn unit_decision(id: &impl ToString, event: Option<Event>) -> Decision {
    let events = event.into_iter().collect();
    Decision::new(ReferenceKind::Unit, id, Outcome::Done).with(events)
}

pub(super) fn put_unit(roster: &Roster, unit: &BusinessUnit) -> Result<Decision, Rejection> {
    let known = roster.unit();
    if known.is_some_and(|known| known.id != unit.id) {
        return Err(Rejection::invalid("/id", &unit.id, "is not the id of this unit"));
    }
    if let Some(known) = known
        && (known.zone != unit.zone || known.first_day != unit.first_day)
        && (roster.weeks().next().is_some() || roster.drafts().next().is_some())
    {
        return Err(Rejection::NotNow {
            what: Thing::Unit,
            id: unit.id.to_string(),
            problem: "has schedules: its zone and first day of the week stay".to_owned(),
        });
    }
    let event = (known != Some(unit)).then(|| Event::UnitPut(unit.clone()));
    Ok(unit_decision(&unit.id, event))
}

pub(super) fn put_management_unit(
    roster: &Roster,
    unit: &ManagementUnit,
) -> Result<Decision, Rejection> {
    let known = roster.management_unit(&unit.id).map(|known| &known.value);
    let event = (known != Some(unit)).then(|| Event::ManagementUnitPut(unit.clone()));
    Ok(unit_decision(&unit.id, event))
}

pub(super) fn put_agents(
    roster: &Roster,
    agents: &[Agent],
    now: Instant,
) -> Result<Decision, Rejection> {
    let mut events = Vec::new();
    for agent in agents {
        check_agent(roster, agent)?;
        let known = roster.agent(&agent.id);
        if known.is_none_or(|record| record.left || record.agent != *agent) {
            events.push(Event::AgentPut(agent.clone()));
        }
    }
    events.extend(swaps_of_changed(roster, &events, now));
    let subject = agents.first().map(|agent| agent.id.to_string()).unwrap_or_default();
    Ok(Decision::new(ReferenceKind::Agents, &subject, Outcome::Done).with(events))
}

fn check_agent(roster: &Roster, agent: &Agent) -> Result<(), Rejection> {
    if agent.skills.len() > limits::SKILLS {
        let problem = format!("skills are more than {}", limits::SKILLS);
        return Err(Rejection::invalid("/skills", &agent.skills.len(), &problem));
    }
    match &agent.management_unit {
        Some(id) if roster.management_unit(id).is_none() => Err(Rejection::invalid(
            "/managementUnitId",
            id,
            "is not a management unit of this unit",
        )),
        _ => Ok(()),
    }
}

pub(super) fn agent_leaves(
    roster: &Roster,
    id: &AgentId,
    now: Instant,
) -> Result<Decision, Rejection> {
    let record = roster.agent(id).ok_or_else(|| Rejection::unknown(Thing::Agent, id))?;
    let mut events = Vec::new();
    if !record.left {
        events.push(Event::AgentLeft(id.clone()));
        events.extend(swaps_of_changed(roster, &events, now));
    }
    Ok(Decision::new(ReferenceKind::Agents, id, Outcome::Done).with(events))
}

pub(super) fn put_code(roster: &Roster, code: &ActivityCode) -> Result<Decision, Rejection> {
    let known = roster.code(&code.id);
    let event = (known.as_ref() != Some(code)).then(|| Event::ActivityCodePut(code.clone()));
    Ok(unit_decision(&code.id, event))
}

pub(super) fn set_rules(roster: &Roster, change: &RulesChange) -> Result<Decision, Rejection> {
    for setting in &change.put {
        check_setting(roster, setting)?;
    }
    let rules = roster.rules().changed(change);
    if rules.all().len() > limits::RULES {
        let problem = format!("are more than {}", limits::RULES);
        return Err(Rejection::invalid("/rules", &rules.all().len(), &problem));
    }
    check_floors(&rules)?;
    let event = (rules != *roster.rules()).then_some(Event::RulesSet(rules));
    let unit = roster.unit().map(|unit| unit.id.to_string()).unwrap_or_default();
    Ok(unit_decision(&unit, event))
}

fn check_setting(roster: &Roster, setting: &RuleSetting) -> Result<(), Rejection> {
    let RuleSetting { key, until, severity, params, statutory: _, source: _ } = setting;
    let kind = key.kind;
    let Some(rule) = Rule::of(kind) else {
        return Err(Rejection::invalid("/rules/kind", &kind.name(), "cannot be set"));
    };
    if !rule.allowed.contains(severity) {
        let allowed: Vec<_> = rule.allowed.iter().map(|severity| severity.name()).collect();
        let problem = format!("is not a severity {} can have: {}", kind.name(), allowed.join(", "));
        return Err(Rejection::invalid("/rules/severity", &severity.name(), &problem));
    }
    let is_usual = *key == RuleKey::of(kind) && until.is_none();
    if !(is_usual || rule.is_particular()) {
        let problem = "holds for the whole unit: it has no name, no scope and no dates";
        return Err(Rejection::invalid("/rules/kind", &kind.name(), problem));
    }
    if let Scope::ManagementUnit(id) = &key.scope
        && roster.management_unit(id).is_none()
    {
        let problem = "is not a management unit of this unit";
        return Err(Rejection::invalid("/rules/scope/managementUnitId", id, problem));
    }
    if let Some(until) = until.filter(|until| key.from.is_some_and(|from| *until < from)) {
        return Err(Rejection::invalid("/rules/effectiveUntil", &until, "is before effectiveFrom"));
    }
    params.iter().try_for_each(|(name, value)| check_param(rule, name, value))
}

fn check_param(rule: &Rule, name: &str, value: &Value) -> Result<(), Rejection> {
    let pointer = format!("/rules/params/{name}");
    let Some(param) = rule.params.iter().find(|param| param.name == name) else {
        let problem = "is not a parameter of this rule";
        return Err(Rejection::invalid(&pointer, value, problem));
    };
    match param.allowed.problem(value) {
        None => Ok(()),
        Some(problem) => Err(Rejection::invalid(&pointer, value, &problem)),
    }
}

/// What the law asks for is answered for by somebody at least, whoever it is set for.
fn check_floors(rules: &RuleSet) -> Result<(), Rejection> {
    let same =
        |a: &RuleSetting, b: &RuleSetting| (a.key.kind, &a.key.name) == (b.key.kind, &b.key.name);
    let mut statutory = rules.all().iter().filter(|setting| setting.statutory);
    let low = statutory.find_map(|law| {
        rules.all().iter().find(|other| same(law, other) && other.severity < Severity::Ack)
    });
    match low {
        None => Ok(()),
        Some(low) => {
            let problem = format!(
                "is below ack, and {} is statutory: set `statutory` to false first",
                low.key.kind.name()
            );
            Err(Rejection::invalid("/rules/severity", &low.severity.name(), &problem))
        }
    }
}
