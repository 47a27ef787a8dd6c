//! What is asked of all agents together: required staff, trunk groups, sites.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decide::registry::unit_decision;
use crate::decide::{Decision, Rejection};
use crate::event::Event;
use crate::instant::{Instant, Interval};
use crate::levels::{Capacities, Day, Need, Row, Site, StaffingChange, TrunkGroup, is_quarter};
use crate::limits;
use crate::roster::{Known, Roster};

fn decision(roster: &Roster, event: Option<Event>) -> Decision {
    let unit = roster.unit().map(|unit| unit.id.to_string()).unwrap_or_default();
    unit_decision(&unit, event)
}

pub(super) fn put_staffing(
    roster: &Roster,
    change: &StaffingChange,
    now: Instant,
) -> Result<Decision, Rejection> {
    check_span(change.during, "", now)?;
    check_size(change)?;
    let mut skills = BTreeSet::new();
    for (n, staffing) in change.skills.iter().enumerate() {
        let place = format!("/staffing/{n}");
        check_name(staffing.skill.as_ref(), &format!("{place}/skill"))?;
        if !skills.insert(&staffing.skill) {
            let skill = staffing.skill.as_deref().unwrap_or("everybody");
            return Err(Rejection::invalid(&format!("{place}/skill"), &skill, "is listed twice"));
        }
        check_needs(change.during, &staffing.needs, &place)?;
    }
    let levels = roster.levels();
    let rows = levels.required_after(change);
    let is_new = |row: &Row| levels.required.get(row).is_none();
    let fresh = rows.iter().filter(|(row, value)| !value.is_none() && is_new(row)).count();
    if levels.required.len() + fresh > limits::STAFFING_ROWS {
        let problem = format!(
            "more days of skills are more than {}: set those in the past to nothing first",
            limits::STAFFING_ROWS
        );
        return Err(Rejection::invalid("/staffing", &fresh, &problem));
    }
    let is_so = rows.iter().all(|(row, value)| match levels.required.get(row) {
        Some(known) => known.value == *value,
        None => value.is_none(),
    });
    Ok(decision(roster, (!is_so).then(|| Event::StaffingPut(change.clone()))))
}

fn check_size(change: &StaffingChange) -> Result<(), Rejection> {
    let needs: usize = change.skills.iter().map(|staffing| staffing.needs.len()).sum();
    if needs > limits::STAFFING_NEEDS {
        let problem = format!("intervals are more than {}", limits::STAFFING_NEEDS);
        return Err(Rejection::invalid("/staffing", &needs, &problem));
    }
    let days = Day::all(change.during).count() * change.skills.len();
    if days > limits::STAFFING_ROWS {
        let problem = format!("days of skills are more than {}", limits::STAFFING_ROWS);
        return Err(Rejection::invalid("/to", &days, &problem));
    }
    Ok(())
}

fn check_span(span: Interval, place: &str, now: Instant) -> Result<(), Rejection> {
    let reach = limits::HORIZON_DAYS;
    for (name, at) in [("from", span.start()), ("to", span.end())] {
        let pointer = format!("{place}/{name}");
        if !is_quarter(at) {
            return Err(Rejection::invalid(&pointer, &at, "is not at a quarter of an hour"));
        }
        if at < now.plus_days(-reach) || at > now.plus_days(reach) {
            let problem = format!("is more than {reach} days from now");
            return Err(Rejection::invalid(&pointer, &at, &problem));
        }
    }
    Ok(())
}

fn check_name(name: Option<&Arc<str>>, pointer: &str) -> Result<(), Rejection> {
    match name.filter(|name| name.is_empty()) {
        None => Ok(()),
        Some(_) => Err(Rejection::invalid(pointer, &"\"\"", "is empty")),
    }
}

