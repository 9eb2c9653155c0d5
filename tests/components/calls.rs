//! A program that calls every function about files, and says which answer it did not expect.

use std::fs;
use std::process::Output;

use anyhow::{Result, ensure};
use bytes::Bytes;
use wit_component::ComponentEncoder;

use crate::support::{Program, VERSIONS, WAYS, in_version, repository};

/// `tests/programs/p2`.
pub(crate) fn component() -> Result<Vec<u8>> {
    let module = fs::read(repository().join("tests/programs/p2-calls.wasm"))?;
    ComponentEncoder::default().module(&module)?.encode()
}

fn passes(output: &Output) -> Result<()> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {stderr}", output.status);
    Ok(())
}

#[test]
fn files_and_directories_answer_as_they_should_in_every_version_of_wasi() -> Result<()> {
    let component = component()?;
    for version in VERSIONS {
        let program = Program::new(&in_version(&component, version)?)?;
        for via in WAYS {
            for part in ["files", "directories"] {
                passes(&program.run::<&str>(via, &[], &[part])?)?;
            }
        }
    }
    Ok(())
}

#[test]
fn streams_of_the_vfs_take_any_length() -> Result<()> {
    let program = Program::new(&component()?)?;
    passes(&program.run::<&str>("component", &[], &["large"])?)
}

#[test]
fn streams_of_files_mix_with_the_standard_ones() -> Result<()> {
    let program = Program::new(&component()?)?;
    let input = tempfile::NamedTempFile::new()?;
    let text: String = (0..20_000).map(|line| format!("line {line}\n")).collect();
    fs::write(input.path(), &text)?;
    let options = ["--stdin".as_ref(), input.path().as_os_str()];
    for via in WAYS {
        let output = program.run(via, &options, &["streams"])?;
        passes(&output)?;
        assert!(
            output.stdout == text.as_bytes(),
            "{via}: {} bytes",
            output.stdout.len()
        );
    }
    Ok(())
}

#[test]
fn a_full_file_system_is_said_once_and_the_stream_is_closed() -> Result<()> {
    let program = Program::new(&component()?)?;
    for via in WAYS {
        passes(&program.run(via, &["--max-fs-size", "1M"], &["full"])?)?;
    }
    Ok(())
}

#[test]
fn embedded_files_are_read_as_they_were() -> Result<()> {
    let program = Program::new(&component()?)?;
    let host = tempfile::tempdir()?;
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(host.path().join("large"), &content)?;
    let mount = format!("/data={}", host.path().display());
    for via in WAYS {
        let output = program.run(via, &["--mount", &mount], &["cat", "data/large"])?;
        passes(&output)?;
        assert!(output.stdout == content, "{via}: {}", output.stdout.len());
    }
    Ok(())
}

#[test]
fn embedded_files_are_found_again_in_the_result() -> Result<()> {
    let program = Program::new(&component()?)?;
    let sample = repository().join("tests/programs/cat.wat");
    let mount = format!("/cat.wat={}", sample.display());
    let wrapped = program.wrap(&["--mount", &mount])?;
    let image = wrap::embedded_image(&wrapped.clone().into())?;
    let text = fs::read(sample)?;
    let is_there = |image: Bytes| image.windows(text.len()).any(|piece| piece == text);
    assert!(image.is_some_and(is_there));
    assert_eq!(wrap::inspect(&wrapped)?.kind.id(), "already-virtualized");
    Ok(())
}

#[test]
fn the_working_directory_is_where_relative_paths_begin() -> Result<()> {
    let program = Program::new(&component()?)?;
    let options = ["--cwd", "/some/where", "--env", "PWD=/elsewhere"];
    for via in WAYS {
        passes(&program.run(via, &options, &["cwd", "/some/where"])?)?;
        passes(&program.run(via, &["--no-preopen"], &["nothing"])?)?;
    }
    Ok(())
}

#[test]
fn handles_that_the_program_does_not_have_are_traps() -> Result<()> {
    let program = Program::new(&component()?)?;
    for (via, part) in WAYS
        .iter()
        .flat_map(|via| [(via, "forged"), (via, "dropped")])
    {
        let output = program.run::<&str>(via, &[], &[part])?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(134), "{via} {part}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{via} {part}: {stderr}");
        assert!(stderr.contains("handle"), "{via} {part}: {stderr}");
    }
    Ok(())
}
