//! Who changed what, when and why.

use reqwest::{Method, Response};

use super::Client;
use super::error::ClientError;
use super::transport::{DOWNLOAD_TIMEOUT, Query, refused};
use super::types::{Answer, AuditEntry, List};

/// Which entries; all of a unit, when nothing else is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuditOf<'a> {
    /// The unit; that of one of the ids, when absent.
    pub business_unit_id: Option<&'a str>,
    /// With changes of this agent, or of something of theirs.
    pub agent_id: Option<&'a str>,
    /// With changes of this shift.
    pub shift_id: Option<&'a str>,
    /// With changes of this swap, and by it.
    pub swap_id: Option<&'a str>,
    /// With changes of things of a kind, or of one: `rules`, `timeOff/t1`.
    pub entity: Option<&'a str>,
    /// By this client or agent.
    pub actor: Option<&'a str>,
    /// Not before this day or instant,
    pub from: Option<&'a str>,
    /// and before this one.
    pub to: Option<&'a str>,
    /// `newest` or `oldest` first.
    pub order: Option<&'a str>,
    /// Where a page starts.
    pub cursor: Option<&'a str>,
}

/// An answer that comes piece by piece.
#[derive(Debug)]
pub struct Download(Response);

impl Download {
    /// The next piece; `None` after the last one.
    ///
    /// # Errors
    /// [`ClientError`] when it breaks off.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        Ok(self.0.chunk().await?.map(|piece| piece.to_vec()))
    }
}

impl Client {
    /// A page of what happened in a unit, the newest first. It may be empty and not the last one:
    /// a request goes through so many entries and no more.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn audit(&self, which: AuditOf<'_>) -> Result<Answer<List<AuditEntry>>, ClientError> {
        let AuditOf { business_unit_id, agent_id, shift_id, swap_id, entity, .. } = which;
        let AuditOf { actor, from, to, order, cursor, .. } = which;
        let query = Query::default().with("businessUnitId", business_unit_id);
        let query = query.with("agentId", agent_id).with("shiftId", shift_id);
        let query = query.with("swapId", swap_id).with("entity", entity).with("actor", actor);
        let query = query.with("from", from).with("to", to).with("order", order);
        self.get("/audit", query.with("cursor", cursor)).await
    }

    /// What happened to a shift, the oldest first; a page that starts at a cursor.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn shift_history(
        &self,
        shift: &str,
        cursor: Option<&str>,
    ) -> Result<Answer<List<AuditEntry>>, ClientError> {
        let query = Query::default().with("cursor", cursor);
        self.get(&format!("/scheduling/shifts/{shift}/history"), query).await
    }

    /// A unit's ledger with its hash chain, as JSON Lines that `muster ledger verify` reads.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn audit_export(&self, unit: &str) -> Result<Download, ClientError> {
        let path = format!("/audit/export{}", Query::default().with("businessUnitId", Some(unit)));
        let request = self.request(Method::GET, &path).await?.timeout(DOWNLOAD_TIMEOUT);
        let response = request.send().await?;
        if response.status().is_success() {
            return Ok(Download(response));
        }
        let (status, headers) = (response.status(), response.headers().clone());
        Err(refused(status, &headers, &response.bytes().await?))
    }
}
