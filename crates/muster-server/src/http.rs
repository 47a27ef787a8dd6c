//! HTTP: unpack, call, wrap. One file per resource; what they share is here.

pub(crate) mod acknowledgements;
pub(crate) mod activity_codes;
pub(crate) mod adherence;
pub(crate) mod agents;
pub(crate) mod audit;
pub(crate) mod availability;
pub(crate) mod bulk;
pub(crate) mod calendar;
pub(crate) mod docs;
pub(crate) mod events;
pub(crate) mod jobs;
pub(crate) mod levels;
pub(crate) mod management_units;
pub(crate) mod oauth;
pub(crate) mod operations;
pub(crate) mod rules;
pub(crate) mod schedules;
pub(crate) mod shifts;
pub(crate) mod swaps;
pub(crate) mod time_off;
pub(crate) mod units;
pub(crate) mod webhooks;

mod call;
pub(crate) mod intake;
pub(crate) mod once;
pub(crate) mod page;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod stale;
pub(crate) mod strict;
pub(crate) mod told;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use muster_core::command::Action;
use muster_core::decide::Rejection;
use muster_core::id::{CommandId, OrganizationId, UnitId};
use muster_core::{Revision, Roster};
use muster_ledger::{SubjectKind, UnitKey};
use tokio::sync::{Notify, watch};

use crate::access::Access;
use crate::admission::Gate;
use crate::clock::Clock;
use crate::desk::{Answer, Ask, Desk, DeskError};
use crate::error::ApiError;
use crate::limits;
use crate::realtime::Realtime;
use crate::settings::{AccessLog, Settings};
use crate::transport::Phase;
use crate::units::Units;
use crate::webhooks::Post;

use stale::Refused;

pub(crate) use call::{Call, KEY_LEN};
pub(crate) use page::Page;
pub(crate) use reply::{created, document, json, listed, problem, withdrawn, written};

/// What every handler can reach.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    access: Access,
    realtime: Realtime,
    refused: Refused,
    post: Post,
    settings: Settings,
    gate: Gate,
    phase: watch::Sender<Phase>,
    /// How often somebody has asked for the node's health.
    health_asked: AtomicU64,
    /// Somebody has something for the jobs' worker.
    jobs: Notify,
    /// The last field: it says when the ledger is free, and `access` has a handle too.
    units: Units,
}

impl App {
    /// Everything that handlers need.
    pub(crate) fn new(units: Units, access: Access, settings: Settings) -> Self {
        let phase = watch::Sender::new(Phase::Running);
        let post = Post::new(settings.webhooks.clone());
        let gate = Gate::new(&settings.admission, units.metrics().clone());
        let (realtime, refused, health_asked) = Default::default();
        let jobs = Notify::new();
        Self(Arc::new(Inner {
            units,
            access,
            realtime,
            refused,
            post,
            settings,
            gate,
            phase,
            health_asked,
            jobs,
        }))
    }

    /// Says how far the server is with ending. Whatever would go on for ever, such as a stream of
    /// events, ends when it stops.
    pub(crate) fn enter(&self, phase: Phase) {
        self.0.phase.send_replace(phase);
    }

    /// How far the server is with ending.
    pub(crate) fn phase(&self) -> Phase {
        *self.0.phase.borrow()
    }

    /// Comes back when the server is that far.
    pub(crate) async fn is_in(&self, phase: Phase) {
        // The sender lives as long as `self`.
        let _ = self.0.phase.subscribe().wait_for(|now| *now >= phase).await;
    }

