//! Preview 1 programs whose files are somebody else's: a host's, or another component's.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use wasmtime_wasi::{FsPerms, WasiCtx};
use wrap::{Adapter, Capability, Files, Options};

use crate::support::{Ended, GUESTS, OnHost, Program, monaka_wrap, of_wasmtime, repository};

fn sample(name: &str) -> PathBuf {
    let module = format!("legacy-samples/{name}/{name}.wasm");
    repository().join(module)
}

/// A sample with the files of its host, in a directory of which it runs as its native build does.
fn runs_on_files_of_the_host(name: &str, arguments: &[&str], code: i32) -> Result<()> {
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
    let program = OnHost::new(&wrapped.artifact.to_bytes())?;
    let (ended, printed) = program.run(&mut context)?;
    let expected = sample(name).with_file_name("expected.stdout");
    assert_eq!(printed, fs::read_to_string(expected)?);
    assert_eq!(ended, Ended::Exited(code));
    Ok(())
}

#[test]
fn a_c_program_runs_on_files_of_the_host() -> Result<()> {
    runs_on_files_of_the_host("recordb", &["7000", "3"], 3)
}

#[test]
fn a_go_program_runs_on_files_of_the_host() -> Result<()> {
    runs_on_files_of_the_host("sitegen", &["24", "120"], 0)
}

#[test]
fn what_imports_files_can_be_given_some_later() -> Result<()> {
    let program = Program::new(&fs::read(sample("recordb"))?)?;
    let open = program.wrap(&["--fs", "host"])?;
    let closed = Program::new(&open)?.wrap(&[])?;
    let inspection = wrap::inspect(&closed)?;
    assert!(inspection.reach.imports(Capability::Files).is_empty());

    let output = Program::new(&closed)?.run::<&str>(&[], &["7000", "3"])?;
    let expected = sample("recordb").with_file_name("expected.stdout");
    assert_eq!(
        String::from_utf8(output.stdout)?,
        fs::read_to_string(expected)?
    );
    Ok(())
}

#[test]
fn embedded_files_are_those_of_the_component_beside_it() -> Result<()> {
    let text = repository().join("tests/programs/cat.wat");
    let program = Program::new(&fs::read(
        repository().join("tests/differential/c/cat.wasm"),
    )?)?;
    let mount = format!("/data/text={}", text.display());
    let options = ["--adapter", "plugged", "--mount", &mount, "--cwd", "/data"];
    let wrapped = program.wrap(&options)?;
    let image = wrap::embedded_image(&wrapped.clone().into())?.context("an image")?;
    let expected = fs::read(text)?;
    assert!(image.windows(expected.len()).any(|piece| piece == expected));

    let output = Program::new(&wrapped)?.run::<&str>(&[], &["text"])?;
    let printed = String::from_utf8(output.stdout)?;
    assert!(printed.starts_with("text: ok "), "{printed}");
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
