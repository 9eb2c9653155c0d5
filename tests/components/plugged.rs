//! Preview 1 programs whose files are somebody else's: a host's, or another component's.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use wasmtime_wasi::{FsPerms, WasiCtx};
use wrap::{Capability, Files, Options};

use crate::support::{Ended, GUESTS, OnHost, Program, monaka_wrap, of_wasmtime, repository};

fn sample(name: &str) -> PathBuf {
    let module = format!("legacy-samples/{name}/{name}.wasm");
    repository().join(module)
}

/// What a sample prints natively in one of its cases.
fn expected(name: &str, case: &str) -> Result<String> {
    let expected = sample(name).with_file_name(format!("{case}expected.stdout"));
    Ok(fs::read_to_string(expected)?)
}

/// What a sample prints and how it ends with the files of its host, in an empty directory.
fn on_files_of_the_host(name: &str, arguments: &[&str]) -> Result<(Ended, String)> {
    let options = Options {
        files: Files::Host,
        ..Options::default()
    };
    let wrapped = wrap::wrap(&fs::read(sample(name))?, &GUESTS, &options)?;
    let imported = wrapped.reach.imports(Capability::Files);
    assert!(!imported.is_empty(), "it imports files");

    let directory = tempfile::tempdir()?;
    let mut context = WasiCtx::builder();
    context
        .preopened_dir(directory.path(), "/", FsPerms::ReadWrite)
        .map_err(of_wasmtime)?;
    context.arg(name).args(arguments);
    OnHost::new(&wrapped.artifact.to_bytes())?.run(&mut context)
}

#[test]
fn a_c_program_runs_on_files_of_the_host() -> Result<()> {
    let ran = on_files_of_the_host("recordb", &["7000", "3"])?;
    assert_eq!(ran, (Ended::Exited(3), expected("recordb", "")?));
    Ok(())
}

#[test]
fn a_go_program_runs_on_files_of_the_host() -> Result<()> {
    let ran = on_files_of_the_host("sitegen", &["24", "120"])?;
    assert_eq!(ran, (Ended::Exited(0), expected("sitegen", "small.")?));
    Ok(())
}

#[test]
fn what_imports_files_can_be_given_some_later() -> Result<()> {
    let program = Program::new(&fs::read(sample("recordb"))?)?;
    let open = program.wrap(&["--fs", "host"])?;
    let closed = Program::new(&open)?.wrap(&[])?;
    let inspection = wrap::inspect(&closed)?;
    assert!(inspection.reach.imports(Capability::Files).is_empty());

    let arguments = ["recordb", "7000", "3"];
    let ran = OnHost::new(&closed)?.run(WasiCtx::builder().args(&arguments))?;
    assert_eq!(ran, (Ended::Exited(3), expected("recordb", "")?));
    Ok(())
}

#[test]
fn embedded_files_are_those_of_the_component_beside_it() -> Result<()> {
    let text = repository().join("tests/programs/cat.wat");
    let cat = repository().join("tests/differential/c/cat.wasm");
    let mount = format!("/data/text={}", text.display());
    let options = ["--adapter", "plugged", "--mount", &mount, "--cwd", "/data"];
    let wrapped = Program::new(&fs::read(cat)?)?.wrap(&options)?;
    let image = wrap::embedded_image(&wrapped.clone().into())?.context("an image")?;
    let content = fs::read(text)?;
    assert!(image.windows(content.len()).any(|piece| piece == content));

    let ran = OnHost::new(&wrapped)?.run(WasiCtx::builder().args(&["cat", "text"]))?;
    assert_eq!(ran.0, Ended::Exited(0));
    assert!(ran.1.starts_with("text: ok "), "{}", ran.1);
    Ok(())
}

#[test]
fn files_of_somebody_else_are_for_components_and_take_no_content() -> Result<()> {
    let refusals: [(&[&str], &str); 4] = [
        (
            &["--adapter", "plugged", "--emit", "core"],
            "leave out --emit core",
        ),
        (&["--fs", "host", "--emit", "core"], "leave out --emit core"),
        (&["--fs", "host", "--mount", "/x=."], "--mount"),
        (&["--fs", "host", "--max-files", "7"], "--max-files"),
    ];
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out.wasm");
    for (options, said) in refusals {
        let mut command = monaka_wrap();
        command.arg("wrap").args(options).arg(sample("hello"));
        let output = command.arg("-o").arg(&out).output()?;
        let stderr = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(125), "{options:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{options:?}: {stderr}");
        assert!(stderr.contains(said), "{options:?}: {stderr}");
        assert!(!out.exists(), "{options:?}");
    }
    Ok(())
}
