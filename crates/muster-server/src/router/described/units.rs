//! Business units, management units, activity codes, rules.

use muster_api::acknowledgement::AcknowledgementView;
use muster_api::activity::{ActivityCodeIn, ActivityCodeView};
use muster_api::rules::{RulesIn, RulesView};
use muster_api::unit::{ManagementUnitIn, ManagementUnitView, UnitIn, UnitView};

use super::Group;
use super::operation::{get, patch, post, put};
use crate::http::{acknowledgements, activity_codes, management_units};

const ID: &str = "$response.body#/id";

pub(super) fn units() -> Group {
    let unit = r#"{"id":"paris","name":"Paris","timeZone":"Europe/Paris"}"#;
    let group = r#"{"id":"north","businessUnitId":"paris","name":"North"}"#;
    let code = r#"{"businessUnitId":"paris","name":"Coaching","category":"Training","paid":true}"#;
    let operations = vec![
        get("/businessunits", "listBusinessUnits", "All business units")
            .finds_always()
            .lists::<UnitView<'_>>()
            .leads(&["getBusinessUnit", "getRules"], &[("id", "$response.body#/entities/0/id")]),
        post("/businessunits", "createBusinessUnit", "Makes a business unit")
            .about("Making the same unit again with the same `id` is 200.")
            .takes::<UnitIn>(unit)
            .commands()
            .makes::<UnitView<'_>>()
            .leads(&["getBusinessUnit", "changeBusinessUnit", "getRules"], &[("id", ID)])
            .leads(&["putRules", "getStaffing", "putStaffing", "putSites"], &[("id", ID)])
            .leads(&["listAgents", "listShifts", "listSchedules"], &[("businessUnitId", ID)]),
        get("/businessunits/{id}", "getBusinessUnit", "A business unit").shows::<UnitView<'_>>(),
        patch("/businessunits/{id}", "changeBusinessUnit", "Changes a business unit")
            .about("What is absent stays as it was.")
            .takes::<UnitIn>(r#"{"name":"Paris and Lyon"}"#)
            .commands()
            .writes::<UnitView<'_>>(),
        get("/managementunits", "listManagementUnits", "The management units of a business unit")
            .query::<management_units::Filter>()
            .pages::<ManagementUnitView<'_>>()
            .leads(&["getManagementUnit"], &[("id", "$response.body#/entities/0/id")]),
        post("/managementunits", "createManagementUnit", "Makes a management unit")
            .takes::<ManagementUnitIn>(group)
            .commands()
            .makes::<ManagementUnitView<'_>>()
            .leads(&["getManagementUnit", "changeManagementUnit"], &[("id", ID)]),
        get("/managementunits/{id}", "getManagementUnit", "A management unit")
            .shows::<ManagementUnitView<'_>>(),
        patch("/managementunits/{id}", "changeManagementUnit", "Changes a management unit")
            .about("What is absent stays as it was.")
            .takes::<ManagementUnitIn>(r#"{"name":"North and west"}"#)
            .commands()
            .writes::<ManagementUnitView<'_>>(),
        get("/activitycodes", "listActivityCodes", "The activity codes of a business unit")
            .about("A code for each of the eight categories exists from the start.")
            .query::<activity_codes::Filter>()
            .lists::<ActivityCodeView<'_>>(),
        put("/activitycodes/{id}", "putActivityCode", "Makes or changes an activity code")
            .about("What is absent stays as it was, or as its category has it.")
            .takes::<ActivityCodeIn>(code)
            .commands()
            .makes::<ActivityCodeView<'_>>(),
    ];
    let about = "Units, and what they plan with. A business unit has one ledger.";
    Group { name: "Units", about, operations }
}

pub(super) fn rules() -> Group {
    let rules = r#"{"rules":[{"kind":"REST_TIME_SHORT","severity":"block",
                    "params":{"minRestMinutes":660}}],"autoApprove":true}"#;
    let operations = vec![
        get("/businessunits/{id}/rules", "getRules", "A unit's rules").shows::<RulesView<'_>>(),
        put("/businessunits/{id}/rules", "putRules", "Sets the rules that it lists")
            .about("The rules that are not listed stay as they were.")
            .takes::<RulesIn>(rules)
            .commands()
            .writes::<RulesView<'_>>(),
        get(
            "/businessunits/{id}/acknowledgements",
            "listAcknowledgements",
            "What somebody answered for",
        )
        .about("The last word on each finding, the newest first.")
        .query::<acknowledgements::Filter>()
        .pages::<AcknowledgementView>(),
    ];
    let about = "What a unit looks for in its schedules, and how much it matters.";
    Group { name: "Rules", about, operations }
}
