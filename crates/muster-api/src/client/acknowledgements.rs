//! What somebody answered for.

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{Acknowledgement, Answer, List};

/// Which acknowledgements; all, when nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AcknowledgementsOf<'a> {
    /// Of this agent's findings.
    pub agent_id: Option<&'a str>,
    /// Of findings of this kind.
    pub kind: Option<&'a str>,
    /// Of findings that are not over before this day or instant.
    pub from: Option<&'a str>,
    /// Of findings that begin before this day or instant.
    pub to: Option<&'a str>,
    /// Where a page starts.
    pub cursor: Option<&'a str>,
}

impl Client {
    /// A page of the findings that somebody answered for, the newest first.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn acknowledgements(
        &self,
        unit: &str,
        which: AcknowledgementsOf<'_>,
    ) -> Result<Answer<List<Acknowledgement>>, ClientError> {
        let AcknowledgementsOf { agent_id, kind, from, to, cursor } = which;
        let query = Query::default().with("agentId", agent_id).with("kind", kind);
        let query = query.with("from", from).with("to", to).with("cursor", cursor);
        self.get(&format!("/businessunits/{unit}/acknowledgements"), query).await
    }
}
