//! What an implementation brings to be tested.

use fs_core::FileSystem;

/// The descriptors of a subject's file systems.
pub type DescriptorOf<S> = <<S as Subject>::FileSystem as FileSystem>::Descriptor;

/// An implementation under test.
///
/// What only some implementations can offer is a trait of its own, with rules of its own: an
/// implementation says what it cannot do by not implementing it.
pub trait Subject {
    /// The implementation.
    type FileSystem: FileSystem;

    /// A file system for one rule. Its first preopen is an empty directory that may be changed;
    /// descriptors keep alive what they need. A rule calls this once.
    ///
    /// Its clock moves on by itself: with time, or each time that it is looked at.
    fn fresh(&self) -> Self::FileSystem;
}

/// An implementation that can give a program more than one directory.
pub trait TwoPreopens: Subject {
    /// A file system for one rule, with two preopens, `/one` and `/two`: neighbours in one tree,
    /// both empty, both to be changed.
    fn two_preopens(&self) -> Self::FileSystem;
}

/// An implementation of which several can be there at a time, with descriptors of one type.
pub trait TwoFileSystems: Subject {
    /// Two file systems for one rule, each as from [`Subject::fresh`].
    fn two_file_systems(&self) -> [Self::FileSystem; 2];
}

/// An implementation that can show a tree to a program that must not change it.
pub trait ReadOnlyTree: Subject {
    /// The file system that refuses changes.
    type ReadOnly: FileSystem;

    /// A file system for one rule. What `plant` makes below the directory it gets is below the
    /// first preopen, and nothing else.
    fn read_only(&self, plant: impl FnOnce(&DescriptorOf<Self>)) -> Self::ReadOnly;
}