    /// Comes back when the server stops.
    pub(crate) async fn closed(&self) {
        self.is_in(Phase::Stopping).await;
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether a request to a route is logged: of those that are asked all day long, some.
    pub(crate) fn is_logged(&self, route: &str) -> bool {
        let is_asked_often = matches!(route, "/healthz" | "/readyz" | "/metrics");
        let is_turn = || {
            let asked = self.0.health_asked.fetch_add(1, Ordering::Relaxed);
            asked.is_multiple_of(limits::HEALTH_LOGGED)
        };
        self.settings().access_log == AccessLog::On && (!is_asked_often || is_turn())
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Tells the jobs' worker, if it is here, that there is something to be done.
    pub(crate) fn wake_jobs(&self) {
        self.0.jobs.notify_one();
    }

    /// Comes back when there may be something to be done.
    pub(crate) async fn jobs_wanted(&self) {
        self.0.jobs.notified().await;
    }

    pub(crate) fn units(&self) -> &Units {
        &self.0.units
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }

    pub(crate) fn realtime(&self) -> &Realtime {
        &self.0.realtime
    }

    pub(crate) fn refused(&self) -> &Refused {
        &self.0.refused
    }

    /// What sends to webhooks.
    pub(crate) fn post(&self) -> &Post {
        &self.0.post
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.0.units.clock()
    }

    /// A fresh id of any kind. A request with a key gets the same ones when it is sent again, so
    /// that it finds what it made.
    pub(crate) fn mint<T: std::str::FromStr>(&self, call: &Call) -> T {
        let id = call.keyed_id().unwrap_or_else(|| self.clock().id());
        id.parse().unwrap_or_else(|_| unreachable!("minted ids are ids"))
    }

    /// The desk of a unit of the caller's organization, at least at the revision asked for.
    pub(crate) async fn desk(&self, call: &Call, unit: &UnitId) -> Result<Desk, ApiError> {
        let organization = call.caller.organization.clone();
        let key = UnitKey { organization, unit: unit.clone() };
        let desk = self.units().desk(&key).await?;
        let desk = desk.ok_or_else(|| ApiError::unknown("business unit", unit))?;
        desk.current().await?;
        call.ready(&desk).await?;
        Ok(call.shown(desk))
    }

    /// The desk of the unit that an id lives in, at least at the revision asked for.
    pub(crate) async fn desk_with(
        &self,
        call: &Call,
        kind: SubjectKind,
        id: &impl ToString,
    ) -> Result<Desk, ApiError> {
        let organization: &OrganizationId = &call.caller.organization;
        let known = self.units().desk_with(organization, kind, &id.to_string()).await?;
        let made = || call.stage.as_ref()?.desk_with(kind, &id.to_string());
        let desk = known.or_else(made).ok_or_else(|| ApiError::unknown(&kind.to_string(), id))?;
        call.ready(&desk).await?;
        Ok(call.shown(desk))
    }

    /// Whether the very request took effect before, as its key tells: nothing that happened since
    /// may keep it from its first answer.
    pub(crate) async fn is_replay(&self, desk: &Desk, call: &Call) -> Result<bool, ApiError> {
        match call.command_id() {
            Some(id) => Ok(desk.took_effect(&id).await?),
            None => Ok(false),
        }
    }

    /// Has a record put whole of which the client named a part: made from what is known of it
    /// now, and made again if somebody else was faster.
    pub(crate) async fn put(
        &self,
        desk: &Desk,
        call: &Call,
        make: impl Fn(&Roster) -> Result<Action, ApiError>,
    ) -> Result<Answer, ApiError> {
        loop {
            let ground = desk.head();
            let command = call.command(make(&ground)?);
            let id: CommandId = call.command_id().unwrap_or_else(|| self.mint(call));
            let ask = Ask { command, id, keyed: call.key_hash(), ground: Some(ground) };
            match call.decided(desk, ask).await {
                // Somebody else's put took effect: all together always get on.
                Err(DeskError::Moved) => {}
                Ok(answer) => return explained(answer, desk, call),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Has a command decided. A refusal comes back explained. To answer for findings takes a scope
    /// of its own.
    pub(crate) async fn ask(
        &self,
        desk: &Desk,
        call: &Call,
        action: Action,
    ) -> Result<Answer, ApiError> {
        if !action.acknowledged().is_empty() {
            call.caller.may("wfm:conflict:acknowledge")?;
        }
        let command = call.command(action);
        let id: CommandId = call.command_id().unwrap_or_else(|| self.mint(call));
        let ask = Ask { command, id, keyed: call.key_hash(), ground: None };
        let answer = call.decided(desk, ask).await?;
        if call.sent().is_put() {
            self.refused().note(desk.key(), &answer);
        }
        explained(answer, desk, call)
    }
}

fn explained(answer: Answer, desk: &Desk, call: &Call) -> Result<Answer, ApiError> {
    match &answer.result {
        Ok(_) => Ok(answer),
        Err(rejection) => {
            let mut error = ApiError::refused(&answer.command, rejection, &answer);
            if let Rejection::Changed { .. } = rejection {
                strict::explain(error.problem_mut(), &answer, &desk.key().unit, call.sent());
            }
            Err(error)
        }
    }
}

/// The state that a client had read, by the revision its token names: its base.
pub(crate) async fn base(desk: &Desk, token: Option<Revision>) -> Result<Roster, ApiError> {
    match token {
        Some(revision) => Ok(desk.at(revision).await?),
        None => Ok(desk.head()),
    }
}
