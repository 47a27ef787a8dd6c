//! A roster as plain data, for snapshots: origins become numbers in one table.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::activity::ActivityCode;
use crate::agent::Agent;
use crate::availability::Availability;
use crate::draft::{Draft, DraftStatus, Edits};
use crate::entry::{Origin, Source};
use crate::id::{AgentId, Revision, ScheduleId, ShiftId};
use crate::instant::Instant;
use crate::levels::{self, Capacities, Day, Levels, Meter, Quarters, Site, TrunkGroup};
use crate::limits;
use crate::roster::acknowledged::{self, AckImage};
use crate::roster::{AgentRecord, Gone, Known, Roster, Timeline, Week};
use crate::rule::RuleSet;
use crate::shift::{Commitment, Shift, ShiftBody, Span};
use crate::swap::{Swap, SwapOffer, SwapState};
use crate::time_off::{TimeOff, TimeOffLimit, TimeOffRequest, TimeOffStatus};
use crate::unit::{BusinessUnit, ManagementUnit};

/// The place of an origin in the table.
type Ref = u32;

/// A swap, where it stands, who has agreed and to what, and the entries that moved and made it.
type SwapImage = (SwapOffer, SwapState, Vec<AgentId>, Vec<Span>, Ref, Ref);

/// A request, where it stands, whether it was ever granted, and the entries that moved and made it.
type TimeOffImage = (TimeOffRequest, TimeOffStatus, bool, Ref, Ref);

/// A shift that is gone, or that its owner has no longer; what it was, and the entry that took it.
type LostImage = (ShiftId, Arc<ShiftBody>, Ref);

/// What of an agent's own came or went when, and the entry that last did so.
type Recommitted = (AgentId, Vec<(Instant, u32, Ref)>);

/// A live week: its first day, its schedule, the revision that last changed it, its publishes.
type WeekImage = (Date, ScheduleId, Revision, Vec<Revision>);

/// A roster as plain data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    revision: Revision,
    at: Instant,
    sources: Vec<Source>,
    unit: Option<(BusinessUnit, Ref)>,
    policy: Revision,
    rules: RuleSet,
    management_units: Vec<(ManagementUnit, Ref)>,
    codes: Vec<(ActivityCode, Ref)>,
    agents: Vec<(Agent, bool, Ref)>,
    shifts: Vec<(ShiftId, Arc<ShiftBody>, [Ref; 9])>,
    gone: Vec<LostImage>,
    lost: Vec<LostImage>,
    commitments: Vec<(AgentId, Vec<Commitment>, Option<Ref>)>,
    recommitted: Vec<Recommitted>,
    agent_weeks: Vec<(AgentId, Vec<(Date, Revision)>)>,
    weeks: Vec<WeekImage>,
    drafts: Vec<DraftImage>,
    time_off: Vec<TimeOffImage>,
    time_off_limits: Vec<(TimeOffLimit, Ref)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    availability: Vec<(Availability, Ref)>,
    swaps: Vec<SwapImage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    levels: Option<LevelsImage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    acknowledged: Vec<AckImage>,
}

/// What is asked of all agents together; what is counted follows from the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LevelsImage {
    required: Vec<(Day, Option<Arc<str>>, Quarters, Ref)>,
    required_version: Revision,
    trunks: Option<(Capacities<TrunkGroup>, Ref)>,
    sites: Option<(Capacities<Site>, Ref)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DraftImage {
    id: ScheduleId,
    week: Date,
    name: Arc<str>,
    base: Revision,
    edits: Edits,
    status: DraftStatus,
    origin: Ref,
}

/// Numbers origins in the order in which they are met.
#[derive(Default)]
struct Table {
    sources: Vec<Source>,
    places: BTreeMap<Revision, Ref>,
}

impl Table {
    fn place(&mut self, origin: &Origin) -> Ref {
        let next = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        *self.places.entry(origin.revision).or_insert_with(|| {
            self.sources.push((**origin).clone());
            next
        })
    }

