//! The stock way from a preview1 module to a component: wasmtime's preview1 adapter.
//!
//! The adapter keeps its stack and its state in two pages of the application's memory and answers
//! preview1 by calling WASI 0.2. What can be put right in front of it is, by rewriting the
//! application:
//! - The adapter's pages lie where the application never gets to: [`memory`].
//! - The exit code reaches the host: [`exit`].
//! - Calls that the adapter answers wrongly or by a trap do not reach it: [`guard`].
//! - The start function runs when the adapter can be called, which is not before the component is
//!   complete; and every function is imported once, as a component demands: [`layout`].
//!
//! New functions, globals and types come last in their index spaces; only functions move, by the
//! imports that are dropped or added. [`differences`] says what stays wrong.

mod differences;
mod exit;
mod guard;
mod layout;
mod memory;
mod report;
mod sections;

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{Instruction, Section};
use wasmparser::Operator;

use self::layout::Layout;
use self::memory::{Extent, VirtualMemory};
use self::sections::Sections;
use crate::encode::index::{FuncIndex, Index, OutOfRange, Scatter};
use crate::encode::{append, custom};
use crate::error::{Bug, Error, one_line};
use crate::lift::{Adapter, lift_with_adapter};
use crate::module::Module;
use crate::stage::{Stage, Step};
use crate::{ExitStatus, Names, preview1};

/// How to rewrite and lift.
pub(crate) struct Settings {
    /// Bytes that the application's memory may have.
    pub(crate) max_guest_memory: u64,
    pub(crate) exit_status: ExitStatus,
    pub(crate) names: Names,
}

/// Makes the command `app` a component that imports WASI 0.2, its file system included.
///
/// # Errors
/// [`Unmergeable::GuestMemory`](crate::Unmergeable::GuestMemory) for a memory that begins with more
/// than it may have, [`Bug::Rewrite`] and [`Bug::Lift`] if `app` is invalid, which the caller finds
/// out.
pub(crate) fn lift(
    app: &Module<'_>,
    settings: &Settings,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    let extent = Extent::needed(app, settings.max_guest_memory)?;
    let layout = Layout::new(app, extent, settings.exit_status)
        .map_err(|index| broken(reencode::Error::UserError(index)))?;
    let rewritten = rewrite(app, &layout, settings.names).map_err(broken)?;
    stages.extend(layout.stages(app));

    let adapter = Adapter {
        name: preview1::MODULE,
        module: WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    };
    let world = exit::world(settings.exit_status).map_err(|message| Bug::Lift { message })?;
    let component = lift_with_adapter(&rewritten, world.as_slice(), adapter)?;
    stages.push(Stage::note(
        Step::Lift,
        "made a component with wasmtime's preview1 adapter",
    ));
    stages.push(Stage::warning(
        Step::Lift,
        differences::warning(&layout, settings.exit_status),
    ));
    Ok(component)
}

/// Writes the sections in the order that the
/// [binary format](https://webassembly.github.io/spec/core/binary/modules.html) demands.
fn rewrite(app: &Module<'_>, layout: &Layout, names: Names) -> sections::Result<Vec<u8>> {
    let sections = Sections {
        app,
        layout,
        rewriter: Rewriter {
            functions: &layout.functions,
            memory: layout.memory.as_ref(),
        },
    };
    let mut module = wasm_encoder::Module::HEADER.to_vec();
    if let Some(build_id) = custom::build_id(app) {
        build_id.append_to(&mut module);
    }
    append(&mut module, &sections.types()?);
    append(&mut module, &sections.imports());
    append(&mut module, &sections.functions());
    append(&mut module, &sections.tables()?);
    append(&mut module, &sections.memories()?);
    append(&mut module, &sections.tags()?);
    append(&mut module, &sections.globals()?);
    append(&mut module, &sections.exports());
    append(&mut module, &sections.elements()?);
    let data = sections.data()?;
    append(&mut module, &data.count());
    append(&mut module, &sections.code()?);
    append(&mut module, &data);
    match names {
        Names::Keep => {
            custom::names(&[(app, &layout.functions)], &layout.written).append_to(&mut module);
        }
        Names::Drop => {}
    }
    if let Some(features) = custom::target_features(&[app], &[]) {
        features.append_to(&mut module);
    }
    custom::producers(&[app]).append_to(&mut module);
    Ok(module)
}

/// Re-encodes the application: functions move, and instructions on the size of its memory become
/// others.
#[derive(Clone, Copy)]
struct Rewriter<'l> {
    functions: &'l Scatter<FuncIndex>,
    memory: Option<&'l VirtualMemory>,
}

impl Reencode for Rewriter<'_> {
    type Error = OutOfRange;

    fn function_index(&mut self, index: u32) -> sections::Result<u32> {
        let index = self.functions.get(index).map(Index::raw);
        index.map_err(reencode::Error::UserError)
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> sections::Result<Instruction<'a>> {
        match (operator, self.memory) {
            (Operator::MemorySize { mem }, Some(memory)) if mem == memory.index.raw() => {
                Ok(memory.size_instruction())
            }
            (Operator::MemoryGrow { mem }, Some(memory)) if mem == memory.index.raw() => {
                Ok(memory.grow_instruction())
            }
            (other, _) => reencode::utils::instruction(self, other),
        }
    }
}

/// The input is taken to be valid until the rewrite shows that it is not; the caller finds out.
fn broken(error: reencode::Error<OutOfRange>) -> Error {
    let message = match error {
        reencode::Error::ParseError(error) => error.to_string(),
        other => other.to_string(),
    };
    Bug::Rewrite {
        message: one_line(&message),
    }
    .into()
}
