//! From whole documents to edits: which shift is meant, what is left as it was.

use expect_test::{Expect, expect};
use muster_core::diff;
use muster_core::draft::Edits;
use muster_core::testing::{World, edits_text};

use crate::documents::{docs, mint};

fn told(world: &World, edits: &Edits) -> String {
    edits_text(world.head(), &world.clock, edits)
}

/// The edits that lead to a document; once they are applied, none are left.
fn check_diff(fixture: &str, document: &str, expected: Expect) {
    let world = World::of(fixture);
    let docs = docs(&world, document);
    let mut mint = mint();
    match diff::week(world.head(), world.clock.week, &docs, &mut mint) {
        Ok(edits) => {
            expected.assert_eq(&told(&world, &edits));
            let after = diff::applied(world.head(), &edits);
            let again = diff::week(&after, world.clock.week, &docs, &mut mint);
            assert_eq!(told(&world, &again.expect("it was read before")), "", "once applied");
        }
        Err(rejection) => expected.assert_eq(&rejection.to_string().replace(": ", ":\n")),
    }
}

#[test]
fn a_document_of_what_is_there_changes_nothing() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-12:30 lunch +vip note=hello
        ana own mon 14:00-15:00 meeting
        ",
        "
        ana mon 09:00-17:00 12:00-12:30 lunch 14:00-15:00 meeting
        ",
        expect![""],
    );
}

#[test]
fn a_shift_is_found_by_its_id_wherever_it_moved() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ",
        "
        ana fri 12:00-20:00 id=ana-mon
        ana tue 09:00-17:00
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> ana fri 12:00-20:00
        "#]],
    );
}

#[test]
fn a_shift_is_found_by_an_id_of_another_system() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00 ext=verint/7
        ana mon 18:00-20:00 id=late
        ",
        "
        ana fri 12:00-20:00 ext=verint/7
        ana mon 18:00-20:00
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00 ext=verint/7
                -> ana fri 12:00-20:00 ext=verint/7
        "#]],
    );
}

#[test]
fn a_shift_without_an_id_is_the_one_it_overlaps_most_on_its_day() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-13:00 id=morning
        ana mon 14:00-18:00 id=evening
        ",
        "
        ana mon 10:00-15:00
        ana mon 15:00-19:00
        ",
        expect![[r#"
              evening: ana mon 14:00-18:00
                -> ana mon 15:00-19:00
              morning: ana mon 09:00-13:00
                -> ana mon 10:00-15:00
        "#]],
    );
}

#[test]
fn a_shift_on_another_day_is_another_shift() {
    check_diff(
        "
        site Europe/Paris
        ana mon 22:00-06:00
        ",
        "
        ana tue 00:00-06:00
        ",
        expect![[r#"
              ana-mon: ana mon 22:00-06:00
                -> nothing
              new-1: nothing
                -> ana tue 00:00-06:00
        "#]],
    );
}

#[test]
fn a_shift_that_overlaps_none_is_new_and_what_is_not_listed_goes() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-12:00
        ana tue 09:00-17:00 +vip
        ",
        "
        ana mon 13:00-17:00
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-12:00
                -> nothing
              ana-tue: ana tue 09:00-17:00 +vip
                -> nothing
              new-1: nothing
                -> ana mon 13:00-17:00
        "#]],
    );
}

#[test]
fn agents_that_are_not_listed_are_left_alone() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        ",
        "
        ana
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> nothing
        "#]],
    );
}

#[test]
fn shifts_of_other_weeks_are_left_alone() {
    check_diff(
        "
        site Europe/Paris
        ana 2026-03-15 22:00-06:00 id=before
        ana mon 09:00-17:00
        ana 2026-03-23 09:00-17:00 id=after
        ",
        "
        ana
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> nothing
        "#]],
    );
}

#[test]
fn absent_fields_stay_and_empty_ones_are_emptied() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-12:30 lunch +vip note=hello site=x plan=y ext=v/7
        ana tue 09:00-17:00 12:00-12:30 lunch +vip note=hello site=x plan=y ext=v/8
        ",
        "
        ana mon 10:00-18:00 =
        ana tue 09:00-17:00 -note -tags -ext id=ana-tue
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00 12:00-12:30 lunch +vip note=hello site=x plan=y ext=v/7
                -> ana mon 10:00-18:00 13:00-13:30 lunch +vip note=hello site=x plan=y ext=v/7
              ana-tue: ana tue 09:00-17:00 12:00-12:30 lunch +vip note=hello site=x plan=y ext=v/8
                -> ana tue 09:00-17:00 site=x plan=y
        "#]],
    );
}

#[test]
fn a_shift_listed_under_another_agent_changes_hands() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ",
        "
        ben mon 09:00-17:00 id=ana-mon
        ben tue 09:00-17:00
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> ben mon 09:00-17:00
        "#]],
    );
}

