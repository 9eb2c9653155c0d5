//! Which interfaces compose, and what the result still imports. The components here only have
//! types: every function of theirs traps.

use std::fs;

use anyhow::{Context, Result};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};
use wrap::{Emit, Error, Options, Uncomposable, Wrapped};

use crate::support::{GUESTS, VERSIONS, in_version, repository};

const FILES: [&str; 2] = [
    "wasi:filesystem/preopens@0.2.12",
    "wasi:filesystem/types@0.2.12",
];
const STDIO: [&str; 3] = [
    "wasi:cli/stderr@0.2.12",
    "wasi:cli/stdin@0.2.12",
    "wasi:cli/stdout@0.2.12",
];
const NETWORK: [&str; 5] = [
    "wasi:sockets/instance-network@0.2.12",
    "wasi:sockets/ip-name-lookup@0.2.12",
    "wasi:sockets/network@0.2.12",
    "wasi:sockets/udp-create-socket@0.2.12",
    "wasi:sockets/udp@0.2.12",
];
const TCP: [&str; 2] = [
    "wasi:sockets/tcp-create-socket@0.2.12",
    "wasi:sockets/tcp@0.2.12",
];
/// What the files themselves ask of the host: times, and pollables that are ready.
const FOR_FILES: [&str; 3] = [
    "wasi:clocks/monotonic-clock@0.2.12",
    "wasi:clocks/wall-clock@0.2.12",
    "wasi:io/poll@0.2.12",
];
const STREAMS: [&str; 2] = ["wasi:io/error@0.2.12", "wasi:io/streams@0.2.12"];

/// The packages of WASI in `wit/deps`, and others that a test is about.
fn packages(others: &[&str]) -> Result<Resolve> {
    let mut resolve = Resolve::default();
    resolve.push_dir(repository().join("wit"))?;
    for (index, package) in others.iter().enumerate() {
        resolve.push_str(format!("{index}.wit"), package)?;
    }
    Ok(resolve)
}

/// A core module of a world, given by what stands between its braces.
fn module(resolve: &mut Resolve, world: &str) -> Result<Vec<u8>> {
    let package = resolve.push_str(
        "application.wit",
        &format!("package test:application; world application {{ {world} }}"),
    )?;
    let world = resolve.select_world(&[package], None)?;
    let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
    let mut module = wit_component::dummy_module(resolve, world, abi);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false)?;
    Ok(module)
}

fn component(resolve: &mut Resolve, world: &str) -> Result<Vec<u8>> {
    encoder(&module(resolve, world)?)?.encode()
}

fn encoder(module: &[u8]) -> Result<ComponentEncoder> {
    let mut encoder = ComponentEncoder::default();
    encoder.module(module)?.merge_imports_based_on_semver(false);
    Ok(encoder)
}

fn importing<'a>(interfaces: impl IntoIterator<Item = &'a &'a str>) -> String {
    let imports = interfaces.into_iter();
    imports.map(|name| format!("import {name}; ")).collect()
}

fn wrapped(component: &[u8]) -> Result<Wrapped, Error> {
    wrap::wrap(component, &GUESTS, &Options::default())
}

/// Every interface that a result imports, sorted.
fn imports(wrapped: &Wrapped) -> Vec<String> {
    let mut imports: Vec<String> = wrapped
        .reach
        .iter()
        .flat_map(|(_, imports)| imports.iter().cloned())
        .collect();
    imports.sort();
    imports
}

fn sorted<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_program_of_files_alone_asks_for_nothing_but_time() -> Result<()> {
    let files = component(&mut packages(&[])?, &importing(&FILES))?;
    let imports = imports(&wrapped(&files)?);
    assert_eq!(imports, sorted(FOR_FILES.iter().chain(&STREAMS)));
    Ok(())
}

#[test]
fn the_host_keeps_what_has_nothing_to_do_with_files() -> Result<()> {
    let others = [
        "wasi:cli/environment@0.2.12",
        "wasi:cli/exit@0.2.12",
        "wasi:cli/terminal-input@0.2.12",
        "wasi:cli/terminal-stdin@0.2.12",
        "wasi:random/random@0.2.12",
    ];
    let kept: Vec<_> = others.iter().chain(&STDIO).chain(&FOR_FILES).collect();
    let world = importing(FILES.iter().chain(kept.iter().copied()));
    let program = component(&mut packages(&[])?, &world)?;
    assert_eq!(
        imports(&wrapped(&program)?),
        sorted(kept.into_iter().chain(&STREAMS))
    );
    Ok(())
}

#[test]
fn sockets_compose_in_every_version_and_tcp_only_where_it_was_imported() -> Result<()> {
    let udp = importing(FILES.iter().chain(&STDIO).chain(&NETWORK));
    let tcp = udp.clone() + &importing(&TCP);
    for (world, has_tcp) in [(udp, false), (tcp, true)] {
        let program = component(&mut packages(&[])?, &world)?;
        for version in VERSIONS {
            let program = in_version(&program, version)?;
            let imports = imports(&wrapped(&program).with_context(|| version.to_owned())?);
            let is_of = |interface: &str| imports.iter().any(|name| name.starts_with(interface));
            assert!(is_of("wasi:sockets/udp@"), "{version}: {imports:?}");
            assert_eq!(is_of("wasi:sockets/tcp"), has_tcp, "{version}: {imports:?}");
        }
    }
    Ok(())
}

