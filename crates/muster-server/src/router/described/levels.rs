//! What a unit asks of all agents together.

use muster_api::levels::{SitesIn, SitesView, StaffingIn, StaffingView, TrunksIn, TrunksView};

use super::Group;
use super::operation::{get, put};
use crate::http::query::During;

pub(super) fn levels() -> Group {
    let staffing = r#"{"from":"2026-03-30T06:00:00Z","to":"2026-03-30T20:00:00Z","staffing":[
        {"skill":"fr","intervals":[{"start":"2026-03-30T07:00:00Z","end":"2026-03-30T09:00:00Z",
        "agents":3}]}]}"#;
    let operations = vec![
        get("/businessunits/{id}/staffing", "getStaffing", "Required staff, and who is there")
            .about("By default for the unit's current week; from `from` on seven days.")
            .query::<During>()
            .shows::<StaffingView<'_>>()
            .of_the_past(),
        put("/businessunits/{id}/staffing", "putStaffing", "Sets required staff")
            .about("Sets the skills that it lists from `from` to `to`; the rest stays.")
            .takes::<StaffingIn>(staffing)
            .commands()
            .writes::<StaffingView<'_>>(),
        get("/businessunits/{id}/trunks", "getTrunks", "Groups of lines").shows::<TrunksView<'_>>(),
        put("/businessunits/{id}/trunks", "putTrunks", "Sets all groups of lines")
            .takes::<TrunksIn>(r#"{"trunks":[{"id":"dialer","capacity":40,"skills":["out"]}]}"#)
            .commands()
            .writes::<TrunksView<'_>>(),
        get("/businessunits/{id}/sites", "getSites", "Sites whose seats count")
            .shows::<SitesView<'_>>(),
        put("/businessunits/{id}/sites", "putSites", "Sets all sites whose seats count")
            .takes::<SitesIn>(r#"{"sites":[{"id":"Lyon","seats":60}]}"#)
            .commands()
            .writes::<SitesView<'_>>(),
    ];
    let about = "What is asked of all agents together: staff, lines, seats.";
    Group { name: "Levels", about, operations }
}
