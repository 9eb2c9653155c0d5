//! What every file system behind the seam must do.
//!
//! A rule is a public function, named as a sentence, that takes a [`Subject`] and panics if the rule
//! does not hold. The rules are those of POSIX and Linux as far as `wasi:filesystem` and preview 1
//! can express them. An implementation runs [`rules`], and those lists beside it whose traits it can
//! implement; it need not be native, as nothing here uses files or threads of a host.
//!
//! ```
//! use fs_testsuite::{Subject, rules};
//!
//! struct InMemory;
//!
//! impl Subject for InMemory {
//!     type FileSystem = fs_core::MemFs;
//!
//!     fn fresh(&self) -> fs_core::MemFs {
//!         # struct Ticking(std::sync::atomic::AtomicU64);
//!         # impl fs_core::Clock for Ticking {
//!         #     fn now(&self) -> fs_core::Timestamp {
//!         #         let tick = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
//!         #         fs_core::Timestamp(1_700_000_000_000_000_000 + tick)
//!         #     }
//!         # }
//!         # let clock = Ticking(Default::default());
//!         fs_core::MemFs::builder(clock).build().expect("room for a root")
//!     }
//! }
//!
//! for rule in rules() {
//!     (rule.check)(&InMemory);
//! }
//! ```

mod scene;
mod subject;
mod table;

pub mod content;
pub mod descriptors;
pub mod directories;
pub mod file_systems;
pub mod identity;
pub mod links;
pub mod model;
pub mod open;
pub mod paths;
pub mod preopens;
pub mod read_only;
pub mod remove;
pub mod rename;
pub mod times;

pub use subject::{DescriptorOf, ReadOnlyTree, Subject, TwoFileSystems, TwoPreopens};

/// A rule in a list.
pub struct Rule<S> {
    /// The function's path in this crate, such as `rename::dots_cannot_be_renamed`.
    pub name: &'static str,
    /// The function.
    pub check: fn(&S),
}

