use super::*;
use crate::parse;
use crate::testing::{json, roster, unit};

fn id(text: &str) -> ActivityCodeId {
    ActivityCodeId::parse(text).unwrap()
}

fn code(body: &str, name: &str) -> Result<ActivityCode, BadInput> {
    parse::<ActivityCodeIn>(body.as_bytes()).unwrap().code(id(name), &roster())
}

#[test]
fn a_new_code_is_as_its_category_has_it() {
    let coaching = code(r#"{"category":"Meeting","name":"Coaching"}"#, "coaching").unwrap();
    assert_eq!((&*coaching.name, coaching.paid), ("Coaching", true));
    assert_eq!((coaching.bound_to, coaching.counts_as_work), (BoundTo::Agent, true));
    let lunch = code(r#"{"category":"Meal","paid":true}"#, "lunch").unwrap();
    assert_eq!((&*lunch.name, lunch.paid, lunch.bound_to), ("lunch", true, BoundTo::Shift));
}

#[test]
fn a_new_code_needs_a_category() {
    assert_eq!(code("{}", "coaching").unwrap_err().pointer, "/category");
}

#[test]
fn a_default_code_can_be_changed_field_by_field() {
    let meal = code(r#"{"paid":true}"#, "Meal").unwrap();
    assert_eq!(meal, ActivityCode { paid: true, ..Category::Meal.default_code() });
}

#[test]
fn codes_that_were_read_can_be_sent_back() {
    for known in roster().codes() {
        let (name, unit) = (known.id.clone(), unit());
        let body = json(&ActivityCodeView::new(&unit.id, known.clone())).to_string();
        assert_eq!(code(&body, name.as_str()).unwrap(), known);
    }
}
