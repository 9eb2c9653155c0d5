//! File formats, told apart by their first bytes.

use std::borrow::Cow;

use crate::error::{Error, UnsupportedKind, one_line};

/// An input by format.
pub(crate) enum Binary<'a> {
    /// A core module.
    Module(Cow<'a, [u8]>),
    /// A component in the standard binary format.
    Component(Cow<'a, [u8]>),
    /// Nothing that could be parsed further.
    Other(UnsupportedKind),
}

impl Binary<'_> {
    /// The bytes of a module or component, nothing of anything else.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Module(bytes) | Self::Component(bytes) => bytes,
            Self::Other(_) => &[],
        }
    }
}

const WASM: &[u8; 4] = b"\0asm";

/// Magic numbers of what is often mistaken for a module.
const MAGIC: [(&[u8], UnsupportedKind); 6] = [
    (b"\x7fELF", UnsupportedKind::Precompiled),
    (b"\x1f\x8b", UnsupportedKind::Archive { format: "gzip" }),
    (b"PK", UnsupportedKind::Archive { format: "zip" }),
    (b"\0webc", UnsupportedKind::Archive { format: "webc" }),
    (b"BC\xc0\xde", UnsupportedKind::Bitcode),
    (b"!<arch>\n", UnsupportedKind::StaticLibrary),
];

/// Tells the format of `input` and turns text into a binary.
///
/// # Errors
/// [`Error::Text`] for text that does not parse, [`Error::Malformed`] for a binary cut off within
/// its header or of an unknown version.
pub(crate) fn binary(input: &[u8]) -> Result<Binary<'_>, Error> {
    if input.starts_with(WASM) {
        return by_header(Cow::Borrowed(input));
    }
    if let Some((_, kind)) = MAGIC
        .into_iter()
        .find(|(magic, _)| input.starts_with(magic))
    {
        return Ok(Binary::Other(kind));
    }
    match wat::Detect::from_bytes(input) {
        wat::Detect::WasmText => by_header(Cow::Owned(encode_text(input)?)),
        wat::Detect::WasmBinary | wat::Detect::Unknown => {
            Ok(Binary::Other(UnsupportedKind::NotWebAssembly))
        }
    }
}

/// Sorts by the header's version and layer fields, bytes 4 to 8.
fn by_header(bytes: Cow<'_, [u8]>) -> Result<Binary<'_>, Error> {
    let Some([v0, v1, l0, l1]) = bytes.get(4..8) else {
        return Err(Error::Malformed {
            message: "the header is cut off".to_owned(),
            offset: 4,
        });
    };
    let version = u16::from_le_bytes([*v0, *v1]);
    let layer = u16::from_le_bytes([*l0, *l1]);
    match (version, layer) {
        (1, 0) => Ok(Binary::Module(bytes)),
        (0xd, 1) => Ok(Binary::Component(bytes)),
        (_, 0) => Err(Error::Malformed {
            message: format!("unknown version {version}"),
            offset: 4,
        }),
        _ => Ok(Binary::Other(UnsupportedKind::PreStandardComponent {
            version,
            layer,
        })),
    }
}

fn encode_text(input: &[u8]) -> Result<Vec<u8>, Error> {
    match wat::parse_bytes(input) {
        Ok(binary) => Ok(binary.into_owned()),
        Err(error) => Err(text_error(&error.to_string())),
    }
}

/// Takes the message and the position out of a report: a line with the message, a line
/// `--> <anon>:LINE:COLUMN`, and lines that show the place.
fn text_error(report: &str) -> Error {
    let (message, rest) = report.split_once("-->").unwrap_or((report, ""));
    let mut position = rest
        .lines()
        .next()
        .unwrap_or_default()
        .rsplit(':')
        .map(|number| number.trim().parse().ok());
    let column = position.next().flatten().unwrap_or(0);
    let line = position.next().flatten().unwrap_or(0);
    Error::Text {
        message: one_line(message),
        line,
        column,
    }
}
