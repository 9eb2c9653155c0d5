//! Content against a model: a vector of bytes.

use crate::support::{create, empty, read, write};
use fs_core::{Descriptor, WriteAt};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Write { offset: u64, len: usize, byte: u8 },
    Append { len: usize, byte: u8 },
    SetSize(u64),
    Allocate { offset: u64, len: u64 },
    Read { offset: u64, len: usize },
}

/// Offsets that meet the edges of the small buffer and of pages.
fn offset() -> impl Strategy<Value = u64> {
    let edge = prop::sample::select(vec![0, 65_535, 65_536, 65_537, 131_072, 196_607]);
    prop_oneof![edge, 0..200_000_u64]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (offset(), 0..70_000_usize, 1..=255_u8).prop_map(|(offset, len, byte)| Step::Write {
            offset,
            len,
            byte
        }),
        (0..70_000_usize, 1..=255_u8).prop_map(|(len, byte)| Step::Append { len, byte }),
        offset().prop_map(Step::SetSize),
        (offset(), 1..1000_u64).prop_map(|(offset, len)| Step::Allocate { offset, len }),
        (offset(), 0..140_000_usize).prop_map(|(offset, len)| Step::Read { offset, len }),
    ]
}

fn write_model(model: &mut Vec<u8>, offset: usize, len: usize, byte: u8) {
    if len > 0 {
        model.resize(model.len().max(offset + len), 0);
        model[offset..offset + len].fill(byte);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_file_is_a_vector_of_bytes(steps in prop::collection::vec(step(), 1..30)) {
        let (fs, root, _) = empty();
        let file = create(&root, "file").expect("a new file");
        let mut model = Vec::new();
        for step in steps {
            match step {
                Step::Write { offset, len, byte } => {
                    write(&file, WriteAt::Offset(offset), &vec![byte; len]);
                    write_model(&mut model, offset as usize, len, byte);
                }
                Step::Append { len, byte } => {
                    let end = write(&file, WriteAt::End, &vec![byte; len]);
                    let at = model.len();
                    write_model(&mut model, at, len, byte);
                    prop_assert_eq!(end, model.len() as u64);
                }
                Step::SetSize(size) => {
                    file.set_size(size).expect("a size within limits");
                    model.resize(size as usize, 0);
                }
                Step::Allocate { offset, len } => {
                    file.allocate(offset, len).expect("a size within limits");
                    model.resize(model.len().max((offset + len) as usize), 0);
                }
                Step::Read { offset, len } => {
                    let from = (offset as usize).min(model.len());
                    let to = (offset as usize + len).min(model.len());
                    prop_assert!(read(&file, offset, len) == model[from..to]);
                }
            }
            prop_assert_eq!(file.stat().expect("open").size, model.len() as u64);
            prop_assert!(fs.usage().bytes <= model.len() as u64);
        }
        prop_assert!(read(&file, 0, usize::MAX) == model);
    }
}
