//! The table of mutants: ways to break the source that some test has to notice.
//!
//! A mutant that survives means that the promise it breaks is not tested. Add one with every
//! rule, and for every promise whose loss would go unseen.

/// One way to break the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mutant {
    /// What is broken, in a few words.
    pub(crate) name: &'static str,
    /// The file, relative to the root.
    pub(crate) file: &'static str,
    /// The text to replace; it has to stand in the file exactly once.
    pub(crate) find: &'static str,
    /// What it becomes; it has to compile.
    pub(crate) replace: &'static str,
    /// The package whose tests are run.
    pub(crate) package: &'static str,
    /// A nextest filter: at least one of these tests has to fail.
    pub(crate) tests: &'static str,
}

pub(crate) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "touching intervals overlap",
        file: "crates/muster-core/src/instant.rs",
        find: "(start < end).then_some",
        replace: "(start <= end).then_some",
        package: "muster-core",
        tests: "test(touching_intervals_do_not_overlap)",
    },
    Mutant {
        name: "a skipped wall time is read the wrong way round",
        file: "crates/muster-core/src/zone.rs",
        find: "(at(after), at(before), true)",
        replace: "(at(before), at(after), true)",
        package: "muster-core",
        tests: "test(ambiguous_and_skipped_times_are_refused_with_both_readings)",
    },
    Mutant {
        name: "an append does not compare the head",
        file: "crates/muster-ledger/src/sqlite/append.rs",
        find: "if head.revision != batch.after {",
        replace: "if false {",
        package: "muster-ledger",
        tests: "test(conformance) or test(concurrent)",
    },
    Mutant {
        name: "an append to PostgreSQL does not compare the head",
        file: "crates/muster-ledger/migrations/postgres/V1__ledger.sql",
        find: "and unit.revision = p_after and unit.hash = p_previous",
        replace: "and unit.revision >= 0",
        package: "muster-ledger",
        tests: "test(conformance::postgres)",
    },
    Mutant {
        name: "an append to PostgreSQL does not compare the hash it follows",
        file: "crates/muster-ledger/migrations/postgres/V1__ledger.sql",
        find: "and unit.revision = p_after and unit.hash = p_previous",
        replace: "and unit.revision = p_after",
        package: "muster-ledger",
        tests: "test(postgres::a_ledger_put_back)",
    },
    Mutant {
        name: "an id that a unit is just claiming is given to another",
        file: "crates/muster-ledger/migrations/postgres/V1__ledger.sql",
        find: "    on conflict (organization, kind, id) do update set unit = subject.unit\n    \
               where subject.unit = excluded.unit;",
        replace: "    on conflict (organization, kind, id) do nothing;",
        package: "muster-ledger",
        tests: "test(conformance::postgres) or test(postgres::an_id_that)",
    },
    Mutant {
        name: "an append to PostgreSQL is as durable as the server's default",
        file: "crates/muster-ledger/migrations/postgres/V1__ledger.sql",
        find: "in ('off', 'local', 'remote_write')",
        replace: "in ('off', 'local')",
        package: "muster-ledger",
        tests: "test(postgres::an_append_is_durable)",
    },
    Mutant {
        name: "an append whose connection broke counts as not made",
        file: "crates/muster-ledger/src/postgres/fault.rs",
        find: "Self::Lost(_) | Self::Late => LedgerError::Indeterminate,",
        replace: "other => other.reading(),",
        package: "muster-ledger",
        tests: "test(postgres::lost)",
    },
    Mutant {
        name: "a commit that did not wait for its replicas counts as durable",
        file: "crates/muster-ledger/src/postgres/append.rs",
        find: "_ if lease.take_not_replicated() => Err(AppendError::Indeterminate),\n",
        replace: "",
        package: "muster-ledger",
        tests: "test(postgres::an_append_that_did_not_wait)",
    },
    Mutant {
        name: "those who hold a unit come in no order",
        file: "crates/muster-ledger/src/postgres/hold.rs",
        find: "select pg_advisory_xact_lock(hashtextextended('muster unit {unit}', 0))",
        replace: "select '{unit}'",
        package: "muster-ledger",
        tests: "test(postgres::held)",
    },
    Mutant {
        name: "entries are read without looking at their hashes",
        file: "crates/muster-ledger/src/page.rs",
        find: "if chain.link(last_hash, &link) != *hash {",
        replace: "if false {",
        package: "muster-ledger",
        tests: "test(what_is_damaged_is_not_read)",
    },
    Mutant {
        name: "an atomic change is made in part",
        file: "crates/muster-core/src/decide/schedule.rs",
        find: "if terms.mode == Mode::Atomic && !held.is_empty() {",
        replace: "if false {",
        package: "muster-core",
        tests: "test(publish) or test(edits)",
    },
    Mutant {
        name: "a merge does not compare with the base",
        file: "crates/muster-core/src/merge.rs",
        find: "if live.same(base, atom) {",
        replace: "if false {",
        package: "muster-core",
        tests: "test(merge::)",
    },
    Mutant {
        name: "a merge takes an edit that touched nothing for a wish",
        file: "crates/muster-core/src/merge.rs",
        find: "if yours.same(base, atom) || yours.same(live, atom) {",
        replace: "if yours.same(live, atom) {",
        package: "muster-core",
        tests: "test(merge::) or test(laws::)",
    },
    Mutant {
        name: "a deletion does not look at what it deletes",
        file: "crates/muster-core/src/merge.rs",
        find: "if base == live {",
        replace: "if base.owner == live.owner {",
        package: "muster-core",
        tests: "test(merge::)",
    },
    Mutant {
        name: "two moves of one break make two breaks",
        file: "crates/muster-core/src/merge/join.rs",
        find: "if !mine.is_subset(&others) && !others.is_subset(&mine) {",
        replace: "if false {",
        package: "muster-core",
        tests: "test(a_break_moved_by_both_does_not_become_two_breaks)",
    },
    Mutant {
        name: "activities that share time are whoever's came first",
        file: "crates/muster-core/src/merge/join.rs",
        find: "match settle(region).ok_or(region)? {",
        replace: "match settle(region).unwrap_or(Keep::Live) {",
        package: "muster-core",
        tests: "test(merge::join)",
    },
    Mutant {
        name: "shifts that touch overlap",
        file: "crates/muster-core/src/rule/overlap.rs",
        find: "if second.body.span.start >= first.body.span.end() {",
        replace: "if second.body.span.start > first.body.span.start {",
        package: "muster-core",
        tests: "test(rule::overlap)",
    },
    Mutant {
        name: "rest counts from the shift that starts last",
        file: "crates/muster-core/src/rule/rest_time.rs",
        find: "if last.is_none_or(|before| before.body.span.end() < next.body.span.end()) {",
        replace: "if last.is_none_or(|before| before.body.span.start < next.body.span.end()) {",
        package: "muster-core",
        tests: "test(rule::rest_time)",
    },
    Mutant {
        name: "rest may be a minute short",
        file: "crates/muster-core/src/rule/rest_time.rs",
        find: "&& rest.minutes() < min_rest_min",
        replace: "&& rest.minutes() + 1 < min_rest_min",
        package: "muster-core",
        tests: "test(rule::rest_time)",
    },
    Mutant {
        name: "shifts that touch are two stretches of work",
        file: "crates/muster-core/src/rule/consecutive_hours.rs",
        find: "&& next.body.span.start <= end",
        replace: "&& next.body.span.start < end",
        package: "muster-core",
        tests: "test(rule::consecutive_hours)",
    },
    Mutant {
        name: "a skill is missing on its last day",
        file: "crates/muster-core/src/rule/skills.rs",
        find: "shift.body.span.end().ms() - 1",
        replace: "shift.body.span.end().ms()",
        package: "muster-core",
        tests: "test(rule::skills)",
    },
    Mutant {
        name: "an activity may stick out by a minute",
        file: "crates/muster-core/src/rule/activity_fit.rs",
        find: "ends.map(|end| end - i64",
        replace: "ends.map(|end| end - 1 - i64",
        package: "muster-core",
        tests: "test(rule::activity_fit)",
    },
    Mutant {
        name: "pending time off counts as approved",
        file: "crates/muster-core/src/rule/time_off_overlap.rs",
        find: "if time_off.status != status {",
        replace: "if !time_off.status.is_active() {",
        package: "muster-core",
        tests: "test(rule::time_off_overlap)",
    },
    Mutant {
        name: "a week of exactly the limit is too long",
        file: "crates/muster-core/src/rule/week_hours.rs",
        find: "|paid| paid > limit_min",
        replace: "|paid| paid >= limit_min",
        package: "muster-core",
        tests: "test(rule::week_hours)",
    },
    Mutant {
        name: "a shift counts in the week it ends in",
        file: "crates/muster-core/src/rule/week_hours.rs",
        find: "week.contains(shift.body.span.start)",
        replace: "week.contains(shift.body.span.end())",
        package: "muster-core",
        tests: "test(rule::week_hours)",
    },
    Mutant {
        name: "a rule is not asked",
        file: "crates/muster-core/src/rule.rs",
        find: "if setting.severity != Severity::Off {",
        replace: "if setting.severity == Severity::Block {",
        package: "muster-core",
        tests: "test(rule::) or test(edits)",
    },
    Mutant {
        name: "what stood before stands in the way",
        file: "crates/muster-core/src/change.rs",
        find: "finding.severity >= Severity::Ack && !finding.standing",
        replace: "finding.severity >= Severity::Ack",
        package: "muster-core",
        tests: "test(what_stood_before)",
    },
    Mutant {
        name: "an acknowledgement covers what grew",
        file: "crates/muster-core/src/conflict.rs",
        find: "self.key == other.key && other.magnitude <= self.magnitude",
        replace: "self.key == other.key",
        package: "muster-core",
        tests: "test(an_acknowledgement_does_not_cover_what_grew)",
    },
    Mutant {
        name: "agents tied by a swap are not tied",
        file: "crates/muster-core/src/change.rs",
        find: "if !owner_moved || origin.about.kind != ReferenceKind::Swap {",
        replace: "if !owner_moved || origin.about.kind == ReferenceKind::Swap {",
        package: "muster-core",
        tests: "test(agents_tied_by_a_chain_of_swaps)",
    },
    Mutant {
        name: "a swap does not end the others of its shifts",
        file: "crates/muster-core/src/decide/swap.rs",
        find: "    events.extend(broken_swaps(roster, &events, Some(&swap.offer.id), now));\n",
        replace: "",
        package: "muster-core",
        tests: "test(swaps) or test(scenarios)",
    },
    Mutant {
        name: "a swap is approved on other terms",
        file: "crates/muster-core/src/decide/swap.rs",
        find: "if spans != swap.terms {",
        replace: "if spans.len() != swap.terms.len() {",
        package: "muster-core",
        tests: "test(a_shift_moved_after_both_agreed_changes_the_terms)",
    },
    Mutant {
        name: "a line of an export that was changed goes unseen",
        file: "crates/muster-ledger/src/transfer/file.rs",
        find: "if end.sha256 != self.seen.sha256 {",
        replace: "if false {",
        package: "muster-ledger",
        tests: "test(what_is_not_as_it_was_written_is_refused)",
    },
    Mutant {
        name: "what is moved is moved whatever its hash",
        file: "crates/muster-ledger/src/transfer/source.rs",
        find: "if self.chain.of_stored(self.hash, entry) != entry.hash {",
        replace: "if false {",
        package: "muster-ledger",
        tests: "test(moving)",
    },
    Mutant {
        name: "a unit with other entries takes an import",
        file: "crates/muster-ledger/src/transfer/import.rs",
        find: "differs.or((compared == 0).then(|| after.next()))",
        replace: "differs.filter(|_| false)",
        package: "muster-ledger",
        tests: "test(a_unit_with_other_entries_is_refused)",
    },
    Mutant {
        name: "answers do not move with their commands",
        file: "crates/muster-ledger/src/sqlite/transfer.rs",
        find: "= &moved.record.answered {",
        replace: "= moved.record.answered.as_ref().filter(|_| false) {",
        package: "muster-ledger",
        tests: "test(moving)",
    },
    Mutant {
        name: "ids do not move with their unit",
        file: "crates/muster-ledger/src/sqlite/transfer.rs",
        find: "append::change_subjects(db, &head, &moved.subjects)?;",
        replace: "",
        package: "muster-ledger",
        tests: "test(moving)",
    },
    Mutant {
        name: "a restore ends one entry early",
        file: "crates/muster-ledger/src/transfer.rs",
        find: "entry.revision <= last",
        replace: "entry.revision < last",
        package: "muster-ledger",
        tests: "test(a_unit_is_restored_as_of_a_revision_or_a_time)",
    },
    Mutant {
        name: "verifying does not compare hashes within a stretch",
        file: "crates/muster-ledger/src/sqlite/verify/chunk.rs",
        find: "revision == held.last.0.next() && should == hash;",
        replace: "should == hash || true;",
        package: "muster-ledger",
        tests: "test(damage)",
    },
    Mutant {
        name: "verifying does not tie stretches together",
        file: "crates/muster-ledger/src/sqlite/verify/scan.rs",
        find: "first.revision == before.0.next() && chain",
        replace: "first.revision > before.0 || chain",
        package: "muster-ledger",
        tests: "test(damage)",
    },
    Mutant {
        name: "an index that lost its rows goes unseen",
        file: "crates/muster-ledger/src/sqlite/verify/scan.rs",
        find: "if rows != index {",
        replace: "if false {",
        package: "muster-ledger",
        tests: "test(an_index_that_does_not_go_with_its_rows_is_found)",
    },
    Mutant {
        name: "a damaged page beside the entries goes unseen",
        file: "crates/muster-ledger/src/sqlite/verify/scan.rs",
        find: "sound &= is_sound,",
        replace: "sound &= is_sound || true,",
        package: "muster-ledger",
        tests: "test(a_page_of_zeros_is_named_wherever_it_is)",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::root;
    use crate::mutate::mutated;

    #[test]
    fn every_mutant_still_finds_its_place() {
        for mutant in MUTANTS {
            let text = std::fs::read_to_string(root().join(mutant.file)).unwrap_or_default();
            let changed = mutated(&text, mutant);
            assert!(changed.is_ok(), "{:#}", changed.unwrap_err());
        }
    }
}
