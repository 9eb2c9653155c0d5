//! What can go wrong, sorted by who can do something about it.

use thiserror::Error;

/// Why an input was not wrapped.
///
/// Displayed as one line without a trailing period: what is wrong, then, after a semicolon, what to
/// do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is something else than a preview1 module.
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Unsupported(UnsupportedKind),
    /// The input is a preview1 module with a property that stands in the way.
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Unmergeable(Unmergeable),
    /// The input is a component with a property that stands in the way.
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Uncomposable(Uncomposable),
    /// The text format does not parse.
    #[error("WebAssembly text that does not parse: {message} (line {line}, column {column})")]
    Text {
        /// The parser's words.
        message: String,
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// The binary does not parse or does not validate.
    #[error("damaged or invalid WebAssembly: {message} (at offset {offset:#x})")]
    Malformed {
        /// The parser's or validator's words.
        message: String,
        /// Where in the binary, in bytes.
        offset: u64,
    },
    /// The shim breaks the contract that [`Shims`](crate::Shims) states.
    #[error("the shim is unusable: {0}")]
    Shim(ShimFault),
    /// There is no place for files in the artifact.
    #[error(
        "has no place for files: it was not wrapped, not by this version, or opens none; wrap the program again"
    )]
    NoImagePlace,
    /// This library made a mistake; the input is not to blame.
    #[error("internal error: {0}")]
    Bug(Bug),
}

impl Error {
    /// What is wrong, without the remedy.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unsupported(kind) => kind.to_string(),
            Self::Unmergeable(obstacle) => obstacle.to_string(),
            Self::Uncomposable(obstacle) => obstacle.to_string(),
            Self::Text { .. }
            | Self::Malformed { .. }
            | Self::Shim(_)
            | Self::NoImagePlace
            | Self::Bug(_) => self.to_string(),
        }
    }

    /// What the owner of the input can do, where that can be said.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Unsupported(kind) => Some(kind.remedy()),
            Self::Unmergeable(obstacle) => Some(obstacle.remedy()),
            Self::Uncomposable(obstacle) => Some(obstacle.remedy()),
            Self::Text { .. }
            | Self::Malformed { .. }
            | Self::Shim(_)
            | Self::NoImagePlace
            | Self::Bug(_) => None,
        }
    }
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Self::Malformed {
            message: one_line(error.message()),
            offset: error.offset(),
        }
    }
}

impl From<UnsupportedKind> for Error {
    fn from(kind: UnsupportedKind) -> Self {
        Self::Unsupported(kind)
    }
}

impl From<Unmergeable> for Error {
    fn from(obstacle: Unmergeable) -> Self {
        Self::Unmergeable(obstacle)
    }
}

impl From<Uncomposable> for Error {
    fn from(obstacle: Uncomposable) -> Self {
        Self::Uncomposable(obstacle)
    }
}

impl From<ShimFault> for Error {
    fn from(fault: ShimFault) -> Self {
        Self::Shim(fault)
    }
}

impl From<Bug> for Error {
    fn from(bug: Bug) -> Self {
        Self::Bug(bug)
    }
}

