//! Sizes as people write them.

/// Reads a number of bytes with an optional unit: `k`, `M`, `G` or `T`, powers of 1,024, with or
/// without `iB` or `B`.
pub(crate) fn parse(text: &str) -> Result<u64, &'static str> {
    const EXPECTED: &str = "expected a size such as 4096, 512k, 64M or 2GiB";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim_end().parse().map_err(|_| EXPECTED)?;
    let unit = text[digits.len()..].to_ascii_lowercase();
    let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err(EXPECTED),
    };
    number
        .checked_mul(1 << shift)
        .ok_or("the size does not fit into 64 bits")
}

/// A number of bytes for people.
pub(crate) fn display(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::{display, parse};

    #[test]
    fn units_are_powers_of_1024_however_they_are_written() {
        for text in ["2097152", "2048k", "2M", "2m", "2MB", "2MiB"] {
            assert_eq!(parse(text), Ok(2 << 20), "{text}");
        }
        for text in ["", "M", "-1", "1.5M", "3X", "99999999999T"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(display(1023), "1023 B");
        assert_eq!(display(1536), "1.5 KiB");
    }
}
