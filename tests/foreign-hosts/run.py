"""Runs wrapped samples on the wasmtime of PyPI: `run.py MONAKA_WRAP SAMPLES`.

Each sample is wrapped as a component and as a core module, and run in a process of its own with
arguments, environment and standard input, but without any directory.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import wasmtime
from wasmtime import component


def run_component(engine, wasm, config):
    linker = component.Linker(engine)
    linker.add_wasip2()
    store = wasmtime.Store(engine)
    store.set_wasi(config)
    instance = linker.instantiate(store, component.Component(engine, wasm))
    interface = instance.get_export_index(store, "wasi:cli/run@0.2.12")
    run = instance.get_func(store, instance.get_export_index(store, "run", interface))
    return run(store)


def run_core(engine, wasm, config):
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    store = wasmtime.Store(engine)
    store.set_wasi(config)
    instance = linker.instantiate(store, wasmtime.Module(engine, wasm))
    return instance.exports(store)["_start"](store)


def run_guest(kind, wasm, name, case, stdin):
    """The body of the child process."""
    config = wasmtime.WasiConfig()
    config.argv = [name, *case["args"]]
    config.env = list(case.get("env", {}).items())
    config.inherit_stdout()
    config.inherit_stderr()
    config.stdin_file = stdin
    engine_config = wasmtime.Config()
    engine_config.cache = True
    engine = wasmtime.Engine(engine_config)
    run = run_component if kind == "component" else run_core
    try:
        run(engine, Path(wasm).read_bytes(), config)
    except wasmtime.ExitTrap as exit_trap:
        sys.exit(exit_trap.code)


def cases(samples):
    for file in sorted(samples.glob("*/*cmd.toml")):
        case = tomllib.loads(file.read_text())
        expected = file.with_name(file.name.replace("cmd.toml", "expected.stdout"))
        yield file, case, expected.read_bytes()


def check(monaka_wrap, file, case, expected, kind, folder):
    """What is wrong, or None."""
    module = file.parent / f"{file.parent.name}.wasm"
    wrapped = folder / f"{file.parent.name}-{file.stem}-{kind}.wasm"
    command = [monaka_wrap, "--quiet", "wrap", module, "--emit", kind, "-o", wrapped]
    for mount in case.get("mounts", []):
        guest, host = mount.split("=", 1)
        command += ["--mount", f"{guest}={file.parent / host}"]
    subprocess.run(command, check=True)
    stdin = file.parent / case["stdin"] if "stdin" in case else "/dev/null"
    child = [sys.executable, __file__, "--guest", kind, wrapped, file, stdin]
    result = subprocess.run(child, stdout=subprocess.PIPE, timeout=600)
    if result.returncode != case["exit_code"]:
        return f"exit code {result.returncode}, expected {case['exit_code']}"
    if result.stdout != expected:
        return "standard output differs"
    return None


def main():
    if sys.argv[1] == "--guest":
        kind, wasm, file, stdin = sys.argv[2:]
        case = tomllib.loads(Path(file).read_text())
        run_guest(kind, wasm, Path(file).parent.name + ".wasm", case, stdin)
        return
    monaka_wrap, samples = sys.argv[1], Path(sys.argv[2])
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for file, case, expected in cases(samples):
            for kind in ["component", "core"]:
                wrong = check(monaka_wrap, file, case, expected, kind, Path(folder))
                name = f"{file.relative_to(samples)} as {kind}"
                print(f"{name}: {wrong or 'ok'}", flush=True)
                passed, failed = passed + (wrong is None), failed + (wrong is not None)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
