//! Two file systems at a time.

use fs_core::{Descriptor, ErrorCode as E};

use crate::scene::{NOFOLLOW, names, plant, root_of};
use crate::subject::{DescriptorOf, TwoFileSystems};

fn roots<S: TwoFileSystems>(subject: &S) -> [DescriptorOf<S>; 2] {
    let roots = subject.two_file_systems().map(|fs| root_of(&fs));
    for root in &roots {
        plant(root, &["file", "dir/"]);
    }
    roots
}

/// Names do not cross from one file system to another: `CrossDevice`, before anything else is looked
/// at.
pub fn names_do_not_cross_file_systems<S: TwoFileSystems>(subject: &S) {
    let [one, two] = roots(subject);
    for (old, new) in [
        ("file", "new"),
        ("dir", "dir"),
        ("absent", "new"),
        ("file", ""),
        ("", ".."),
    ] {
        assert_eq!(
            one.rename_at(old, &two, new),
            Err(E::CrossDevice),
            "rename {old} {new}"
        );
        let linked = one.link_at(NOFOLLOW, old, &two, new);
        assert_eq!(linked, Err(E::CrossDevice), "link {old} {new}");
    }
    assert_eq!(
        (names(&one), names(&two)),
        (vec!["dir".into(), "file".into()], names(&one))
    );
}

/// What is in one file system is not in another, and is never the same object, whatever its number.
pub fn file_systems_share_nothing<S: TwoFileSystems>(subject: &S) {
    let [one, two] = roots(subject);
    plant(&one, &["only-here"]);
    assert_eq!(names(&two), ["dir", "file"]);
    assert!(!one.is_same_object(&two));
}