    fn pair<T: Clone>(&mut self, known: &Known<T>) -> (T, Ref) {
        (known.value.clone(), self.place(&known.origin))
    }
}

impl Image {
    /// The image of a roster. Deleted shifts that no base within its retention can speak of are
    /// left out, and what agents had before their calendars begin.
    #[must_use]
    pub fn of(roster: &Roster) -> Self {
        let mut table = Table::default();
        let t = &mut table;
        let horizon = roster.at.plus_days(-limits::BASE_RETENTION_DAYS);
        let kept = roster.gone.iter().filter(|(_, gone)| gone.origin.at >= horizon);
        let said = roster.timelines.values().flat_map(|timeline| timeline.availability.values());
        let image = Self {
            revision: roster.revision,
            at: roster.at,
            sources: Vec::new(),
            unit: roster.unit.as_ref().map(|unit| t.pair(unit)),
            policy: roster.policy,
            rules: (*roster.rules).clone(),
            management_units: roster.management_units.values().map(|u| t.pair(u)).collect(),
            codes: roster.codes.values().map(|code| t.pair(code)).collect(),
            agents: roster
                .agents
                .values()
                .map(|r| (r.agent.clone(), r.left, t.place(&r.origin)))
                .collect(),
            shifts: roster
                .shifts
                .values()
                .map(|s| (s.id.clone(), s.body.clone(), s.origins.each_ref().map(|o| t.place(o))))
                .collect(),
            gone: kept.map(|(id, g)| (id.clone(), g.body.clone(), t.place(&g.origin))).collect(),
            lost: lost(roster, t),
            commitments: commitments(roster, t),
            recommitted: recommitted(roster, t),
            agent_weeks: agent_weeks(roster),
            weeks: roster
                .weeks()
                .map(|w| {
                    (w.first, w.id.clone(), w.version, w.publications.iter().copied().collect())
                })
                .collect(),
            drafts: roster.drafts().map(|draft| draft_image(draft, t)).collect(),
            time_off: roster
                .all_time_off()
                .map(|o| {
                    let (origin, asked) = (t.place(&o.origin), t.place(&o.asked));
                    (o.request.clone(), o.status, o.was_approved, origin, asked)
                })
                .collect(),
            time_off_limits: roster.time_off_limits().map(|limit| t.pair(limit)).collect(),
            availability: said.map(|known| t.pair(known)).collect(),
            swaps: roster
                .swaps()
                .map(|s| {
                    let (origin, offered) = (t.place(&s.origin), t.place(&s.offered));
                    let (offer, accepted) = (s.offer.clone(), s.accepted.clone());
                    (offer, s.state, accepted, s.terms.clone(), origin, offered)
                })
                .collect(),
            levels: levels_image(&roster.levels, t),
            acknowledged: acknowledged::image(roster, |origin| t.place(origin)),
        };
        Self { sources: table.sources, ..image }
    }

