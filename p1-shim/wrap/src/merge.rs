//! Two core modules made one: the application, and the shim that answers its preview1 imports.
//!
//! What has to hold of the result:
//! - Every index space is the kept imports, then the application's items, then the shim's;
//!   functions that the merger writes come last. The application's memory keeps its index, the
//!   shim's follows it.
//! - Every occurrence of a preview1 import becomes the shim's function, whichever of equal types it
//!   names, also in element segments, `ref.func`, exports and the start function.
//! - The shim's functions and imports that the application cannot reach are left out.
//! - The result exports what the application exported ([`Emit::Core`](crate::Emit::Core)) or what
//!   the lift looks for ([`Emit::Component`](crate::Emit::Component)).
//! - Custom sections are written anew or left out; none is copied without being understood.

mod exit;
mod glue;
mod image;
mod layout;
mod link;
mod live;
mod renumber;
mod report;
mod sections;

use wasm_encoder::reencode;
use wasm_encoder::{Section, StartSection};

use self::image::ImagePlace;
use self::layout::Layout;
use self::link::Links;
use self::live::Live;
use self::renumber::Renumber;
use self::sections::Inputs;
use crate::Names;
use crate::encode::index::{Index, OutOfRange};
use crate::encode::{append, custom};
use crate::error::{Bug, Error, one_line};
use crate::marker::Marker;
use crate::module::Module;
use crate::shim::Shim;
use crate::stage::Stage;

pub(crate) use link::foreign;

/// Merges `app` with `shim` and leaves a place for an image in the shim's memory.
///
/// An `app` without anything in it gives the shim without what is not kept.
///
/// # Errors
/// [`Unmergeable`](crate::Unmergeable) for an import that the flavour of result has no place for,
/// [`ShimFault`](crate::ShimFault) for a shim that lacks what the
/// application needs, [`Bug::Merge`] if an input refers to something that it does not have, which
/// means that it is invalid.
pub(crate) fn merge(
    app: &Module<'_>,
    shim: &Shim<'_>,
    names: Names,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    let links = Links::resolve(app, shim)?;
    let live = Live::mark(shim, &links).map_err(|error| broken(error.into()))?;
    let image = ImagePlace::new(shim.memory, [app.counts(), shim.module.counts()]);
    let layout = Layout::new(app, &shim.module, &links, &live, image)
        .map_err(|index| broken(reencode::Error::UserError(index)))?;
    let inputs = Inputs {
        app,
        shim,
        links: &links,
        layout: &layout,
    };

    let mut module = wasm_encoder::Module::HEADER.to_vec();
    write(&mut module, &inputs, names).map_err(broken)?;
    stages.extend(inputs.stages());
    Ok(module)
}

/// Writes the sections in the order that the
/// [binary format](https://webassembly.github.io/spec/core/binary/modules.html) demands.
fn write(module: &mut Vec<u8>, inputs: &Inputs<'_, '_>, names: Names) -> sections::Result<()> {
    if let Some(build_id) = custom::build_id(inputs.app) {
        build_id.append_to(module);
    }
    append(module, &inputs.types()?);
    append(module, &inputs.imports()?);
    append(module, &inputs.functions()?);
    append(module, &inputs.tables()?);
    append(module, &inputs.memories()?);
    append(module, &inputs.tags()?);
    append(module, &inputs.globals()?);
    append(module, &inputs.exports()?);
    if let Some(start) = inputs.layout.start {
        StartSection {
            function_index: start.raw(),
        }
        .append_to(module);
    }
    append(module, &inputs.elements()?);
    let data = inputs.data()?;
    append(module, &data.count());
    append(module, &inputs.code()?);
    append(module, &data);
    match names {
        Names::Keep => {
            let functions = inputs
                .parts()
                .map(|(module, Renumber(maps))| (module, &maps.functions));
            custom::names(&functions, &inputs.layout.written).append_to(module);
        }
        Names::Drop => {}
    }
    let modules = inputs.parts().map(|(module, _)| module);
    let addition: &[_] = match inputs.app.memories.as_slice() {
        [] => &[],
        _ => &["bulk-memory", "multimemory"],
    };
    if let Some(features) = custom::target_features(&modules, addition) {
        features.append_to(module);
    }
    custom::producers(&modules).append_to(module);
    let place = inputs.links.ask_for_image().then(|| {
        let start = u64::from(inputs.layout.image.offset);
        start..start
    });
    Marker::new(inputs.shim.emit, place)
        .section()
        .append_to(module);
    Ok(())
}

/// Both inputs are taken to be valid until the merge shows that one is not; the caller finds out
/// which.
fn broken(error: reencode::Error<OutOfRange>) -> Error {
    let message = match error {
        reencode::Error::ParseError(error) => error.to_string(),
        other => other.to_string(),
    };
    Bug::Merge {
        message: one_line(&message),
    }
    .into()
}