/// A kind of input that cannot be wrapped, recognised by its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnsupportedKind {
    /// Nothing known.
    #[error("not WebAssembly")]
    NotWebAssembly,
    /// gzip, zip or webc.
    #[error("archive ({format}), not a module")]
    Archive {
        /// The archive's format.
        format: &'static str,
    },
    /// ELF, which is also what wasmtime's `.cwasm` files are.
    #[error("precompiled native code, not WebAssembly")]
    Precompiled,
    /// LLVM bitcode, as compilers write it with link-time optimisation.
    #[error("LLVM bitcode, not a linked module")]
    Bitcode,
    /// An `ar` archive of objects.
    #[error("static library, not a linked module")]
    StaticLibrary,
    /// An object file with the linker's own sections.
    #[error("relocatable object, not a linked module")]
    Object,
    /// A module with a `dylink` section.
    #[error("position-independent library (dylink)")]
    DynamicLibrary,
    /// A component from before the binary format was settled.
    #[error("component in a pre-standard binary format (version {version:#x}, layer {layer})")]
    PreStandardComponent {
        /// Version field of the binary's header.
        version: u16,
        /// Layer field of the binary's header.
        layer: u16,
    },
    /// A component for WASI 0.3, or one that uses async, streams or futures.
    #[error("WASI 0.3 component")]
    AsyncComponent,
    /// Output of this library or of another tool that supplies a file system.
    #[error("already virtualized by {by}")]
    AlreadyWrapped {
        /// The tool.
        by: String,
    },
    /// `wasi_unstable`: other numbers and layouts than preview1 under the same function names.
    #[error("preview0 (wasi_unstable) module")]
    Preview0,
    /// Imports of wasmer's own extension of preview1.
    #[error("WASIX module")]
    Wasix,
    /// Imports or exports of the wasi-threads proposal.
    #[error("uses wasi-threads")]
    Threads,
    /// Emscripten output that relies on generated JavaScript.
    #[error("Emscripten module with JavaScript imports ({import})")]
    Emscripten {
        /// One of those imports, as MODULE.NAME.
        import: String,
    },
    /// Go's js/wasm port.
    #[error("Go js/wasm module for browsers")]
    GoJs,
    /// A core module with a `component-type` section or component-model import names.
    #[error("core half of a component")]
    ComponentCore,
    /// wasm-bindgen output.
    #[error("needs JavaScript glue (wasm-bindgen)")]
    WasmBindgen,
    /// A core module without WASI.
    #[error("no preview1 imports, nothing to do")]
    PlainCore,
}

impl UnsupportedKind {
    /// What the owner of the input can do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotWebAssembly => "pass a .wasm or .wat file",
            Self::Archive { .. } => "unpack it and pass the .wasm inside",
            Self::Precompiled => "pass the .wasm it was compiled from",
            Self::Bitcode | Self::StaticLibrary | Self::Object => "link it first",
            Self::DynamicLibrary => "link it statically",
            Self::PreStandardComponent { .. } => "rebuild it with current component tools",
            Self::AsyncComponent => "build the program for wasm32-wasip1",
            Self::AlreadyWrapped { .. } => "start from the original file",
            Self::Preview0 => "rebuild it with a toolchain of 2020 or later",
            Self::Wasix | Self::WasmBindgen | Self::ComponentCore => "build it for wasm32-wasip1",
            Self::Threads => "rebuild it without threads",
            Self::Emscripten { .. } => "rebuild it with -sSTANDALONE_WASM",
            Self::GoJs => "rebuild it with GOOS=wasip1",
            Self::PlainCore => "use the module as it is",
        }
    }

    /// The name in reports, stable across releases.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::NotWebAssembly => "unknown",
            Self::Archive { .. } => "archive",
            Self::Precompiled => "precompiled",
            Self::Bitcode => "llvm-bitcode",
            Self::StaticLibrary => "static-library",
            Self::Object => "object",
            Self::DynamicLibrary => "dynamic-library",
            Self::PreStandardComponent { .. } => "pre-standard-component",
            Self::AsyncComponent => "wasi-0.3-component",
            Self::AlreadyWrapped { .. } => "already-virtualized",
            Self::Preview0 => "preview0",
            Self::Wasix => "wasix",
            Self::Threads => "wasi-threads",
            Self::Emscripten { .. } => "emscripten",
            Self::GoJs => "go-js",
            Self::ComponentCore => "component-core",
            Self::WasmBindgen => "wasm-bindgen",
            Self::PlainCore => "plain-core",
        }
    }
}