    /// The roster it is the image of; `None` when it points at origins it does not have.
    #[must_use]
    pub fn roster(self) -> Option<Roster> {
        let origins: Vec<Origin> = self.sources.into_iter().map(Origin::from).collect();
        let at = |place: Ref| origins.get(usize::try_from(place).ok()?).cloned();
        let mut roster = Roster {
            policy: self.policy,
            rules: Arc::new(self.rules),
            unit: match self.unit {
                Some((value, place)) => Some(known(value, at(place)?)),
                None => None,
            },
            ..Roster::default()
        };
        for (value, place) in self.management_units {
            roster.management_units.insert(value.id.clone(), known(value, at(place)?));
        }
        for (value, place) in self.codes {
            roster.codes.insert(value.id.clone(), known(value, at(place)?));
        }
        for (agent, left, place) in self.agents {
            let record = AgentRecord { agent, left, origin: at(place)? };
            roster.agents.insert(record.agent.id.clone(), Arc::new(record));
        }
        for (id, body, places) in self.shifts {
            let origins: Option<Vec<Origin>> = places.into_iter().map(at).collect();
            let shift = Shift { id, body, origins: origins?.try_into().ok()? };
            roster.insert_shift(Arc::new(shift), Revision::ZERO);
        }
        for (id, body, place) in self.gone {
            roster.gone.insert(id, Arc::new(Gone { body, origin: at(place)? }));
        }
        restore_lost(&mut roster, self.lost, at)?;
        restore_recommitted(&mut roster, self.recommitted, at)?;
        for (agent, commitments, place) in self.commitments {
            let timeline = roster.timeline(&agent);
            timeline.commitments = commitments.into_iter().collect();
            timeline.committed = match place {
                Some(place) => Some(at(place)?),
                None => None,
            };
        }
        for (value, place) in self.time_off_limits {
            roster.time_off_limits.insert(value.id.clone(), known(value, at(place)?));
        }
        for (value, place) in self.availability {
            roster.put_availability(known(value, at(place)?));
        }
        for (offer, state, accepted, terms, origin, offered) in self.swaps {
            let (origin, offered) = (at(origin)?, at(offered)?);
            roster.put_swap(Swap { offer, state, accepted, terms, origin, offered });
        }
        for (request, status, was_approved, origin, asked) in self.time_off {
            let (origin, asked) = (at(origin)?, at(asked)?);
            roster.insert_time_off(TimeOff { request, status, was_approved, origin, asked });
        }
        for draft in self.drafts {
            let origin = at(draft.origin)?;
            roster.insert_draft(draft.restored(&origin));
        }
        // Last: putting shifts in place has touched the weeks they lie in.
        for (agent, weeks) in self.agent_weeks {
            roster.timeline(&agent).weeks = weeks.into_iter().collect();
        }
        restore_weeks(&mut roster, self.weeks);
        if let Some(image) = self.levels {
            roster.levels = image.restored(at)?;
            roster.levels.counts = levels::counted(&roster);
        }
        roster.acknowledgements = acknowledged::restored(self.acknowledged, at)?;
        roster.revision = self.revision;
        roster.at = self.at;
        Some(roster)
    }

    /// The SHA-256 of the image: equal states have equal hashes, on any node.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(serde_json::to_vec(self).expect("images are plain data")).into()
    }
}

fn restore_weeks(roster: &mut Roster, weeks: Vec<WeekImage>) {
    for (first, id, version, publications) in weeks {
        roster.schedules.insert(id.clone(), first);
        let publications = publications.into_iter().collect();
        roster.weeks.insert(first, Arc::new(Week { first, id, version, publications }));
    }
}

fn restore_lost(
    roster: &mut Roster,
    lost: Vec<LostImage>,
    at: impl Fn(Ref) -> Option<Origin>,
) -> Option<()> {
    for (id, body, place) in lost {
        let timeline = roster.timeline(&body.owner);
        timeline.lost.insert(id, Arc::new(Gone { body, origin: at(place)? }));
    }
    Some(())
}

fn restore_recommitted(
    roster: &mut Roster,
    recommitted: Vec<Recommitted>,
    at: impl Fn(Ref) -> Option<Origin>,
) -> Option<()> {
    for (agent, changes) in recommitted {
        let timeline = roster.timeline(&agent);
        for (start, length_min, place) in changes {
            timeline.recommitted.insert((start, length_min), at(place)?);
        }
    }
    Some(())
}

fn known<T>(value: T, origin: Origin) -> Arc<Known<T>> {
    Arc::new(Known { value, origin })
}

impl LevelsImage {
    fn restored(self, at: impl Fn(Ref) -> Option<Origin>) -> Option<Levels> {
        let mut levels = Levels { required_version: self.required_version, ..Levels::default() };
        for (day, skill, value, place) in self.required {
            let known = Known { value, origin: at(place)? };
            levels.required.insert((day, Meter::Staff(skill)), Arc::new(known));
        }
        if let Some((value, place)) = self.trunks {
            levels.trunks = Some(Arc::new(Known { value, origin: at(place)? }));
        }
        if let Some((value, place)) = self.sites {
            levels.sites = Some(Arc::new(Known { value, origin: at(place)? }));
        }
        Some(levels)
    }
}

