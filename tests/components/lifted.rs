//! C programs that the stock adapter made components of, in every version of WASI 0.2.

use std::fs;

use anyhow::{Result, ensure};

use crate::support::{Program, VERSIONS, WAYS, in_version, lifted, repository};

#[test]
fn a_database_runs_in_every_version_of_wasi() -> Result<()> {
    let sample = repository().join("legacy-samples/recordb");
    let component = lifted(&fs::read(sample.join("recordb.wasm"))?)?;
    let expected = fs::read_to_string(sample.join("expected.stdout"))?;
    for version in VERSIONS {
        let program = Program::new(&in_version(&component, version)?)?;
        for via in WAYS {
            let output = program.run::<&str>(via, &[], &["7000", "3"])?;
            let stderr = String::from_utf8_lossy(&output.stderr);
            // The stock adapter knows success and failure; the program's own status is 3.
            ensure!(output.status.code() == Some(1), "{version}: {stderr}");
            let stdout = String::from_utf8_lossy(&output.stdout);
            assert_eq!(stdout, expected, "{version} {via}");
        }
    }
    Ok(())
}
