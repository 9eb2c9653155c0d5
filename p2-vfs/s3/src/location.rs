//! Where files are kept, as a user writes it.

use std::fmt;
use std::str::FromStr;

use crate::key::Prefix;

/// A bucket and a prefix: `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The prefix, below which the tree lies.
    pub prefix: Prefix,
}

impl FromStr for Location {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected s3://BUCKET or s3://BUCKET/PREFIX";
        let rest = text.strip_prefix("s3://").ok_or(EXPECTED)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bucket.is_empty() || !bucket.chars().all(is_name) {
            return Err(EXPECTED);
        }
        let prefix = Prefix::new(prefix);
        if !prefix.is_path() {
            return Err("the prefix must be a path without empty parts, . and ..");
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix,
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_bucket_and_perhaps_a_prefix() {
        for (text, shown) in [
            ("s3://b", "s3://b/"),
            ("s3://my.bucket-1/", "s3://my.bucket-1/"),
            ("s3://b/p/q/", "s3://b/p/q/"),
        ] {
            let location = text.parse::<Location>().map(|it| it.to_string());
            assert_eq!(location.as_deref(), Ok(shown));
        }
        for text in [
            "",
            "b/p",
            "s3:/b",
            "s3://",
            "s3:///p",
            "s3://b c",
            "s3://b/p//q",
            "s3://b/..",
        ] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }
}