#[test]
fn one_interface_in_two_versions_is_one_file_system() -> Result<()> {
    let mut packages = packages(&[])?;
    for package in ["io", "clocks", "filesystem"] {
        let file = repository().join(format!("wit/deps/{package}.wit"));
        let older = fs::read_to_string(file)?.replace("0.2.12", "0.2.6");
        packages.push_str(format!("older-{package}.wit"), &older)?;
    }
    let older = FILES.map(|name| name.replace("0.2.12", "0.2.6"));
    let older = older.iter().map(String::as_str).collect::<Vec<_>>();
    let program = component(&mut packages, &importing(FILES.iter().chain(&older)))?;
    let imports = imports(&wrapped(&program)?);
    assert!(!imports.iter().any(|name| name.contains("filesystem")));
    Ok(())
}

#[test]
fn names_with_the_version_beside_them_are_understood() -> Result<()> {
    let world = importing(FILES.iter().chain(&STDIO)) + "export wasi:cli/run@0.2.12;";
    let module = module(&mut packages(&[])?, &world)?;
    let program = encoder(&module)?.emit_canonical_names(true).encode()?;
    let text = wasmprinter::print_bytes(&program)?;
    assert!(text.contains("wasi:filesystem/types@0.2\""), "{text}");
    let imports = imports(&wrapped(&program)?);
    let expected = STDIO.iter().chain(&FOR_FILES).chain(&STREAMS);
    assert_eq!(imports, sorted(expected));
    Ok(())
}

#[test]
fn whatever_was_exported_is_exported() -> Result<()> {
    let api = "package test:api; interface calls { record pair { a: u32, b: string } \
               resource thing { constructor(pair: pair); get: func() -> list<pair>; } }";
    let world = importing(&FILES)
        + "export wasi:cli/run@0.2.12; export test:api/calls; export plain: func(s: string) -> u64;";
    let program = component(&mut packages(&[api])?, &world)?;
    let wrapped = wrapped(&program)?;
    let text = wasmprinter::print_bytes(wrapped.artifact.to_bytes())?;
    let outermost: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  (export "))
        .collect();
    for export in ["\"wasi:cli/run@0.2.12\"", "\"test:api/calls\"", "\"plain\""] {
        let is_there = outermost.iter().any(|line| line.contains(export));
        assert!(is_there, "{export} is missing: {outermost:?}");
    }
    Ok(())
}

#[test]
fn http_is_refused_by_the_name_of_its_interface() -> Result<()> {
    let http = "package wasi:http@0.2.0; interface types { \
                use wasi:io/streams@0.2.12.{input-stream}; \
                resource body { %stream: func() -> result<input-stream>; } } \
                interface incoming-handler { use types.{body}; handle: func(b: body); }";
    let server = importing(&FILES) + "export wasi:http/incoming-handler@0.2.0;";
    let client = importing(FILES.iter().chain(&["wasi:http/types@0.2.0"]));
    for world in [server, client] {
        let program = component(&mut packages(&[http])?, &world)?;
        let error = wrapped(&program).err().context("HTTP is refused")?;
        assert_eq!(
            error.to_string(),
            "imports wasi:http/types@0.2.0, which passes the input-stream of \
             wasi:io/streams@0.2.12, and the VFS makes its own; programs that speak HTTP need a \
             host with the file system, which is not built yet"
        );
        let inspection = wrap::inspect(&program)?;
        assert_eq!(inspection.component.why(), error.to_string());
    }
    Ok(())
}

#[test]
fn exports_that_pass_files_are_refused_by_name() -> Result<()> {
    let api = "package test:api; interface opener { \
               use wasi:filesystem/types@0.2.12.{descriptor}; open: func() -> descriptor; }";
    let world = importing(&FILES) + "export test:api/opener;";
    let program = component(&mut packages(&[api])?, &world)?;
    let error = wrapped(&program).err().context("it is refused")?;
    assert_eq!(
        error,
        Error::Uncomposable(Uncomposable::Export {
            export: "test:api/opener".to_owned(),
            resource: "descriptor".to_owned(),
            owner: "wasi:filesystem/types@0.2.12".to_owned(),
        })
    );
    Ok(())
}

#[test]
fn a_core_module_cannot_be_made_of_a_component() -> Result<()> {
    let files = component(&mut packages(&[])?, &importing(&FILES))?;
    let options = Options {
        emit: Emit::Core,
        ..Options::default()
    };
    let error = wrap::wrap(&files, &GUESTS, &options).err();
    let error = error.context("it is refused")?;
    assert_eq!(error, Error::Uncomposable(Uncomposable::Core));
    Ok(())
}
