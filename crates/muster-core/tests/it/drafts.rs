//! Drafts: made, edited by several, moved, published in part.

use expect_test::expect;

use crate::check_decide;

#[test]
fn a_draft_goes_live_and_is_closed() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-12:30 lunch
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00 12:00-12:30 lunch; ben tue 09:00-17:00
        > publish d1
        > show
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00 12:00-12:30 lunch; ben tue 09:00-17:00
            r4: draft d1
            > publish d1
            r5: published ana ben
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00 12:00-12:30 lunch
            ben-mon: ben mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
            > publish d1
            refused: schedule "d1" is closed: everything in it went live
        "#]],
    );
}
