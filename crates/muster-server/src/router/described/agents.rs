//! Agents, what they say of when they can work, and their calendars.

use muster_api::adherence::{SessionIn, SessionView};
use muster_api::agent::{AgentIn, AgentView, AgentsIn};
use muster_api::availability::{AvailabilityIn, AvailabilityView};
use muster_api::calendar::{CalendarIn, CalendarView};

use super::Group;
use super::operation::{delete, get, post, put};
use crate::http;

pub(super) fn agents() -> Group {
    let agent = r#"{"businessUnitId":"paris","name":"Ana","email":"ana@example.org",
                    "skills":[{"name":"fr"}]}"#;
    let agents = r#"{"agents":[{"id":"ana","businessUnitId":"paris","skills":[{"name":"fr"}]}]}"#;
    const OWN: &str = "$response.body#/id";
    let operations = vec![
        get("/agents", "listAgents", "The agents of a business unit")
            .query::<http::agents::Filter>()
            .pages::<AgentView<'_>>()
            .leads(&["getAgent", "getAgentSchedule"], &[("id", "$response.body#/entities/0/id")]),
        get("/agents/{id}", "getAgent", "An agent").shows::<AgentView<'_>>(),
        put("/agents/{id}", "putAgent", "Makes or changes an agent")
            .about(
                "What is absent stays as it was. Another `businessUnitId` moves the agent there.",
            )
            .takes::<AgentIn>(agent)
            .commands()
            .makes::<AgentView<'_>>()
            .leads(&["getAgent", "getAgentSchedule", "listSessions"], &[("id", OWN)])
            .leads(&["listOwnAvailability", "putAvailability", "makeCalendar"], &[("id", OWN)]),
        post("/agents/bulk", "putAgents", "Makes or changes many agents")
            .about("All are of one unit, and all or none are taken.")
            .takes::<AgentsIn>(agents)
            .commands()
            .lists::<AgentView<'_>>(),
        post("/agents/{id}/sessions", "openSession", "Opens a session of an agent")
            .about("Sessions are told to whoever asks, and never a reason to refuse an edit.")
            .may_take::<SessionIn>(r#"{"sessionId":"desk-1","kind":"desktop"}"#)
            .makes::<SessionView<'_>>()
            .leads(
                &["closeSession"],
                &[("id", "$request.path.id"), ("session", "$response.body#/sessionId")],
            )
            .leads(&["listSessions"], &[("id", "$response.body#/agentId")]),
        get("/agents/{id}/sessions", "listSessions", "An agent's open sessions")
            .lists::<SessionView<'_>>(),
        delete("/agents/{id}/sessions/{session}", "closeSession", "Closes a session").withdraws(),
    ];
    let about = "Who is scheduled.";
    Group { name: "Agents", about, operations }
}

pub(super) fn availability() -> Group {
    let said = r#"{"says":"UNAVAILABLE","weekly":{"daysOfWeek":["Friday"],"from":"18:00",
                   "to":"24:00"},"note":"evening school"}"#;
    let operations = vec![
        get("/businessunits/{id}/availability", "listAvailability", "What all agents say")
            .query::<http::availability::Filter>()
            .pages::<AvailabilityView<'_>>(),
        get("/agents/{id}/availability", "listOwnAvailability", "What an agent says")
            .lists::<AvailabilityView<'_>>(),
        get("/agents/{id}/availability/{said}", "getAvailability", "One thing an agent says")
            .shows::<AvailabilityView<'_>>(),
        put("/agents/{id}/availability/{said}", "putAvailability", "Says something")
            .about("The answer's `findings` are the agent's work that is against it.")
            .takes::<AvailabilityIn>(said)
            .commands()
            .makes::<AvailabilityView<'_>>()
            .leads(
                &["getAvailability", "withdrawAvailability"],
                &[("id", "$request.path.id"), ("said", "$response.body#/id")],
            ),
        delete("/agents/{id}/availability/{said}", "withdrawAvailability", "Takes it back")
            .commands()
            .withdraws(),
    ];
    let about = "What agents say of when they can, or would like to, work.";
    Group { name: "Availability", about, operations }
}

pub(super) fn calendar() -> Group {
    let operations = vec![
        get("/agents/{id}/calendar", "getCalendar", "Whether an agent has a calendar link")
            .about("The link itself was told once, to whoever had it made.")
            .answers::<CalendarView<'_>>(),
        post("/agents/{id}/calendar", "makeCalendar", "Makes an agent's calendar link")
            .about("One that stands is kept, unless `rotate` revokes it for a new one.")
            .may_take::<CalendarIn>(r#"{"rotate":true}"#)
            .makes::<CalendarView<'_>>(),
        delete("/agents/{id}/calendar", "revokeCalendar", "Revokes an agent's calendar link")
            .withdraws(),
    ];
    let about = "Secret links to agents' calendars, for the programs on their phones.";
    Group { name: "Calendars", about, operations }
}
