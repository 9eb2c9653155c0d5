"""A program that writes files only, given one more export: `print(len)` writes the file whose path of
`len` bytes is at `PATH` of its memory to standard output. Nothing else of it changes.

It calls what the program imports, and uses the first KiB of the memory, so it is for programs that
have ended.
"""

PATH = 64

TYPE, IMPORT, FUNCTION, EXPORT, CODE = 1, 2, 3, 7, 10
I32 = 0x7F


def unsigned(value):
    out = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self):
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def bytes(self):
        length = self.unsigned()
        self.at += length
        return self.data[self.at - length : self.at]


def sections(module):
    reader = Reader(module)
    reader.at = 8
    while reader.at < len(module):
        yield reader.byte(), reader.bytes()


def imported_functions(section):
    """The indices of the imported functions, by name. Programs of WASI import nothing else."""
    reader = Reader(section)
    indices = {}
    for index in range(reader.unsigned()):
        reader.bytes()
        name = reader.bytes().decode()
        if reader.byte() != 0:
            raise ValueError(f"{name} is no function")
        reader.unsigned()
        indices[name] = index
    return indices


def constant(value):
    """i32.const of a number that a signed byte or two hold."""
    low, high = value & 0x7F, value >> 7
    return bytes([0x41, low]) if value < 64 else bytes([0x41, low | 0x80, high])


LOAD, STORE = bytes([0x28, 2, 0]), bytes([0x36, 2, 0])
IF, LOOP, END, BRANCH, TRAP, DROP = b"\x04\x40", b"\x03\x40", b"\x0b", b"\x0c\x01", b"\x00", b"\x1a"


def body(functions):
    """8: the descriptor, 16: an iovec, 24: bytes read, 28: bytes written, 512: what was read."""
    def call(name):
        return b"\x10" + unsigned(functions[name])

    size = constant(512)
    fail = IF + TRAP + END
    code = b"".join([
        b"\x00",
        constant(3), constant(1), constant(PATH), b"\x20\x00", constant(0),
        b"\x42\x02", b"\x42\x00", constant(0), constant(8), call("path_open"), fail,
        LOOP,
        constant(16), size, STORE, constant(20), size, STORE,
        constant(8), LOAD, constant(16), constant(1), constant(24), call("fd_read"), fail,
        constant(24), LOAD, IF,
        constant(20), constant(24), LOAD, STORE,
        constant(1), constant(16), constant(1), constant(28), call("fd_write"), DROP,
        BRANCH, END, END, END,
    ])  # fmt: skip
    return unsigned(len(code)) + code


def with_printer(module):
    parts = list(sections(module))
    content = dict(parts)
    functions = imported_functions(content[IMPORT])
    defined = Reader(content[FUNCTION]).unsigned()
    added = {
        TYPE: bytes([0x60, 1, I32, 0]),
        FUNCTION: unsigned(Reader(content[TYPE]).unsigned()),
        EXPORT: b"\x05print\x00" + unsigned(len(functions) + defined),
        CODE: body(functions),
    }
    out = bytearray(module[:8])
    for kind, section in parts:
        if kind in added:
            reader = Reader(section)
            count = reader.unsigned()
            section = unsigned(count + 1) + section[reader.at :] + added[kind]
        out += bytes([kind]) + unsigned(len(section)) + section
    return bytes(out)
