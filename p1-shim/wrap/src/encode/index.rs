//! Index spaces. An index of an input is a bare number out of its binary; an index of the
//! module being written has the type of its space, so that neither can be taken for the other.

use std::marker::PhantomData;

use thiserror::Error;

/// An index into one index space of the module being written, valid as long as it is.
pub(crate) trait Index: Copy + Ord {
    /// The space's name in messages.
    const SPACE: &'static str;

    fn new(raw: u32) -> Self;

    fn raw(self) -> u32;
}

macro_rules! index {
    ($($name:ident $space:literal;)*) => {$(
        #[doc = concat!("A ", $space, " of the module being written.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $name(u32);

        impl Index for $name {
            const SPACE: &'static str = $space;

            fn new(raw: u32) -> Self {
                Self(raw)
            }

            fn raw(self) -> u32 {
                self.0
            }
        }
    )*};
}

index! {
    TypeIndex "type";
    FuncIndex "function";
    TableIndex "table";
    MemoryIndex "memory";
    GlobalIndex "global";
    TagIndex "tag";
    ElementIndex "element segment";
    DataIndex "data segment";
}

/// An index of an input that nothing in the module being written stands for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{space} index {index} out of range")]
pub(crate) struct OutOfRange {
    space: &'static str,
    index: u32,
}

impl OutOfRange {
    fn new<I: Index>(index: u32) -> Self {
        Self {
            space: I::SPACE,
            index,
        }
    }
}

/// Where the items of one input go in a space in which they stay together and in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift<I> {
    first: u32,
    count: u32,
    space: PhantomData<I>,
}

impl<I: Index> Shift<I> {
    /// `count` items that begin at `first`.
    pub(crate) fn new(first: u32, count: u32) -> Self {
        Self {
            first,
            count,
            space: PhantomData,
        }
    }

    pub(crate) fn get(&self, old: u32) -> Result<I, OutOfRange> {
        if old < self.count {
            Ok(I::new(self.first + old))
        } else {
            Err(OutOfRange::new::<I>(old))
        }
    }
}

/// Where the items of one input go, each on its own; some go nowhere.
#[derive(Debug, Clone)]
pub(crate) struct Scatter<I>(Vec<Option<I>>);

impl<I: Index> Scatter<I> {
    /// `count` items that go nowhere yet.
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![None; count])
    }

    pub(crate) fn get(&self, old: u32) -> Result<I, OutOfRange> {
        self.0
            .get(old as usize)
            .copied()
            .flatten()
            .ok_or_else(|| OutOfRange::new::<I>(old))
    }

    /// Lets item `old` go to `new`; an `old` that the input does not have is ignored.
    pub(crate) fn set(&mut self, old: u32, new: I) {
        if let Some(slot) = self.0.get_mut(old as usize) {
            *slot = Some(new);
        }
    }
}
