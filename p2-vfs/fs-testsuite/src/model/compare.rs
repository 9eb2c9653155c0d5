//! A file system and the model, step by step.

use std::collections::BTreeMap;
use std::fmt;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, Ino, Listing, OpenFlags, PathFlags, Stat,
    SyncLevel, Target, WriteAt,
};

use super::{Attributes, Description, Kind, Model, Node, Operation, ROOT, SLOTS, Slot};

/// Where a file system and the model part.
#[derive(Debug)]
pub struct Disagreement {
    step: usize,
    operation: Operation,
    place: String,
    model: String,
    file_system: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "step {}: {:?}", self.step, self.operation)?;
        writeln!(f, "{}", self.place)?;
        writeln!(f, "  model:       {}", self.model)?;
        write!(f, "  file system: {}", self.file_system)
    }
}

/// Runs the operations on `root`, an empty directory, and on the model. After each, both must have
/// answered alike and show the same: attributes, names and content, of the tree and of all that is
/// open. Returns how many operations met an open description.
///
/// # Errors
/// The first difference.
pub fn compare<D: Descriptor>(
    root: D,
    operations: &[Operation],
) -> Result<usize, Box<Disagreement>> {
    let mut pair = Pair {
        model: Model::new(),
        slots: std::array::from_fn(|_| None),
        numbers: BTreeMap::new(),
        nodes: BTreeMap::new(),
    };
    let access = DescriptorFlags::READ;
    pair.slots[0] = Some((root, Description { node: ROOT, access }));
    let mut count = 0;
    for (step, operation) in operations.iter().enumerate() {
        let part = |(place, model, file_system)| {
            Box::new(Disagreement {
                step,
                operation: operation.clone(),
                place,
                model,
                file_system,
            })
        };
        match pair.run(operation) {
            None => continue,
            Some(answers) => answers.map_err(part)?,
        }
        pair.check_all().map_err(part)?;
        count += 1;
    }
    Ok(count)
}

/// What differs: where, in the model, in the file system.
type Difference = (String, String, String);
type Answers = Result<(), Difference>;

struct Pair<D> {
    model: Model,
    slots: [Option<(D, Description)>; SLOTS],
    /// Which number of the file system is which node of the model, and back.
    numbers: BTreeMap<Node, Ino>,
    nodes: BTreeMap<Ino, Node>,
}

fn equal<T: PartialEq + fmt::Debug>(place: impl fmt::Display, model: T, other: T) -> Answers {
    if model == other {
        return Ok(());
    }
    Err((
        place.to_string(),
        format!("{model:?}"),
        format!("{other:?}"),
    ))
}

impl<D: Descriptor> Pair<D> {
    /// The description in a slot, on both sides.
    fn slot(&self, slot: Slot) -> Option<(D, Description)> {
        self.slots[slot].clone()
    }

    fn put(&mut self, slot: Slot, description: Option<(D, Description)>) {
        if slot != 0 {
            self.slots[slot] = description;
        }
    }

