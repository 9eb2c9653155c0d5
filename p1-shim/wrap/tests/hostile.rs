//! Inputs that nobody meant to write: damaged modules, and valid ones without sense.
//!
//! All of it is deterministic; a failure names the round that shows it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{fs, path::Path};

use anyhow::{Context, Result};
use arbitrary::Unstructured;
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};
use wrap::{Adapter, Emit, Error, Options, Shims, Wrapped};

mod shims;

/// xorshift64*, Vigna 2016.
struct Random(u64);

impl Random {
    /// The numbers of one round.
    fn of_round(round: u64) -> Self {
        let mut random = Self(round.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A range of at most 64 bytes of `bytes`.
    fn range(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len() + 1);
        start..(start + self.below(64)).min(bytes.len())
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// The inputs of the golden cases, as binary and as text, and the small samples.
fn corpus() -> Result<Vec<Vec<u8>>> {
    let mut corpus = Vec::new();
    for entry in fs::read_dir(shims::cases())? {
        let Ok(text) = fs::read(entry?.path().join("module.wat")) else {
            continue;
        };
        corpus.push(wat::parse_bytes(&text)?.into_owned());
        corpus.push(text);
    }
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../legacy-samples");
    for folder in fs::read_dir(samples).into_iter().flatten() {
        for file in fs::read_dir(folder?.path()).into_iter().flatten() {
            let file = file?;
            let is_module = file
                .path()
                .extension()
                .is_some_and(|extension| extension == "wasm");
            if is_module && file.metadata()?.len() < 100_000 {
                corpus.push(fs::read(file.path())?);
            }
        }
    }
    Ok(corpus)
}

/// All that can be made of a module.
const WAYS: [(Emit, Adapter); 3] = [
    (Emit::Core, Adapter::Shim),
    (Emit::Component, Adapter::Shim),
    (Emit::Component, STOCK),
];

const STOCK: Adapter = Adapter::Stock {
    max_guest_memory: 64 << 20,
};

fn wrap_as(
    (emit, adapter): (Emit, Adapter),
    input: &[u8],
    shims: &Shims<'_>,
) -> Result<Wrapped, Error> {
    wrap::wrap(
        input,
        shims,
        &Options {
            emit,
            adapter,
            ..Options::default()
        },
    )
}

/// One or two small damages, of which a flipped bit is the most likely to leave a valid module.
fn damage(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(corpus).clone();
    for _ in 0..=random.below(2) {
        let range = random.range(&bytes);
        match random.below(10) {
            0 => bytes.truncate(range.start),
            1 => drop(bytes.drain(range)),
            2 => {
                let other = random.pick(corpus);
                let insert = other[random.range(other)].to_vec();
                bytes.splice(range, insert);
            }
            3 => {
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, copy);
            }
            4 => {
                // A length or index that is far too large.
                bytes.splice(range.start..range.start, [0xff, 0xff, 0xff, 0xff, 0x0f]);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(range.start) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    bytes
}

/// Wraps `input` in all ways; a panic, a result that does not validate, or blame laid on anything but
/// the input fails.
fn check(input: &[u8], shims: &Shims<'_>) -> Result<bool> {
    let mut accepted = false;
    for way in WAYS {
        match wrap_as(way, input, shims) {
            Ok(wrapped) => {
                Validator::new_with_features(WasmFeatures::all())
                    .validate_all(&wrapped.artifact.to_bytes())?;
                accepted = true;
            }
            Err(error @ (Error::Bug(_) | Error::Shim(_))) => return Err(error.into()),
            Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
        }
    }
    // Whatever it says, it must say it.
    drop(wrap::inspect(input));
    Ok(accepted)
}

#[test]
fn damaged_modules_are_refused_or_valid() -> Result<()> {
    let complete = shims::Complete::load()?;
    let shims = complete.shims();
    let corpus = corpus()?;
    let mut accepted = 0;
    for round in 0..8_000 {
        let input = damage(&corpus, &mut Random::of_round(round));
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&input, &shims)));
        let outcome = outcome.unwrap_or_else(|_| panic!("round {round} panicked"));
        accepted += u32::from(outcome.with_context(|| format!("round {round}"))?);
    }
    // Damage to a custom section or to a constant leaves a module valid; else the merge would not
    // have been tested.
    assert!(accepted > 200, "{accepted} of 8,000 accepted");
    Ok(())
}

#[test]
fn truncated_modules_are_refused_in_one_line() -> Result<()> {
    let complete = shims::Complete::load()?;
    let shims = complete.shims();
    let module = wat::parse_file(shims::cases().join("foreign-imports-come-first/module.wat"))?;
    for len in 0..module.len() {
        check(&module[..len], &shims).with_context(|| format!("cut off at {len}"))?;
    }
    Ok(())
}

/// What wasm-smith may import: preview1, and things that only the program's own host has.
fn available_imports() -> Result<Vec<u8>> {
    let mut imports = String::new();
    for (name, signature) in shims::preview1()? {
        imports += &format!(r#"(import "wasi_snapshot_preview1" "{name}" (func {signature}))"#);
    }
    imports += r#"(import "env" "f" (func (param i64 f64) (result v128)))
        (import "env" "g" (global (mut i32)))
        (import "env" "t" (tag (param i32)))"#;
    Ok(wat::parse_str(format!("(module {imports})"))?)
}

fn smith_config(available_imports: &[u8]) -> wasm_smith::Config {
    wasm_smith::Config {
        available_imports: Some(available_imports.to_vec()),
        max_imports: 30,
        min_memories: 1,
        max_memories: 3,
        max_tables: 3,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 1_000,
        // Refused, each with a test of its own.
        custom_page_sizes_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..wasm_smith::Config::default()
    }
}

#[test]
fn generated_modules_keep_their_exports() -> Result<()> {
    let complete = shims::Complete::load()?;
    let shims = complete.shims();
    let available_imports = available_imports()?;
    let mut merged = 0;
    for round in 0..600 {
        let seed = Random::of_round(round).bytes(4096);
        let config = smith_config(&available_imports);
        let module = wasm_smith::Module::new(config, &mut Unstructured::new(&seed))?.to_bytes();
        let accepted = check(&module, &shims).with_context(|| format!("round {round}"))?;
        if !accepted {
            continue;
        }
        let wrapped = wrap_as(WAYS[0], &module, &shims)?;
        let mut expected = exports(&module)?;
        if wrapped.artifact.to_bytes() != module {
            merged += 1;
            let memory = ("memory".to_owned(), ExternalKind::Memory);
            if !expected.contains(&memory) {
                expected.push(memory);
            }
        }
        assert_eq!(
            exports(&wrapped.artifact.to_bytes())?,
            expected,
            "round {round}"
        );
    }
    assert!(merged > 200, "{merged} of 600 merged");
    Ok(())
}

fn exports(module: &[u8]) -> Result<Vec<(String, ExternalKind)>> {
    let mut exports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload? {
            for export in section {
                let export = export?;
                exports.push((export.name.to_owned(), export.kind));
            }
        }
    }
    Ok(exports)
}
