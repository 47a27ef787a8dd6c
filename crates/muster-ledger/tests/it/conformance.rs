//! What every engine must do: one suite, run on each of them.

mod append;
mod concurrent;
mod damage;
mod job;
mod lease;
mod model;
mod moving;
mod plain;
mod read;
mod snapshot;
mod write;

macro_rules! suite {
    ($engine:ident: $type:ty, $($room:ident { $($test:ident)* })*) => {
        mod $engine {
            $(mod $room {
                use crate::engine::Engine;
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                    async fn $test() {
                        let engine = <$type>::fresh().await;
                        crate::conformance::$room::$test(&engine).await;
                    }
                )*
            })*
        }
    };
}

/// What every engine does, and then rooms of which each test names what it needs more.
macro_rules! facts {
    ($engine:ident: $type:ty, $($rooms:tt)*) => {
        suite! { $engine: $type,
            $($rooms)*
            append {
                entries_get_the_next_revisions
                an_append_after_an_older_revision_is_behind
                an_append_after_a_later_revision_is_behind
                an_append_of_nothing_confirms_the_head
                a_command_takes_effect_once
                a_command_comes_once_in_an_append
                two_units_may_have_the_same_command
                an_id_is_given_to_one_unit_of_an_organization
                a_refused_append_leaves_nothing
                an_id_can_be_given_up_and_taken_again
                a_unit_is_created_once
                two_organizations_may_have_the_same_unit
                a_unit_that_is_not_there_takes_no_entries
                too_many_entries_are_refused
                commands_are_forgotten_after_their_retention_and_not_before
            }
            concurrent {
                one_appender_wins_each_revision
                many_units_append_at_once
                an_append_that_nobody_waits_for_is_whole_or_absent
                a_repeated_append_is_made_once
                the_signing_key_is_the_same_for_all
            }
            job {
                a_job_is_added_once_and_open_until_it_is_done
                what_an_operation_came_to_is_kept_once
                old_jobs_are_forgotten_with_their_outcomes
            }
            lease {
                one_holder_has_the_work_until_it_runs_out
                who_is_late_has_to_take_it_anew
                a_lease_that_is_given_up_is_free
                who_lost_the_lease_writes_nothing
                of_many_who_want_it_one_gets_it
            }
            model { any_interleaving_keeps_the_chain }
            plain {
                profiles_are_replaced_and_found_by_agent
                clients_are_found_listed_and_revoked
                an_agent_has_one_link_to_a_calendar_at_a_time
                a_client_id_belongs_to_one_organization
                secrets_do_not_show_in_debug_output
                a_new_signing_key_stands_beside_the_older_ones_until_they_are_dropped
                clients_that_were_revoked_lately_are_told
            }
            read {
                pages_follow_each_other
                large_entries_make_small_pages
                a_command_is_found_with_its_answer_after_reopening
                stats_count_units_entries_and_bytes
                what_is_not_there_is_not_found
            }
            snapshot {
                the_newest_snapshot_in_reach_is_found
                snapshots_of_earlier_formats_are_dropped
                a_snapshot_of_nothing_is_refused
                old_snapshots_thin_out
            }
            write {
                a_webhook_is_added_once_and_found
                a_change_of_a_webhook_that_moved_is_refused
                a_removed_webhook_is_gone_with_its_log
                a_log_keeps_the_latest_deliveries
                the_agenda_of_a_unit_is_replaced
                a_keyed_write_is_made_once
                of_twins_with_one_key_one_is_made
            }
        }
    };
}

/// An engine that keeps what it holds: it can be damaged, and moved.
macro_rules! conformance {
    ($engine:ident: $type:ty) => {
        facts! { $engine: $type,
            damage {
                a_damaged_snapshot_is_passed_over
                a_sound_ledger_has_no_damage
                a_flipped_bit_is_found
                what_is_damaged_is_not_read
                a_changed_column_is_found
                a_missing_entry_is_found
                a_missing_last_entry_is_found
                a_head_that_fell_back_is_found
                a_head_with_another_hash_is_found
                a_command_without_its_entry_is_found
                the_first_damage_of_each_unit_is_named
                progress_reaches_the_end
            }
            moving {
                an_export_of_an_import_is_the_same_file
                what_was_imported_goes_on_as_it_would_have
                an_import_goes_on_where_it_stopped
                a_unit_with_other_entries_is_refused
                what_is_not_as_it_was_written_is_refused
                an_export_from_before_there_were_calendars_is_read
                an_import_brings_back_no_link_that_was_revoked
                a_damaged_ledger_is_exported_up_to_the_damage
                a_unit_is_restored_as_of_a_revision_or_a_time
                ids_that_were_given_up_stay_so
                forgotten_commands_stay_forgotten
                an_export_is_of_one_moment
                one_unit_is_exported_alone_and_line_by_line
                an_export_does_not_replace_a_file
            }
        }
    };
}

conformance!(sqlite: crate::engine::Sqlite);
conformance!(postgres: crate::engine::Postgres);
conformance!(pooled: crate::engine::Pooled);
facts!(simulated: crate::engine::Simulated,);