fn check_needs(during: Interval, needs: &[Need], place: &str) -> Result<(), Rejection> {
    let mut taken: Vec<(Interval, usize)> = Vec::with_capacity(needs.len());
    for (n, need) in needs.iter().enumerate() {
        let place = format!("{place}/intervals/{n}");
        for (name, at) in [("start", need.during.start()), ("end", need.during.end())] {
            let pointer = format!("{place}/{name}");
            if !is_quarter(at) {
                return Err(Rejection::invalid(&pointer, &at, "is not at a quarter of an hour"));
            }
            if at < during.start() || at > during.end() {
                return Err(Rejection::invalid(&pointer, &at, "is outside from and to"));
            }
        }
        check_number(need.agents, &format!("{place}/agents"))?;
        taken.push((need.during, n));
    }
    taken.sort();
    match taken.windows(2).find(|pair| pair[0].0.overlaps(pair[1].0)) {
        None => Ok(()),
        Some(pair) => {
            let pointer = format!("{place}/intervals/{}/start", pair[1].1);
            let problem = format!("lies in the interval from {} already", pair[0].0.start());
            Err(Rejection::invalid(&pointer, &pair[1].0.start(), &problem))
        }
    }
}

fn check_number(number: u32, pointer: &str) -> Result<(), Rejection> {
    if number <= limits::LEVEL {
        return Ok(());
    }
    Err(Rejection::invalid(pointer, &number, &format!("is more than {}", limits::LEVEL)))
}

fn check_count(count: usize, pointer: &str) -> Result<(), Rejection> {
    if count <= limits::CAPACITIES {
        return Ok(());
    }
    Err(Rejection::invalid(pointer, &count, &format!("are more than {}", limits::CAPACITIES)))
}

/// What is set now, from the day of the unit's time on; nothing, if it is so already.
fn set<T: Clone + PartialEq>(
    all: Vec<T>,
    known: Option<&Known<Capacities<T>>>,
    now: Instant,
) -> Option<Capacities<T>> {
    let is_so = known.map_or(all.is_empty(), |known| known.value.all == all);
    (!is_so).then(|| Capacities { all, since: Day::of(now) })
}

pub(super) fn put_trunks(
    roster: &Roster,
    groups: &[TrunkGroup],
    now: Instant,
) -> Result<Decision, Rejection> {
    check_count(groups.len(), "/trunks")?;
    for (n, group) in groups.iter().enumerate() {
        let place = format!("/trunks/{n}");
        check_number(group.capacity, &format!("{place}/capacity"))?;
        for (m, skill) in group.skills.iter().enumerate() {
            check_name(Some(skill), &format!("{place}/skills/{m}"))?;
        }
        for (m, id) in group.management_units.iter().enumerate() {
            if roster.management_unit(id).is_none() {
                let pointer = format!("{place}/managementUnitIds/{m}");
                let problem = "is not a management unit of this unit";
                return Err(Rejection::invalid(&pointer, id, problem));
            }
        }
        for (name, count) in
            [("skills", group.skills.len()), ("managementUnitIds", group.management_units.len())]
        {
            if count > limits::SKILLS {
                let problem = format!("are more than {}", limits::SKILLS);
                return Err(Rejection::invalid(&format!("{place}/{name}"), &count, &problem));
            }
        }
        if groups[..n].iter().any(|other| other.id == group.id) {
            return Err(Rejection::invalid(&format!("{place}/id"), &group.id, "is listed twice"));
        }
    }
    let mut all = groups.to_vec();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let event = set(all, roster.levels().trunks(), now).map(Event::TrunksPut);
    Ok(decision(roster, event))
}

pub(super) fn put_sites(
    roster: &Roster,
    sites: &[Site],
    now: Instant,
) -> Result<Decision, Rejection> {
    check_count(sites.len(), "/sites")?;
    for (n, site) in sites.iter().enumerate() {
        let place = format!("/sites/{n}");
        check_name(Some(&site.id), &format!("{place}/id"))?;
        check_number(site.seats, &format!("{place}/seats"))?;
        if sites[..n].iter().any(|other| other.id == site.id) {
            return Err(Rejection::invalid(&format!("{place}/id"), &site.id, "is listed twice"));
        }
    }
    let mut all = sites.to_vec();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let event = set(all, roster.levels().sites(), now).map(Event::SitesPut);
    Ok(decision(roster, event))
}