/// A property of a preview1 module that it cannot be merged with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unmergeable {
    /// An import from `wasi_snapshot_preview1` that is none of its 46 functions.
    #[error("{name} is no preview1 function")]
    UnknownFunction {
        /// The import's name.
        name: String,
    },
    /// A preview1 function imported with other parameters or results than it has.
    #[error("{name} has signature {found}, expected {expected}")]
    Signature {
        /// The function.
        name: String,
        /// The module's idea of its type.
        found: String,
        /// The type that preview1 defines.
        expected: String,
    },
    /// An import that neither preview1 nor this library supplies.
    #[error("imports {module}.{name}, which only its own host supplies")]
    ForeignImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// The memory is the host's.
    #[error("imports its memory from {module}")]
    ImportedMemory {
        /// The import's module.
        module: String,
    },
    /// A table is the host's.
    #[error("imports a table from {module}")]
    ImportedTable {
        /// The import's module.
        module: String,
    },
    /// A memory is shared, 64-bit or of another page size.
    #[error("its memory uses {feature}")]
    MemoryFeature {
        /// The proposal.
        feature: &'static str,
    },
    /// No memory at all, so nothing that preview1's pointers could point into.
    #[error("defines no memory")]
    NoMemory,
    /// Several memories, or the name taken by something else, and no way to tell which one pointers
    /// refer to.
    #[error("exports no memory named memory")]
    NoMemoryExport,
    /// A component was asked for and there is no `_start`.
    #[error("reactor (no _start), and a component needs a command")]
    Reactor,
    /// A component was asked for and `_start` takes or returns something.
    #[error("_start must take and return nothing")]
    StartSignature,
    /// The stock adapter was asked for with a limit on memory below what the module begins with.
    #[error("its memory begins with {len} bytes, more than the {limit} it may have")]
    GuestMemory {
        /// Bytes that it begins with.
        len: u64,
        /// Bytes that it may have.
        limit: u64,
    },
    /// The stock adapter was asked for with [`Emit::Core`](crate::Emit::Core).
    #[error("the stock adapter makes components only")]
    StockCore,
    /// Files of another component, or of the host, were asked for with
    /// [`Emit::Core`](crate::Emit::Core).
    #[error("files of another component are for components only")]
    PluggedCore,
    /// The embedded image does not fit into the shim's 32-bit memory, or into a module that engines
    /// load.
    #[error("the embedded files take {len} bytes, the result has room for {room}")]
    ImageTooLarge {
        /// Length of the image in bytes.
        len: u64,
        /// Bytes left for it.
        room: u64,
    },
    /// The module is larger than the limit that engines agree on.
    #[error("the module takes {len} bytes, more than the {limit} that engines load")]
    ModuleTooLarge {
        /// Its length in bytes.
        len: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A WebAssembly proposal that no target runs by default.
    #[error("uses {feature}, which the target runtimes do not run")]
    Feature {
        /// The proposal.
        feature: String,
    },
}

impl Unmergeable {
    /// What the owner of the input can do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::UnknownFunction { .. } => "rebuild it without its runtime's extensions of WASI",
            Self::Signature { .. } => "rebuild it with a toolchain for wasi_snapshot_preview1",
            Self::ForeignImport { .. } | Self::Reactor | Self::StartSignature => "use --emit core",
            Self::ImportedMemory { .. } => "link it without --import-memory",
            Self::ImportedTable { .. } => "link it without --import-table",
            Self::MemoryFeature { .. } => "build it for one 32-bit unshared memory",
            Self::NoMemory => "build it for wasm32-wasip1",
            Self::NoMemoryExport => "export the memory that WASI pointers refer to as memory",
            Self::GuestMemory { .. } => {
                "allow more with --max-guest-memory, or leave --adapter stock out"
            }
            Self::StockCore => "leave out --emit core or --adapter stock",
            Self::PluggedCore => "leave out --emit core",
            Self::ImageTooLarge { .. } => {
                "embed less, or run the module with run --via host, which keeps files outside of it"
            }
            Self::ModuleTooLarge { .. } => "link less into it",
            Self::Feature { .. } => "rebuild it without that feature",
        }
    }
}

