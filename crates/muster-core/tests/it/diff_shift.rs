//! From a change of one shift to edits.

use expect_test::{Expect, expect};
use muster_core::diff;
use muster_core::testing::{World, edits_text};

use crate::documents::{mint, shift_doc};

/// The edits that a change of one shift comes to.
fn check_shift(fixture: &str, line: &str, expected: Expect) {
    let world = World::of(fixture);
    let doc = shift_doc(&world, world.head(), line);
    match diff::shift(world.head(), &doc, &mut mint()) {
        Ok(edits) => expected.assert_eq(&edits_text(world.head(), &world.clock, &edits)),
        Err(rejection) => expected.assert_eq(&rejection.to_string().replace(": ", ":\n")),
    }
}

#[test]
fn one_shift_is_changed_where_it_is_said() {
    check_shift(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-12:30 lunch +vip
        ana own mon 14:00-15:00 meeting
        ",
        "ana mon 10:00-18:00 = id=ana-mon",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00 12:00-12:30 lunch +vip
                -> ana mon 10:00-18:00 13:00-13:30 lunch +vip
        "#]],
    );
}

#[test]
fn one_shift_given_to_another_agent_copies_no_meeting() {
    check_shift(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana own mon 14:00-15:00 meeting
        ben is skill=french
        ",
        "ben mon 09:00-17:00 = id=ana-mon",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> ben mon 09:00-17:00
        "#]],
    );
}

#[test]
fn a_new_shift_takes_the_id_it_is_given_or_a_fresh_one() {
    check_shift(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ",
        "ana tue 09:00-17:00 10:00-11:00 meeting +vip",
        expect![[r#"
              new-1: nothing
                -> ana tue 09:00-17:00 +vip
              ana own (tue 09:00-17:00): []
                -> [tue 10:00-11:00 meeting]
        "#]],
    );
}

#[test]
fn a_shift_as_long_as_none_may_be_is_refused() {
    check_shift(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ",
        "ana tue 09:00-17:00 [2881]",
        expect![[r#"
            /lengthMinutes:
            2881 is not within 1..=2880"#]],
    );
}
