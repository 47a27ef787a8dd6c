//! A typed client of the HTTP API.
//!
//! It sends a request again where [`Refusal::retry`] says that this helps: `merge` at once, `wait`
//! (and 429 and 503) when it is time, and what did not get through. `rebase` and `never` are for
//! the caller, who has to read again or to decide. Pauses are spread, and retries are a tenth of
//! all requests at most. Every command carries an `Idempotency-Key`, the same each time it is sent.

mod acknowledgements;
mod audit;
mod error;
mod levels;
mod names;
mod realtime;
mod registry;
mod retry;
mod schedules;
mod swaps;
mod time_off;
mod token;
mod transport;
mod types;
mod webhooks;

use std::sync::Arc;

pub use acknowledgements::AcknowledgementsOf;
pub use audit::{AuditOf, Download};
pub use error::{ClientError, ConflictIn, Refusal, RemedyIn};
pub use names::{EXPLAINED, Fingerprint, REMEDIES, is_kind};
pub use types::{
    Acknowledgement, Activity, Agent, AgentPlan, AgentSchedule, AgentWeek, Answer, AuditActor,
    AuditChange, AuditEntry, Availability, Calendar, ClockChange, ClockChanges, DoubtfulTime, Held,
    Job, List, OperationOutcome, Plan, Preferences, Published, Rule, RuleFlip, Rules, Schedule,
    ScheduleHead, Segment, Shift, SincePlan, Site, Sites, SkillStaffing, Staffed, Staffing, Swap,
    SwapSide, TimeOff, TrunkGroup, Trunks, Unit, Webhook, WebhookDelivery, Weekly,
};

use retry::Budget;
use token::Tokens;

/// A connection to a server, as one API client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    server: Arc<str>,
    tokens: Arc<Tokens>,
    budget: Arc<Budget>,
    /// Names the next command, so that it happens once however often it is sent; one is made up
    /// for each command, when absent.
    key: Option<Arc<str>>,
    if_match: Option<Arc<str>>,
    /// Writes are answered later, by a job.
    is_later: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { http: _, server, tokens: _, budget: _, key, if_match, is_later: _ } = self;
        let mut debug = f.debug_struct("Client");
        debug.field("server", server).field("key", key).field("if_match", if_match);
        debug.finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to a server such as `http://localhost:8080`, and gets a first token.
    ///
    /// # Errors
    /// [`ClientError`] when the server cannot be reached or refuses the credentials.
    pub async fn connect(url: &str, id: &str, secret: &str) -> Result<Self, ClientError> {
        let builder = reqwest::Client::builder()
            .connect_timeout(transport::CONNECT_TIMEOUT)
            .timeout(transport::TIMEOUT)
            .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")));
        Self::over(builder.build()?, url, id, secret).await
    }

    async fn over(
        http: reqwest::Client,
        url: &str,
        id: &str,
        secret: &str,
    ) -> Result<Self, ClientError> {
        let server: Arc<str> = Arc::from(url.trim_end_matches('/'));
        let tokens = Arc::new(Tokens::new(id, secret));
        tokens.get(&http, &server).await?;
        let budget = Arc::default();
        Ok(Self { http, server, tokens, budget, key: None, if_match: None, is_later: false })
    }

    /// The server's address, without a slash at its end.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The same connection, whose next command happens once however often it is sent. Use another
    /// key for another command.
    #[must_use]
    pub fn keyed(&self, key: &str) -> Self {
        Self { key: Some(Arc::from(key)), ..self.clone() }
    }

    /// The same connection, whose next write is answered by a job: [`Job`].
    #[must_use]
    pub fn later(&self) -> Self {
        Self { is_later: true, ..self.clone() }
    }

    /// The same connection, whose next write holds only if the target still has this tag.
    #[must_use]
    pub fn if_match(&self, tag: &str) -> Self {
        Self { if_match: Some(Arc::from(tag)), ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
