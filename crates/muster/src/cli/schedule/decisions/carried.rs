//! What the publish itself carries: its terms, with the decisions that were made.

use serde_json::{Value, json};

/// The body of a publish, as decisions add to it.
#[derive(Debug)]
pub(super) struct Carried {
    body: Value,
    reasons: Vec<String>,
}

impl Carried {
    /// Terms to begin with, and why they are as they are.
    pub(super) fn new(body: Value, reason: Option<&str>) -> Self {
        Self { body, reasons: reason.map(str::to_owned).into_iter().collect() }
    }

    pub(super) fn body(&self) -> &Value {
        &self.body
    }

    /// Gives a reason; all of them are told in one.
    pub(super) fn because(&mut self, reason: String) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
        self.body["reason"] = json!(self.reasons.join("; "));
    }

    /// Answers for a finding.
    pub(super) fn acknowledge(&mut self, fingerprint: &Value) -> Result<(), String> {
        if self.reasons.is_empty() {
            return Err("who acknowledges says why: give a --reason".to_owned());
        }
        if !self.all("acknowledge").contains(fingerprint) {
            self.add("acknowledge", fingerprint.clone());
        }
        Ok(())
    }

    /// Decides a clash of values: `{shiftId, atom, keep}`.
    pub(super) fn resolve(&mut self, resolution: &Value) -> Result<(), String> {
        let is_same =
            |other: &&Value| ["shiftId", "atom"].iter().all(|n| other[*n] == resolution[*n]);
        match self.all("resolutions").iter().find(is_same) {
            None => self.add("resolutions", resolution.clone()),
            Some(other) if other["keep"] == resolution["keep"] => {}
            Some(other) => {
                let text = |name: &str| other[name].as_str().unwrap_or_default();
                let (shift, atom, keep) = (text("shiftId"), text("atom"), text("keep"));
                return Err(format!("{shift}/{atom}={keep} was decided before, this is the other"));
            }
        }
        Ok(())
    }

    /// Takes over what a remedy that publishes says.
    pub(super) fn follow(&mut self, remedy: &Value) -> Result<(), String> {
        for fingerprint in remedy["acknowledge"].as_array().into_iter().flatten() {
            self.acknowledge(fingerprint)?;
        }
        for resolution in remedy["resolutions"].as_array().into_iter().flatten() {
            self.resolve(resolution)?;
        }
        Ok(())
    }

    fn all(&self, member: &str) -> &[Value] {
        self.body[member].as_array().map_or(&[][..], Vec::as_slice)
    }

    fn add(&mut self, member: &str, value: Value) {
        let all = self.all(member).iter().cloned().chain([value]).collect();
        self.body[member] = Value::Array(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_said_once_and_not_without_a_reason() {
        let mut carried = Carried::new(json!({ "mode": "perAgent" }), None);
        assert!(carried.acknowledge(&json!("f.1")).unwrap_err().contains("--reason"));
        carried.because("agreed".to_owned());
        carried.because("agreed".to_owned());
        carried.because("quiet day".to_owned());
        let span = json!({ "shiftId": "s1", "atom": "span", "keep": "live" });
        let remedy = json!({ "acknowledge": ["f.1"], "resolutions": [span] });
        carried.follow(&remedy).unwrap();
        carried.follow(&remedy).unwrap();
        let body = json!({ "mode": "perAgent", "reason": "agreed; quiet day",
            "acknowledge": ["f.1"], "resolutions": [span] });
        assert_eq!(*carried.body(), body);
        let other = json!({ "shiftId": "s1", "atom": "span", "keep": "yours" });
        let error = carried.resolve(&other).unwrap_err();
        assert_eq!(error, "s1/span=live was decided before, this is the other");
    }
}