impl DraftImage {
    fn restored(self, origin: &Origin) -> Draft {
        let mut draft = Draft::empty(&self.id, self.week, &self.name, self.base, origin);
        draft.put(&self.edits);
        draft.status = self.status;
        draft
    }
}

/// Nothing, for a unit that has never asked for anything.
fn levels_image(levels: &Levels, table: &mut Table) -> Option<LevelsImage> {
    let Levels { required, required_version, trunks, sites, counts: _ } = levels;
    let is_unset = *required_version == Revision::ZERO && trunks.is_none() && sites.is_none();
    let rows = required.iter().filter_map(|((day, meter), known)| {
        let Meter::Staff(skill) = meter else { return None };
        let (quarters, place) = table.pair(known);
        Some((*day, skill.clone(), quarters, place))
    });
    let required = rows.collect();
    (!is_unset).then(|| LevelsImage {
        required,
        required_version: *required_version,
        trunks: trunks.as_ref().map(|known| table.pair(known)),
        sites: sites.as_ref().map(|known| table.pair(known)),
    })
}

fn draft_image(draft: &Draft, table: &mut Table) -> DraftImage {
    DraftImage {
        id: draft.id.clone(),
        week: draft.week,
        name: draft.name.clone(),
        base: draft.base,
        edits: draft.edits(),
        status: draft.status.clone(),
        origin: table.place(&draft.origin),
    }
}

fn commitments(roster: &Roster, table: &mut Table) -> Vec<(AgentId, Vec<Commitment>, Option<Ref>)> {
    let committed = roster.timelines.iter().filter(|(_, t)| t.committed.is_some());
    committed
        .map(|(agent, t)| {
            let place = t.committed.as_ref().map(|origin| table.place(origin));
            (agent.clone(), t.commitments.iter().cloned().collect(), place)
        })
        .collect()
}

/// Before the first instant that a calendar may still show: they begin with a day, and the clock is
/// never before the unit's time.
fn calendars_begin(roster: &Roster) -> Instant {
    roster.at.plus_days(-limits::CALENDAR_BACK_DAYS - 1)
}

fn lost(roster: &Roster, table: &mut Table) -> Vec<LostImage> {
    let begin = calendars_begin(roster);
    let lost = roster.timelines.values().flat_map(|timeline| &timeline.lost);
    let shown = lost.filter(|(_, gone)| gone.body.span.end() > begin);
    shown.map(|(id, gone)| (id.clone(), gone.body.clone(), table.place(&gone.origin))).collect()
}

fn recommitted(roster: &Roster, table: &mut Table) -> Vec<Recommitted> {
    // Something that began a while before a shift may reach into it, and that shift into calendars.
    let begin = calendars_begin(roster).plus_min(-2 * i64::from(limits::SHIFT_MIN));
    let of = |(agent, timeline): (&AgentId, &Arc<Timeline>)| {
        let shown = timeline.recommitted.range((begin, 0)..);
        let changes = shown.map(|((start, len), origin)| (*start, *len, table.place(origin)));
        (agent.clone(), changes.collect::<Vec<_>>())
    };
    roster.timelines.iter().map(of).filter(|(_, changes)| !changes.is_empty()).collect()
}

fn agent_weeks(roster: &Roster) -> Vec<(AgentId, Vec<(Date, Revision)>)> {
    let weeks = |t: &crate::roster::Timeline| t.weeks.iter().map(|(w, r)| (*w, *r)).collect();
    let timelines = roster.timelines.iter().filter(|(_, t)| !t.weeks.is_empty());
    timelines.map(|(agent, t)| (agent.clone(), weeks(t))).collect()
}