macro_rules! rules {
    ($(
        $(#[$doc:meta])*
        $list:ident<$needs:ident> { $($module:ident: $($rule:ident),+;)+ }
    )+) => {$(
        $(#[$doc])*
        pub fn $list<S: $needs>() -> Vec<Rule<S>> {
            vec![$($(Rule {
                name: concat!(stringify!($module), "::", stringify!($rule)),
                check: $module::$rule,
            },)+)+]
        }
    )+};
}

rules! {
    /// The rules that bind every file system.
    rules<Subject> {
        paths:
            a_path_never_leaves_the_directory_it_starts_from,
            a_link_that_leads_out_can_be_seen_but_not_followed,
            a_parent_is_that_of_the_directory_a_link_led_to,
            an_absolute_path_is_not_permitted,
            an_empty_path_is_no_entry,
            a_nul_byte_in_a_path_is_invalid,
            what_is_on_the_way_must_be_a_directory,
            a_path_cannot_start_from_a_file,
            slashes_fold_and_dots_stand_still,
            names_are_kept_to_the_byte,
            a_trailing_slash_asks_for_a_directory,
            a_trailing_slash_follows_a_link,
            a_trailing_slash_in_a_link_asks_for_a_directory,
            links_in_the_middle_are_always_followed,
            forty_links_are_followed_and_no_more,
            links_in_a_circle_are_a_loop,
            a_name_may_have_255_bytes,
            a_path_may_have_4095_bytes,
            a_link_may_lead_further_than_a_path_may_be_long,
            the_first_mistake_in_a_path_is_the_one_reported,
            dots_name_what_exists;
        open:
            every_flag_answers_as_linux_does_for_reading,
            every_flag_answers_as_linux_does_for_reading_through_links,
            every_flag_answers_as_linux_does_for_writing,
            every_flag_answers_as_linux_does_for_writing_through_links,
            opening_never_makes_or_empties_a_directory,
            a_file_is_not_created_with_a_trailing_slash,
            a_file_is_created_where_the_path_leads,
            creating_through_a_dangling_link_makes_its_target,
            creating_through_a_link_needs_the_way_to_its_target,
            a_new_file_is_empty_and_has_one_name,
            truncating_on_opening_is_seen_by_all,
            a_description_tells_its_access;
        content:
            what_was_written_is_read,
            overwriting_changes_nothing_else,
            reading_ends_with_the_file,
            an_offset_has_63_bits,
            allocating_has_an_end,
            writing_has_an_end,
            a_gap_reads_as_zeros,
            a_file_may_be_mostly_gap,
            writing_no_bytes_changes_nothing,
            appending_goes_to_the_end,
            appends_add_up,
            writes_are_seen_by_all_at_once,
            what_was_cut_off_does_not_come_back,
            a_write_behind_a_cut_leaves_zeros_between,
            setting_a_size_cuts_or_extends,
            allocating_only_ever_extends,
            access_is_checked_before_anything_else,
            a_directory_has_no_bytes,
            the_size_of_a_directory_cannot_be_set;
        links:
            hard_links_answer_as_linux_does,
            a_hard_link_never_follows_its_source,
            names_of_one_file_are_equal,
            a_file_without_a_name_stays_without,
            a_symbolic_link_may_have_several_names,
            symbolic_links_answer_as_linux_does,
            a_symbolic_link_with_a_slash_over_a_file_is_not_a_directory,
            a_symbolic_link_has_no_absolute_target,
            a_target_is_kept_verbatim,
            a_target_has_the_limits_of_a_path,
            only_symbolic_links_have_targets,
            a_link_leads_to_what_is_there_now;
        directories:
            mkdir_answers_as_linux_does,
            a_listing_agrees_with_stat,
            a_listing_knows_the_directory_and_its_parent,
            only_a_directory_can_be_listed,
            a_listing_is_of_this_moment,
            a_directory_holds_ten_thousand_names,
            removing_what_is_listed_removes_everything,
            names_keep_their_order,
            a_directory_counts_the_directories_in_it,
            a_directory_has_no_size,
            directories_may_be_deep;
        rename:
            every_kind_over_every_kind_answers_as_linux_does,
            a_directory_does_not_move_into_itself,
            dots_cannot_be_renamed,
            the_ways_to_both_names_come_first,
            both_descriptors_must_be_directories,
            two_names_of_one_inode_stay,
            a_rename_over_an_open_file_keeps_the_old_content_readable,
            a_rename_over_one_of_several_names_leaves_the_others,
            links_are_renamed_and_not_followed,
            a_moved_directory_takes_its_open_descriptors_along,
            a_moved_directory_has_a_new_parent,
            a_replaced_directory_takes_no_new_names,
            old_and_new_start_from_their_own_descriptors;
        remove:
            unlink_answers_as_linux_does,
            rmdir_answers_as_linux_does,
            removing_a_link_leaves_its_target,
            an_open_file_survives_its_last_name,
            a_removed_name_can_be_used_again_at_once,
            a_removed_directory_takes_no_new_names,
            a_removed_directory_is_still_its_own_dot,
            removing_leaves_room_for_more;
        identity:
            every_inode_has_a_number_of_its_own,
            a_number_is_the_same_wherever_it_is_shown,
            a_number_stays_as_long_as_the_inode,
            a_number_is_never_used_again;
        descriptors:
            a_description_does_not_depend_on_names,
            the_same_object_is_the_same_inode,
            equal_files_are_not_the_same_object,
            a_clone_is_the_same_description,
            a_file_may_be_open_many_times,
            everything_can_be_synchronised,
            times_are_set_through_any_description;
        times:
            content_moves_modification_and_change,
            names_move_the_times_of_their_directory,
            a_directory_changes_with_its_name,
            looking_moves_nothing,
            reading_moves_nothing,
            reading_a_link_moves_nothing,
            failing_moves_nothing,
            a_new_inode_has_the_time_of_its_making,
            times_are_set_to_the_nanosecond,
            now_is_the_time_of_changes,
            setting_no_time_changes_nothing,
            a_link_has_times_of_its_own,
            times_survive_what_does_not_move_them,
            times_never_run_backwards;
        preopens:
            preopens_are_the_same_each_time,
            descriptions_of_a_preopen_share_its_directory;
    }

    /// The rules about more than one preopen.
    two_preopens_rules<TwoPreopens> {
        preopens:
            preopens_come_in_their_order,
            names_move_between_preopens,
            no_path_leads_from_one_preopen_to_another;
    }

    /// The rules about more than one file system.
    two_file_systems_rules<TwoFileSystems> {
        file_systems:
            names_do_not_cross_file_systems,
            file_systems_share_nothing;
    }

    /// The rules about a tree that must not be changed.
    read_only_rules<ReadOnlyTree> {
        read_only:
            everything_can_be_read,
            nothing_is_opened_for_writing,
            no_file_is_created,
            no_name_is_made,
            no_name_is_moved_or_removed,
            no_time_is_set,
            no_content_changes;
    }
}
