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

pub mod paths;
pub mod rename;

pub use subject::{DescriptorOf, ReadOnlyTree, Subject, TwoFileSystems, TwoPreopens};

/// A rule in a list.
pub struct Rule<S> {
    /// The function's path in this crate, such as `rename::a_directory_moves_over_an_empty_one`.
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
        rename:
            every_kind_over_every_kind_answers_as_linux_does,
            a_directory_does_not_move_into_itself,
            dots_cannot_be_renamed,
            the_ways_to_both_names_come_first,
            two_names_of_one_inode_stay,
            a_rename_over_an_open_file_keeps_the_old_content_readable,
            a_rename_over_one_of_several_names_leaves_the_others,
            links_are_renamed_and_not_followed,
            a_moved_directory_takes_its_open_descriptors_along,
            a_moved_directory_has_a_new_parent,
            a_replaced_directory_takes_no_new_names,
            old_and_new_start_from_their_own_descriptors;
    }
}
