//! Conditions on the present version of an object.

use http::HeaderMap;
use s3s::dto::{ETag, ETagCondition};
use s3s::{S3Error, S3Result, s3_error};

/// What a request asks of the version it is about to read, replace or remove.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condition {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl Condition {
    /// The conditions of a request whose input has no field for them.
    pub(crate) fn of_headers(headers: &HeaderMap) -> S3Result<Self> {
        let parse = |name| {
            let value = headers.get(name).map(http::HeaderValue::as_bytes);
            let parsed = value.map(ETagCondition::parse_http_header).transpose();
            parsed.map_err(|_| s3_error!(InvalidArgument, "{name} is not an entity tag"))
        };
        Ok(Self {
            if_match: parse("if-match")?,
            if_none_match: parse("if-none-match")?,
        })
    }

    /// Checks a change of the object with this tag, or of none.
    ///
    /// # Errors
    /// `PreconditionFailed`; `NoSuchKey` for `If-Match` on nothing.
    pub(crate) fn check_write(&self, present: Option<&str>) -> S3Result<()> {
        match (&self.if_match, present) {
            (Some(_), None) => return Err(s3_error!(NoSuchKey)),
            (Some(wanted), Some(etag)) if !matches(wanted, etag) => {
                return Err(s3_error!(PreconditionFailed));
            }
            _ => {}
        }
        match (&self.if_none_match, present) {
            (Some(unwanted), Some(etag)) if matches(unwanted, etag) => {
                Err(s3_error!(PreconditionFailed))
            }
            _ => Ok(()),
        }
    }

    /// Checks a read of the object with this tag.
    ///
    /// # Errors
    /// `PreconditionFailed`, `NotModified`.
    pub(crate) fn check_read(&self, etag: &str) -> S3Result<()> {
        if self
            .if_match
            .as_ref()
            .is_some_and(|wanted| !matches(wanted, etag))
        {
            return Err(s3_error!(PreconditionFailed));
        }
        if self
            .if_none_match
            .as_ref()
            .is_some_and(|unwanted| matches(unwanted, etag))
        {
            return Err(not_modified(etag));
        }
        Ok(())
    }
}

fn matches(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == etag,
    }
}

fn not_modified(etag: &str) -> S3Error {
    let mut error = s3_error!(NotModified);
    if let Ok(value) = ETag::Strong(etag.to_owned()).to_http_header() {
        error.set_headers(HeaderMap::from_iter([(http::header::ETAG, value)]));
    }
    error
}
