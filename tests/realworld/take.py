"""A program that writes files only, given one more export: `take(len)` appends the file whose path of
`len` bytes is at `PATH` of its memory to that memory, and returns where it ends. Nothing else of it
changes.

It calls what the program imports, and uses the first bytes of the memory, so it is for programs that
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
    """i32.const"""
    out = bytearray([0x41])
    while value >= 64:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


LOAD, STORE = bytes([0x28, 2, 0]), bytes([0x36, 2, 0])
IF, LOOP, END, BRANCH, TRAP, DROP = b"\x04\x40", b"\x03\x40", b"\x0b", b"\x0c\x01", b"\x00", b"\x1a"
LEN, END_OF_FILE, SET_END = b"\x20\x00", b"\x20\x01", b"\x21\x01"
SIZE, GROW, SHIFT, ADD = b"\x3f\x00", b"\x40\x00", b"\x74", b"\x6a"


def body(functions):
    """8: the descriptor, 16: an iovec, 24: bytes read."""
    def call(name):
        return b"\x10" + unsigned(functions[name])

    fail = IF + TRAP + END
    code = b"".join([
        b"\x01\x01", bytes([I32]),
        constant(3), constant(1), constant(PATH), LEN, constant(0),
        b"\x42\x02", b"\x42\x00", constant(0), constant(8), call("path_open"), fail,
        SIZE, constant(16), SHIFT, SET_END,
        LOOP,
        constant(1), GROW, DROP,
        constant(16), END_OF_FILE, STORE, constant(20), constant(1 << 16), STORE,
        constant(8), LOAD, constant(16), constant(1), constant(24), call("fd_read"), fail,
        constant(24), LOAD, IF,
        END_OF_FILE, constant(24), LOAD, ADD, SET_END,
        BRANCH, END, END, END_OF_FILE, END,
    ])  # fmt: skip
    return unsigned(len(code)) + code


def with_take(module):
    parts = list(sections(module))
    content = dict(parts)
    functions = imported_functions(content[IMPORT])
    defined = Reader(content[FUNCTION]).unsigned()
    added = {
        TYPE: bytes([0x60, 1, I32, 1, I32]),
        FUNCTION: unsigned(Reader(content[TYPE]).unsigned()),
        EXPORT: b"\x04take\x00" + unsigned(len(functions) + defined),
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
