//! The directories a program is given.

use fs_core::{Descriptor, ErrorCode as E, FileSystem, FileType};

use crate::scene::{NOFOLLOW, READ, lstat, mkdir, names, open, plant, read_file, root_of, stat};
use crate::subject::{DescriptorOf, Subject, TwoPreopens};

/// The preopens are directories with names, open for reading, and the same each time they are asked
/// for.
pub fn preopens_are_the_same_each_time<S: Subject>(subject: &S) {
    let fs = subject.fresh();
    let (first, second) = (fs.preopens(), fs.preopens());
    assert_eq!(first.len(), second.len());
    for (one, two) in first.iter().zip(&second) {
        assert_eq!(one.name, two.name);
        assert!(!one.name.is_empty(), "a preopen without a name is none");
        assert!(one.descriptor.is_same_object(&two.descriptor));
        assert_eq!(stat(&one.descriptor).file_type, FileType::Directory);
        assert!(one.descriptor.flags().contains(READ));
    }
}

/// What one description of a preopen does, all see.
pub fn descriptions_of_a_preopen_share_its_directory<S: Subject>(subject: &S) {
    let fs = subject.fresh();
    mkdir(&root_of(&fs), "made");
    assert_eq!(names(&root_of(&fs)), ["made"]);
}

fn both<S: TwoPreopens>(subject: &S) -> (DescriptorOf<S>, DescriptorOf<S>) {
    let mut preopens = subject.two_preopens().preopens().into_iter();
    let mut next = |name: &str| {
        let preopen = preopens.next().expect("two preopens");
        assert_eq!(preopen.name, name);
        preopen.descriptor
    };
    (next("/one"), next("/two"))
}

/// Preopens come in their order and are different directories.
pub fn preopens_come_in_their_order<S: TwoPreopens>(subject: &S) {
    let (one, two) = both(subject);
    plant(&one, &["file"]);
    assert!(!one.is_same_object(&two));
    assert!(names(&two).is_empty());
}

/// Names move and are linked from one preopen to another of the same file system.
pub fn names_move_between_preopens<S: TwoPreopens>(subject: &S) {
    let (one, two) = both(subject);
    plant(&one, &["file", "dir/", "dir/x"]);
    one.link_at(NOFOLLOW, "file", &two, "linked")
        .expect("a free name");
    one.rename_at("file", &two, "moved").expect("a free name");
    one.rename_at("dir", &two, "dir").expect("a free name");
    assert_eq!(names(&two), ["dir", "linked", "moved"]);
    assert_eq!(lstat(&two, "moved"), lstat(&two, "linked"));
    assert_eq!(read_file(&two, "dir/x"), b"dir/x");
    assert!(names(&one).is_empty());
}

/// No path leads from one preopen to another, not even through a directory that was moved there.
pub fn no_path_leads_from_one_preopen_to_another<S: TwoPreopens>(subject: &S) {
    let (one, two) = both(subject);
    plant(&one, &["dir/"]);
    plant(&two, &["secret"]);
    let moved = open(&one, "dir").expect("a directory");
    one.rename_at("dir", &two, "dir").expect("a free name");
    let refused = Some(E::NotPermitted);
    assert_eq!(one.stat_at(NOFOLLOW, "../two/secret").err(), refused);
    assert_eq!(moved.stat_at(NOFOLLOW, "../secret").err(), refused);
    assert_eq!(lstat(&two, "dir/../secret").size, 6);
}
