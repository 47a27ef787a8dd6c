use super::*;
use crate::parse;
use crate::testing::{done, json, roster, unit};

#[test]
fn a_unit_that_was_read_can_be_sent_back() {
    let roster = roster();
    let body = json(&UnitView::new(&roster).unwrap()).to_string();
    assert_eq!(
        body,
        "{\"id\":\"bu1\",\"name\":\"Paris\",\"startDayOfWeek\":\"Monday\",\
         \"timeZone\":\"Europe/Paris\",\"version\":1}"
    );
    let input: UnitIn = parse(body.as_bytes()).unwrap();
    assert_eq!(input.unit(unit().id, roster.unit()).unwrap(), unit());
}

#[test]
fn what_is_absent_of_a_unit_stays() {
    let input: UnitIn = parse(br#"{"name":"Lyon"}"#).unwrap();
    let changed = input.unit(unit().id, Some(&unit())).unwrap();
    assert_eq!(changed, BusinessUnit { name: "Lyon".into(), ..unit() });
}

#[test]
fn a_new_unit_needs_name_and_zone() {
    let pointer = |body: &str| {
        let input: UnitIn = parse(body.as_bytes()).unwrap();
        input.unit(unit().id, None).unwrap_err().pointer
    };
    assert_eq!(pointer(r#"{"timeZone":"UTC"}"#), "/name");
    assert_eq!(pointer(r#"{"name":"Lyon"}"#), "/timeZone");
}

#[test]
fn the_path_and_the_body_name_the_same_record() {
    let input: UnitIn = parse(br#"{"id":"bu2","name":"Lyon","timeZone":"UTC"}"#).unwrap();
    let error = input.unit(unit().id, None).unwrap_err();
    assert_eq!(error.to_string(), "/id: bu2 is not bu1, which the path names");
}

#[test]
fn a_management_unit_that_was_read_can_be_sent_back() {
    let mut roster = roster();
    let id = ManagementUnitId::parse("mu1").unwrap();
    let input: ManagementUnitIn = parse(br#"{"name":"Nights"}"#).unwrap();
    let made = input.management_unit(id.clone(), None).unwrap();
    done(&mut roster, muster_core::command::Action::PutManagementUnit(made.clone()));
    let known = roster.management_unit(&id).unwrap();
    let body = json(&ManagementUnitView::new(&unit().id, known)).to_string();
    let input: ManagementUnitIn = parse(body.as_bytes()).unwrap();
    assert_eq!(input.management_unit(id.clone(), None).unwrap(), made);
    let nameless: ManagementUnitIn = parse(b"{}").unwrap();
    assert_eq!(nameless.management_unit(id, None).unwrap_err().pointer, "/name");
}
