//! What a unit asks of all agents together.

use serde::Serialize;

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{Answer, Sites, Staffing, Trunks};

impl Client {
    /// The required staff from one day or instant to another, with how many agents there are.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn staffing(
        &self,
        unit: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Answer<Staffing>, ClientError> {
        let query = Query::default().with("from", from).with("to", to);
        self.get(&format!("/businessunits/{unit}/staffing"), query).await
    }

    /// Requires staff: `{from, to, staffing: [{skill?, intervals: [{start, end, agents}]}]}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn set_staffing(
        &self,
        unit: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Staffing>, ClientError> {
        self.put(&format!("/businessunits/{unit}/staffing"), body).await
    }

    /// A unit's trunk groups.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn trunks(&self, unit: &str) -> Result<Answer<Trunks>, ClientError> {
        self.get(&format!("/businessunits/{unit}/trunks"), Query::default()).await
    }

    /// Sets all trunk groups: `{trunks: [{id, capacity, skills?, managementUnitIds?}]}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn set_trunks(
        &self,
        unit: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Trunks>, ClientError> {
        self.put(&format!("/businessunits/{unit}/trunks"), body).await
    }

    /// A unit's sites.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn sites(&self, unit: &str) -> Result<Answer<Sites>, ClientError> {
        self.get(&format!("/businessunits/{unit}/sites"), Query::default()).await
    }

    /// Sets all sites: `{sites: [{id, seats}]}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn set_sites(
        &self,
        unit: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Sites>, ClientError> {
        self.put(&format!("/businessunits/{unit}/sites"), body).await
    }
}
