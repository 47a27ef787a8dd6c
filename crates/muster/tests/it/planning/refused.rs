//! Decisions that mean nothing are refused, and nothing is written.

use expect_test::expect;

use super::check_plan;

#[test]
fn decisions_that_mean_nothing_are_refused() {
    check_plan(
        "--resolve 5:keep_live",
        expect![[r#"
            muster: push-2035-03-05-######## has no conflict 5: there are 1 to 4
            [exit 2]
        "#]],
    );
    check_plan(
        "--resolve 1:acknowledge",
        expect![[r#"
            muster: --resolve 1:acknowledge: FIELD_CHANGED_BOTH of ana does not offer
            | acknowledge; it offers 1 take_yours, 2 keep_live
            [exit 2]
        "#]],
    );
    check_plan(
        "--resolve 1:3",
        expect![[r#"
            muster: --resolve 1:3: FIELD_CHANGED_BOTH of ana does not offer remedy 3; it offers
            | 1 take_yours, 2 keep_live
            [exit 2]
        "#]],
    );
    check_plan(
        "--resolve 3:leave_out",
        expect![[r#"
            muster: --resolve 3:leave_out: REST_TIME_SHORT of zoe offers leave_out more than
            | once; it offers 1 trim, 2 trim, 3 leave_out, 4 leave_out
            [exit 2]
        "#]],
    );
    check_plan(
        "--resolve 4:acknowledge",
        expect![[r#"
            muster: --resolve 4:acknowledge: who acknowledges says why: give a --reason
            [exit 2]
        "#]],
    );
    check_plan(
        "--resolve 1:1 --resolve 1-2:2",
        expect![[r#"
            muster: --resolve 1-2:2: FIELD_CHANGED_BOTH of ana is decided twice
            [exit 2]
        "#]],
    );
    check_plan(
        "--keep s1/span=live --resolve 1:take_yours",
        expect![[r#"
            muster: --resolve 1:take_yours: s1/span=live was decided before, this is the other
            [exit 2]
        "#]],
    );
}

#[test]
fn fingerprints_that_mean_nothing_are_refused() {
    check_plan(
        "--resolve nine:lives",
        expect![[r#"
            error: invalid value 'nine:lives' for '--resolve <N:REMEDY>': a decision is
            | N:REMEDY, FROM-TO:REMEDY or FINGERPRINT:REMEDY, with a remedy's name or its number

            For more information, try '--help'.
            [exit 2]
        "#]],
    );
    check_plan(
        "--ack 00000000000000ff.360 --reason agreed",
        expect![[r#"
            muster: push-2035-03-05-######## has no conflict 00000000000000ff.360: there are

            no.  fingerprint           agent  conflict
            1    2b0ace48fcabe682.1    ana    FIELD_CHANGED_BOTH
            2    2f28d1ca5a5273c9.1    ben    FIELD_CHANGED_BOTH
            3    b17489021f8646d2.240  zoe    REST_TIME_SHORT
            4    30ba9f9e22c0b497.360  cem    TIME_OFF_PENDING_OVERLAP
            [exit 2]
        "#]],
    );
    check_plan(
        "--ack 2b0ace48fcabe682.1 --reason agreed",
        expect![[r#"
            muster: --ack 2b0ace48fcabe682.1: FIELD_CHANGED_BOTH of ana blocks: nobody can
            | acknowledge it
            [exit 2]
        "#]],
    );
    check_plan(
        "--ack 30ba9f9e22c0b497.30 --reason agreed",
        expect![[r#"
            muster: --ack 30ba9f9e22c0b497.30: TIME_OFF_PENDING_OVERLAP of cem has grown since:
            | its fingerprint is 30ba9f9e22c0b497.360 now
            [exit 2]
        "#]],
    );
    check_plan(
        "--ack 30ba9f9e22c0b497.360",
        expect![[r#"
            muster: --ack 30ba9f9e22c0b497.360: who acknowledges says why: give a --reason
            [exit 2]
        "#]],
    );
    check_plan(
        "--ack 30ba9f9e22c0b497.360 --reason …",
        expect![[r#"
            error: invalid value '…' for '--reason <REASON>': say why in words

            For more information, try '--help'.
            [exit 2]
        "#]],
    );
}