#[test]
fn a_shift_that_changes_hands_leaves_the_meetings_of_its_old_owner_behind() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana own mon 10:00-11:00 meeting
        ben own mon 12:00-13:00 training
        ",
        "
        ben mon 09:00-17:00 = id=ana-mon
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> ben mon 09:00-17:00
        "#]],
    );
}

#[test]
fn a_meeting_moves_with_its_place_in_the_document() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-12:30 lunch
        ana own mon 10:00-11:00 meeting
        ",
        "
        ana mon 09:00-17:00 12:00-12:30 lunch 11:00-12:00 meeting
        ",
        expect![[r#"
              ana own (mon 00:00-00:00 [10080]): [mon 10:00-11:00 meeting]
                -> [mon 11:00-12:00 meeting]
        "#]],
    );
}

#[test]
fn a_meeting_stays_at_its_time_when_only_the_shift_is_said_to_move() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana own mon 10:00-11:00 meeting
        ",
        "
        ana mon 08:00-16:00 =
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00
                -> ana mon 08:00-16:00
        "#]],
    );
}

#[test]
fn a_lunch_under_a_meeting_keeps_its_whole_length() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-13:00 lunch
        ana own mon 12:30-13:30 meeting
        ",
        "
        ana mon 09:00-17:00 12:00-12:30 lunch 12:30-13:30 meeting +vip
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00 12:00-13:00 lunch
                -> ana mon 09:00-17:00 12:00-13:00 lunch +vip
        "#]],
    );
}

#[test]
fn a_lunch_that_a_meeting_cut_stays_cut_if_the_document_says_so() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-13:00 lunch
        ana own mon 12:30-13:30 meeting
        ",
        "
        ana mon 09:00-17:00 12:00-12:30 lunch
        ",
        expect![[r#"
              ana-mon: ana mon 09:00-17:00 12:00-13:00 lunch
                -> ana mon 09:00-17:00 12:00-12:30 lunch
              ana own (mon 00:00-00:00 [10080]): [mon 12:30-13:30 meeting]
                -> []
        "#]],
    );
}

#[test]
fn a_meeting_in_no_shift_does_not_slip_into_a_new_one() {
    check_diff(
        "
        site Europe/Paris
        ana own mon 10:00-11:00 meeting
        ana own tue 10:00-11:00 meeting
        ",
        "
        ana mon 09:00-17:00
        ana tue 09:00-17:00 =
        ",
        expect![[r#"
              new-1: nothing
                -> ana mon 09:00-17:00
              new-2: nothing
                -> ana tue 09:00-17:00
              ana own (mon 00:00-00:00 [10080]): [mon 10:00-11:00 meeting, tue 10:00-11:00 meeting]
                -> [tue 10:00-11:00 meeting]
        "#]],
    );
}

#[test]
fn a_meeting_that_runs_past_the_week_is_spoken_of() {
    check_diff(
        "
        site Europe/Paris
        ana sun 22:00-06:00
        ana own 2026-03-23 01:00-02:00 meeting
        ",
        "
        ana sun 22:00-06:00
        ",
        expect![[r#"
              ana own (mon 00:00-06:00 [10440]): [2026-03-23 01:00-02:00 meeting]
                -> []
        "#]],
    );
}

#[test]
fn two_agents_may_not_list_one_shift() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ",
        "
        ana mon 09:00-17:00 id=ana-mon
        ben mon 09:00-17:00 id=ana-mon
        ",
        expect![[r#"
            /id:
            ana-mon comes twice"#]],
    );
}

#[test]
fn an_agent_is_listed_once() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ",
        "
        ana mon 09:00-17:00
        ben
        ana tue 09:00-17:00
        ",
        expect![[r#"
            /agentSchedules:
            ana is listed twice"#]],
    );
}

#[test]
fn a_shift_of_another_week_does_not_belong_in_the_document() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ",
        "
        ana 2026-03-23 09:00-17:00
        ",
        expect![[r#"
            /start:
            2026-03-23T08:00:00Z is not in the week of 2026-03-16"#]],
    );
}

#[test]
fn activities_lie_inside_and_share_no_time() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ",
        "
        ana mon 09:00-17:00 10:00-10:30 break 10:15-10:45 lunch
        ",
        expect![[r#"
            /activities/1/offsetMinutes:
            75 shares time with activity 0"#]],
    );
}

#[test]
fn an_activity_that_sticks_out_is_refused() {
    check_diff(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ",
        "
        ana mon 09:00-17:00 16:45-17:15 break
        ",
        expect![[r#"
            /activities/0/lengthMinutes:
            465 min + 30 min does not lie within the shift's 480 min"#]],
    );
}