/// A property of a component that it cannot be composed with a VFS component.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Uncomposable {
    /// A core module was asked for.
    #[error("a component does not become a core module")]
    Core,
    /// It imports files in a version of WASI that the VFS does not speak.
    #[error("imports {import}, which is not of the WASI 0.2 that the VFS speaks")]
    Version {
        /// The interface.
        import: String,
    },
    /// An import that stays with the host passes a resource that the VFS takes over.
    #[error("imports {import}, which passes the {resource} of {owner}, and the VFS makes its own")]
    Import {
        /// The interface.
        import: String,
        /// The resource.
        resource: String,
        /// The interface that defines it.
        owner: String,
    },
    /// An export passes a resource that the VFS takes over, so its host could not call it.
    #[error("exports {export}, which passes the {resource} of {owner}, and the VFS makes its own")]
    Export {
        /// The interface.
        export: String,
        /// The resource.
        resource: String,
        /// The interface that defines it.
        owner: String,
    },
    /// An import has a name of WASI and another type.
    #[error("imports {import} as something else than WASI defines ({reason})")]
    Mismatch {
        /// The interface.
        import: String,
        /// The composer's words.
        reason: String,
    },
    /// It uses something that the composer does not know.
    #[error("the composer does not understand it ({reason})")]
    Unreadable {
        /// The composer's words.
        reason: String,
    },
}

impl Uncomposable {
    /// What the owner of the input can do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Core => "leave --emit core out",
            Self::Version { .. } | Self::Mismatch { .. } => "rebuild it for WASI 0.2",
            Self::Import { import: name, .. } | Self::Export { export: name, .. }
                if name.starts_with("wasi:http/") =>
            {
                "programs that speak HTTP need a host with the file system, which is not built yet"
            }
            Self::Import { .. } | Self::Export { .. } => "build the program without that interface",
            Self::Unreadable { .. } => "rebuild it with current component tools",
        }
    }
}

/// How a shim breaks its contract.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShimFault {
    /// It does not parse or does not validate.
    #[error("{message} (at offset {offset:#x})")]
    Malformed {
        /// The parser's or validator's words.
        message: String,
        /// Where in the shim, in bytes.
        offset: u64,
    },
    /// It must define one 32-bit unshared memory of 64 KiB pages and export it as `memory`.
    #[error("it must define one ordinary memory and export it as memory")]
    Memory,
    /// An import that the merger does not know.
    #[error("it imports {module}.{name}, which is not part of its contract")]
    Import {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// A glue function imported with another type than it has.
    #[error("it imports {module}.{name} with signature {found}, expected {expected}")]
    Signature {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
        /// The shim's idea of its type.
        found: String,
        /// Its type.
        expected: String,
    },
    /// A preview1 function that the application needs and the shim lacks, or exports with another
    /// type.
    #[error("it exports no {name} of the right type")]
    Export {
        /// The function.
        name: String,
    },
    /// The merged module cannot be made a component, for which only the shim's imports, exports and
    /// `component-type` sections count.
    #[error("{reason}")]
    Lift {
        /// The component encoder's words.
        reason: String,
    },
}

/// A mistake of this library.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Bug {
    /// Two valid modules could not be encoded as one.
    #[error("the merge failed: {message}")]
    Merge {
        /// The encoder's words.
        message: String,
    },
    /// An application and a VFS component could not be encoded as one component.
    #[error("the composition failed: {message}")]
    Compose {
        /// The composer's words.
        message: String,
    },
    /// A valid module could not be rewritten for the stock adapter.
    #[error("the rewrite failed: {message}")]
    Rewrite {
        /// The encoder's words.
        message: String,
    },
    /// A rewritten module could not be made a component with the stock adapter.
    #[error("the stock adapter does not fit: {message}")]
    Lift {
        /// The component encoder's words.
        message: String,
    },
    /// Two valid modules gave an invalid one.
    #[error("the result does not validate: {message} (at offset {offset:#x})")]
    InvalidOutput {
        /// The validator's words.
        message: String,
        /// Where in the result, in bytes.
        offset: u64,
    },
    /// The result still reaches files of the host.
    #[error("the result still imports {import}")]
    LeftoverImport {
        /// The import.
        import: String,
    },
}

/// Joins the lines of a message that another library broke.
pub(crate) fn one_line(message: &str) -> String {
    message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}