    /// Runs one operation on both sides; `None` if a slot is empty.
    fn run(&mut self, operation: &Operation) -> Option<Answers> {
        Some(match operation {
            Operation::Open {
                from,
                at,
                path,
                open,
                access,
                into,
            } => {
                let (d, m) = self.slot(*from)?;
                let ours = self.model.open(m.node, *at, path, *open, *access);
                let theirs = d.open_at(*at, path, *open, *access);
                let answers = equal("answer", ours.as_ref().err(), theirs.as_ref().err());
                if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                    self.put(*into, Some((theirs, ours)));
                }
                answers
            }
            Operation::Clone(from, into) => {
                let description = self.slot(*from)?;
                self.put(*into, Some(description));
                Ok(())
            }
            Operation::Close(slot) => {
                self.slot(*slot)?;
                self.put(*slot, None);
                Ok(())
            }
            Operation::Stat(slot, at, path) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.look(m.node, *at, path);
                match (ours, d.stat_at(*at, path)) {
                    (Ok(node), Ok(stat)) => self.check_stat(path, node, stat),
                    (ours, theirs) => equal("answer", ours.map(drop), theirs.map(drop)),
                }
            }
            Operation::Read(slot, offset, len) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.read(m, *offset, *len);
                equal("answer", ours, read(&d, *offset, *len))
            }
            Operation::Write(slot, offset, len, byte) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.write(m, *offset, &vec![*byte; *len]);
                let at = offset.map_or(WriteAt::End, WriteAt::Offset);
                let theirs = d.write_at(at, *len, |piece| piece.fill(*byte));
                let ours = ours.map(|end| (*len, end));
                equal(
                    "answer",
                    ours,
                    theirs.map(|written| (written.len, written.end)),
                )
            }
            Operation::SetSize(slot, size) => {
                let (d, m) = self.slot(*slot)?;
                equal("answer", self.model.set_size(m, *size), d.set_size(*size))
            }
            Operation::Allocate(slot, offset, len) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.allocate(m, *offset, *len);
                equal("answer", ours, d.allocate(*offset, *len))
            }
            Operation::SetTimes(slot, access, modification) => {
                let (d, _) = self.slot(*slot)?;
                let theirs = d.set_times_at(Target::This, *access, *modification);
                equal("answer", Ok(()), theirs)
            }
            Operation::SetTimesAt(slot, at, path, time) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.look(m.node, *at, path).map(drop);
                equal(
                    "answer",
                    ours,
                    d.set_times_at(Target::At(*at, path), *time, *time),
                )
            }
            Operation::ReadDir(slot) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.names(m.node).cloned();
                match (ours, d.read_dir()) {
                    (Ok(_), Ok(listing)) => self.check_listing("listing", m.node, listing),
                    (ours, theirs) => equal("answer", ours.map(drop), theirs.map(drop)),
                }
            }
            Operation::Mkdir(slot, path) => {
                let (d, m) = self.slot(*slot)?;
                equal(
                    "answer",
                    self.model.mkdir(m.node, path),
                    d.create_directory_at(path),
                )
            }
            Operation::Symlink(target, slot, path) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.symlink(target, m.node, path);
                equal("answer", ours, d.symlink_at(target, path))
            }
            Operation::Readlink(slot, path) => {
                let (d, m) = self.slot(*slot)?;
                equal(
                    "answer",
                    self.model.readlink(m.node, path),
                    d.readlink_at(path),
                )
            }
            Operation::Link(at, (from, old), (to, new)) => {
                let ((d, m), (to_d, to_m)) = (self.slot(*from)?, self.slot(*to)?);
                let ours = self.model.link(*at, (m.node, old), (to_m.node, new));
                equal("answer", ours, d.link_at(*at, old, &to_d, new))
            }
            Operation::Rename((from, old), (to, new)) => {
                let ((d, m), (to_d, to_m)) = (self.slot(*from)?, self.slot(*to)?);
                let ours = self.model.rename((m.node, old), (to_m.node, new));
                equal("answer", ours, d.rename_at(old, &to_d, new))
            }
            Operation::Remove(slot, path, kind) => {
                let (d, m) = self.slot(*slot)?;
                let ours = self.model.remove(m.node, path, *kind);
                equal("answer", ours, d.remove_at(path, *kind))
            }
            Operation::Sync(slot) => {
                let (d, _) = self.slot(*slot)?;
                equal("answer", Ok(()), d.sync(SyncLevel::All))
            }
            Operation::IsSameObject(one, two) => {
                let ((d, m), (other_d, other_m)) = (self.slot(*one)?, self.slot(*two)?);
                equal("answer", m.node == other_m.node, d.is_same_object(&other_d))
            }
        })
    }

    /// Compares all that can be seen: the tree, and what is open.
    fn check_all(&mut self) -> Answers {
        for slot in 0..SLOTS {
            if let Some((d, m)) = self.slot(slot) {
                let place = format!("slot {slot}");
                let theirs = d.stat().map_err(|error| failed(&place, error))?;
                self.check_stat(&place, m.node, theirs)?;
                if let (Kind::File(bytes), true) = (
                    self.model.kind(m.node),
                    d.flags().contains(DescriptorFlags::READ),
                ) {
                    check_content(&place, bytes, &d)?;
                }
            }
        }
        let root = self.slot(0).map(|(root, _)| root);
        root.map_or(Ok(()), |root| self.check_tree("root", &root, ROOT))
    }

    /// Compares a directory with everything below.
    fn check_tree(&mut self, place: &str, directory: &D, node: Node) -> Answers {
        let listing = directory.read_dir().map_err(|error| failed(place, error))?;
        self.check_listing(place, node, listing)?;
        let names = self.model.names(node).cloned().unwrap_or_default();
        for (name, child) in names {
            let place = format!("{place}/{name}");
            let stat = directory.stat_at(PathFlags::empty(), &name);
            let stat = stat.map_err(|error| failed(&place, error))?;
            self.check_stat(&place, child, stat)?;
            if stat.file_type == FileType::SymbolicLink {
                let Kind::Symlink(target) = self.model.kind(child) else {
                    unreachable!("types were compared")
                };
                equal(&place, Ok(target.clone()), directory.readlink_at(&name))?;
                continue;
            }
            let opened = directory.open_at(
                PathFlags::empty(),
                &name,
                OpenFlags::empty(),
                DescriptorFlags::READ,
            );
            let opened = opened.map_err(|error| failed(&place, error))?;
            match self.model.kind(child) {
                Kind::File(bytes) => check_content(&place, bytes, &opened)?,
                Kind::Directory { .. } | Kind::Symlink(_) => {
                    self.check_tree(&place, &opened, child)?;
                }
            }
        }
        Ok(())
    }

    fn check_listing(&mut self, place: &str, node: Node, listing: Listing) -> Answers {
        self.check_number(place, node, listing.this)?;
        if let Some(parent) = self.model.parent(node) {
            self.check_number(&format!("{place}/.."), parent, listing.parent)?;
        }
        let names = self.model.names(node).cloned().unwrap_or_default();
        let ours: Vec<_> = names.keys().cloned().collect();
        let mut entries = listing.entries;
        entries.sort_by(|one, two| one.name.cmp(&two.name));
        let theirs = entries.iter().map(|entry| entry.name.clone()).collect();
        equal(place, ours, theirs)?;
        for (entry, child) in entries.iter().zip(names.into_values()) {
            let place = format!("{place}/{}", entry.name);
            self.check_number(&place, child, entry.ino)?;
            equal(
                &place,
                self.model.attributes(child).file_type,
                entry.file_type,
            )?;
        }
        Ok(())
    }

    fn check_stat(&mut self, place: &str, node: Node, stat: Stat) -> Answers {
        self.check_number(place, node, stat.ino)?;
        let theirs = Attributes {
            node,
            file_type: stat.file_type,
            links: stat.link_count,
            size: (stat.file_type != FileType::Directory).then_some(stat.size),
        };
        equal(place, self.model.attributes(node), theirs)
    }

    /// Each number stands for one node, and each node has one number.
    fn check_number(&mut self, place: &str, node: Node, ino: Ino) -> Answers {
        equal(place, *self.numbers.entry(node).or_insert(ino), ino)?;
        equal(place, *self.nodes.entry(ino).or_insert(node), node)
    }
}

fn failed(place: &str, error: ErrorCode) -> Difference {
    (
        place.to_owned(),
        "is there".to_owned(),
        format!("{error:?}"),
    )
}

fn read<D: Descriptor>(file: &D, offset: u64, len: usize) -> fs_core::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.read_at(offset, len, |piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}

fn check_content<D: Descriptor>(place: &str, bytes: &[u8], file: &D) -> Answers {
    match read(file, 0, bytes.len() + 1) {
        Ok(content) if content == bytes => Ok(()),
        Ok(content) => {
            let from = content
                .iter()
                .zip(bytes)
                .take_while(|(one, two)| one == two);
            let place = format!("content of {place} from byte {}", from.count());
            Err((place, bytes.len().to_string(), content.len().to_string()))
        }
        Err(error) => Err(failed(place, error)),
    }
}
