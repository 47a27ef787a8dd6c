use super::*;
use crate::parse;
use crate::testing::{agent, json, roster, unit};

fn read(body: &str, known: Option<&Agent>) -> Result<(Agent, Profile), BadInput> {
    let input: AgentIn = parse(body.as_bytes()).unwrap();
    input.agent(agent("ana"), &unit(), known, "/agents/3")
}

#[test]
fn an_agent_that_was_read_can_be_sent_back() {
    let (roster, unit) = (roster(), unit());
    let record = roster.agent(&agent("ana")).unwrap();
    let view = AgentView::new(&unit.id, record, Some("Ana"), None);
    let (sent, profile) = read(&json(&view).to_string(), Some(&record.agent)).unwrap();
    assert_eq!(sent, record.agent);
    assert_eq!((profile.name.as_deref(), profile.email), (Some("Ana"), Some(None)));
}

#[test]
fn what_is_absent_of_an_agent_stays() {
    let (roster, none) = (roster(), Profile { agent: agent("ana"), name: None, email: None });
    let known = &roster.agent(&agent("ana")).unwrap().agent;
    assert_eq!(read("{}", Some(known)).unwrap(), (known.clone(), none));
    let (changed, _) = read(r#"{"contract":null,"skills":[]}"#, Some(known)).unwrap();
    assert_eq!((changed.contract, changed.skills), (None, Vec::new()));
}

#[test]
fn a_new_agent_lives_in_the_units_zone_unless_told() {
    assert_eq!(read("{}", None).unwrap().0.zone.name(), "Europe/Paris");
    let (agent, _) = read(r#"{"timeZone":"Asia/Tokyo"}"#, None).unwrap();
    assert_eq!(agent.zone.name(), "Asia/Tokyo");
}

#[test]
fn skills_are_sorted_and_checked() {
    let (agent, _) = read(
        r#"{"skills":[{"name":"vip"},{"name":"fr","validFrom":"2026-01-01"},{"name":"vip"}]}"#,
        None,
    )
    .unwrap();
    let names: Vec<_> = agent.skills.iter().map(|skill| &*skill.name).collect();
    assert_eq!(names, ["fr", "vip"]);
    let error = read(
        r#"{"skills":[{"name":"fr","validFrom":"2026-02-01","validUntil":"2026-01-31"}]}"#,
        None,
    );
    assert_eq!(error.unwrap_err().pointer, "/agents/3/skills/0/validUntil");
}

#[test]
fn names_and_addresses_do_not_show_in_logs() {
    let (_, profile) = read(r#"{"name":"Ana","email":"ana@example.org"}"#, None).unwrap();
    assert_eq!(profile.email, Some(Some("ana@example.org".into())));
    assert_eq!(format!("{profile:?}"), "Profile { agent: ana, .. }");
}

#[test]
fn a_bulk_names_its_list() {
    let error = parse::<AgentsIn>(br#"{"agents":[{"id":"a"},{"id":"b","nick":"x"}]}"#);
    assert_eq!(error.unwrap_err().pointer, "/agents/1/nick");
}
