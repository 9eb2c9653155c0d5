//! Which operation a request asks for.

use http::{Method, Request};

/// An operation of S3, as far as the server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the S3 API")]
pub enum Operation {
    AbortMultipartUpload,
    CompleteMultipartUpload,
    CopyObject,
    CreateBucket,
    CreateMultipartUpload,
    DeleteObject,
    DeleteObjects,
    GetObject,
    HeadBucket,
    HeadObject,
    ListMultipartUploads,
    ListObjects,
    PutObject,
    UploadPart,
    UploadPartCopy,
    Other,
}

impl Operation {
    /// The operation of a request in path style, and its key, still percent-encoded.
    pub(crate) fn of<B>(request: &Request<B>) -> (Self, String) {
        let path = request.uri().path().trim_start_matches('/');
        let key = path.split_once('/').map_or("", |(_, key)| key);
        let query = request.uri().query().unwrap_or_default();
        let asks = |name: &str| {
            query
                .split('&')
                .any(|pair| pair.split('=').next() == Some(name))
        };
        let copies = request.headers().contains_key("x-amz-copy-source");
        let operation = match (request.method(), key.is_empty()) {
            (&Method::GET, true) if asks("uploads") => Self::ListMultipartUploads,
            (&Method::GET, true) if !path.is_empty() => Self::ListObjects,
            (&Method::HEAD, true) => Self::HeadBucket,
            (&Method::PUT, true) => Self::CreateBucket,
            (&Method::POST, true) if asks("delete") => Self::DeleteObjects,
            (&Method::GET, false) => Self::GetObject,
            (&Method::HEAD, false) => Self::HeadObject,
            (&Method::DELETE, false) if asks("uploadId") => Self::AbortMultipartUpload,
            (&Method::DELETE, false) => Self::DeleteObject,
            (&Method::POST, false) if asks("uploads") => Self::CreateMultipartUpload,
            (&Method::POST, false) if asks("uploadId") => Self::CompleteMultipartUpload,
            (&Method::PUT, false) => match (asks("uploadId"), copies) {
                (true, true) => Self::UploadPartCopy,
                (true, false) => Self::UploadPart,
                (false, true) => Self::CopyObject,
                (false, false) => Self::PutObject,
            },
            _ => Self::Other,
        };
        (operation, key.to_owned())
    }
}
