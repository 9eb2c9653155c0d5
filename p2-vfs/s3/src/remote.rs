//! The store itself: the few requests that are made, and what their answers mean.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Debug;
use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Credentials, ProvideCredentials, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;
use aws_smithy_http_client::tls;
use bytes::Bytes;
use fs_core::Timestamp;
use thiserror::Error;

use crate::change::{Answer, ETag, Expected, Found, Present};
use crate::key::Key;
use crate::location::Location;
use crate::metadata::put_id;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the first byte of an answer may take.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Why the store could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// There is nothing to sign requests with.
    #[error("no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")]
    NoCredentials,
    /// The credentials are too old.
    #[error("the credentials have expired; get new ones and start again")]
    Expired,
    /// The store does not know the credentials, or not this secret.
    #[error("the store does not accept the credentials ({code}); check the access key and secret")]
    WrongCredentials {
        /// S3's word for it.
        code: String,
    },
    /// The credentials do not allow it.
    #[error("access denied; allow s3:ListBucket, GetObject, PutObject and DeleteObject there")]
    Denied,
    /// No such bucket.
    #[error("there is no such bucket; check its name, or make it first")]
    NoBucket,
    /// The bucket is elsewhere.
    #[error("the bucket is in another region; set AWS_REGION")]
    WrongRegion,
    /// No answer.
    #[error("cannot be reached: {0}; check the network and --s3-endpoint")]
    Unreachable(String),
    /// The object is not what it was, or is gone.
    #[error("{key}: changed or removed by another writer")]
    Changed {
        /// Which object.
        key: String,
    },
    /// Another answer that is no success.
    #[error("the store answered {0}")]
    Other(String),
}

/// How a store is reached.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The URL of a store other than Amazon's, asked in path style.
    pub endpoint: Option<String>,
    /// Instead of what the environment, profiles and roles say.
    pub credentials: Option<(String, String)>,
}

/// An object as a listing names it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) version: ETag,
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
}

/// A client of one place in a store.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// Tries again by itself: for requests that change nothing.
    reader: Client,
    /// Tries once: what became of a change is found out elsewhere.
    writer: Client,
    location: Location,
}

impl Remote {
    /// Finds credentials, and asks nothing else yet.
    ///
    /// # Errors
    /// `NoCredentials`, `Other` (they could not be got).
    pub(crate) async fn connect(location: Location, access: Access) -> Result<Self, StoreError> {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(provider)
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build();
        let mut shared = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(http)
            .timeout_config(timeouts);
        if let Some((key, secret)) = access.credentials {
            shared =
                shared.credentials_provider(Credentials::new(key, secret, None, None, "given"));
        }
        let shared = shared.load().await;
        let credentials = shared
            .credentials_provider()
            .ok_or(StoreError::NoCredentials)?;
        if let Err(error) = credentials.provide_credentials().await {
            return Err(match is_not_loaded(&error) {
                true => StoreError::NoCredentials,
                false => StoreError::Other(format!("no credentials: {}", causes(&error))),
            });
        }
        let mut config = aws_sdk_s3::config::Builder::from(&shared)
            // Trailing checksums in chunks are not understood everywhere.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::standard());
        if shared.region().is_none() {
            config = config.region(aws_sdk_s3::config::Region::new("us-east-1"));
        }
        if let Some(endpoint) = access.endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        let config = config.build();
        let once = config.to_builder().retry_config(RetryConfig::disabled());
        Ok(Self {
            reader: Client::from_conf(config),
            writer: Client::from_conf(once.build()),
            location,
        })
    }

    /// Every object below the prefix, in the order of keys.
    pub(crate) async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        let mut listed = Vec::new();
        let mut pages = self
            .reader
            .list_objects_v2()
            .bucket(&self.location.bucket)
            .prefix(self.location.prefix.as_str())
            .encoding_type(EncodingType::Url)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| store_error(&error))?;
            let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
            for object in page.contents() {
                let (Some(key), Some(version)) = (object.key(), object.e_tag()) else {
                    continue;
                };
                let modified = object
                    .last_modified()
                    .and_then(|time| time.as_nanos().try_into().ok());
                listed.push(Listed {
                    key: if is_encoded {
                        decoded(key)
                    } else {
                        key.to_owned()
                    },
                    version: ETag(version.to_owned()),
                    size: object
                        .size()
                        .and_then(|size| size.try_into().ok())
                        .unwrap_or(0),
                    modified: Timestamp(modified.unwrap_or(0)),
                });
            }
        }
        Ok(listed)
    }

    /// The metadata of this version of an object.
    pub(crate) async fn metadata(
        &self,
        key: &str,
        version: &ETag,
    ) -> Result<HashMap<String, String>, StoreError> {
        let head = self.reader.head_object().bucket(&self.location.bucket);
        let head = head.key(key).if_match(&version.0).send().await;
        let head = head.map_err(|error| object_error(key, &error))?;
        Ok(head.metadata.unwrap_or_default())
    }

    /// A range of this version of an object, in pieces.
    pub(crate) async fn read(
        &self,
        key: &str,
        version: &ETag,
        range: Range<u64>,
    ) -> Result<ByteStream, StoreError> {
        let get = self.reader.get_object().bucket(&self.location.bucket);
        let get = get.key(key).if_match(&version.0);
        let get = get.range(format!("bytes={}-{}", range.start, range.end - 1));
        let got = get.send().await;
        Ok(got.map_err(|error| object_error(key, &error))?.body)
    }

    /// Writes an object, once.
    pub(crate) async fn put(
        &self,
        key: &Key,
        body: Bytes,
        metadata: HashMap<String, String>,
        expected: &Expected,
    ) -> Result<Answer, StoreError> {
        let put = self.writer.put_object().bucket(&self.location.bucket);
        let put = put.key(key.as_str()).set_metadata(Some(metadata));
        let put = match expected {
            Expected::Absent => put.if_none_match("*"),
            Expected::Version(version) => put.if_match(&version.0),
        };
        let put = match key.as_str().ends_with('/') {
            true => put.content_type("application/x-directory"),
            false => put,
        };
        match put.body(ByteStream::from(body)).send().await {
            Ok(done) => Ok(Answer::Done(done.e_tag.map(ETag))),
            Err(error) => answer(&error),
        }
    }

    /// Removes this version of an object, once.
    pub(crate) async fn delete(&self, key: &Key, version: &ETag) -> Result<Answer, StoreError> {
        let delete = self.writer.delete_object().bucket(&self.location.bucket);
        match delete.key(key.as_str()).if_match(&version.0).send().await {
            Ok(_) => Ok(Answer::Done(None)),
            Err(error) => answer(&error),
        }
    }

    /// Looks which version of an object is there, once.
    pub(crate) async fn look(&self, key: &Key) -> Found {
        let head = self.writer.head_object().bucket(&self.location.bucket);
        match head.key(key.as_str()).send().await {
            Ok(head) => match head.e_tag {
                Some(version) => Found::Version(Present {
                    version: ETag(version),
                    put: head.metadata.as_ref().and_then(put_id),
                }),
                None => Found::Lost,
            },
            Err(error) => match status(&error) {
                Some(404) => Found::Nothing,
                Some(400 | 401 | 403) => Found::Refused,
                _ => Found::Lost,
            },
        }
    }
}

/// Whether no provider had credentials. The type of the error has a variant for that, but is of a
/// crate that is needed for nothing else.
fn is_not_loaded(error: &(dyn Error + 'static)) -> bool {
    causes(error).contains("no providers in chain")
        || format!("{error:?}").starts_with("CredentialsNotLoaded")
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}

/// What the answer to a change means.
///
/// # Errors
/// The store said no, and why.
fn answer<E>(error: &SdkError<E, HttpResponse>) -> Result<Answer, StoreError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match (error, status(error)) {
        (SdkError::ServiceError(_), Some(412)) => Ok(Answer::Failed),
        (SdkError::ServiceError(_), Some(404)) if error.code() != Some("NoSuchBucket") => {
            Ok(Answer::Failed)
        }
        (SdkError::ServiceError(_), Some(409)) => Ok(Answer::Busy),
        (SdkError::ServiceError(_), Some(400..=499)) => Err(store_error(error)),
        _ => Ok(Answer::Lost),
    }
}

fn object_error<E>(key: &str, error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match (status(error), error.code()) {
        (Some(404), Some("NoSuchBucket")) => StoreError::NoBucket,
        (Some(404 | 412 | 416), _) => StoreError::Changed {
            key: key.to_owned(),
        },
        _ => store_error(error),
    }
}

fn store_error<E>(error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = status(error);
    match (status, error.code()) {
        (_, Some("NoSuchBucket")) => StoreError::NoBucket,
        (_, Some("ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired")) => {
            StoreError::Expired
        }
        (
            _,
            Some(
                code @ ("InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "InvalidToken"
                | "AuthFailure"
                | "RequestTimeTooSkewed"),
            ),
        ) => StoreError::WrongCredentials {
            code: code.to_owned(),
        },
        (Some(301), _) | (_, Some("PermanentRedirect" | "AuthorizationHeaderMalformed")) => {
            StoreError::WrongRegion
        }
        (Some(401 | 403), _) => StoreError::Denied,
        (Some(status), code) => StoreError::Other(match code {
            Some(code) => format!("{status} {code}"),
            None => status.to_string(),
        }),
        (None, _) => StoreError::Unreachable(causes(error)),
    }
}

/// The last cause of an error, which is the one that says something.
fn causes(error: &dyn Error) -> String {
    let mut last = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        last = error.to_string();
        source = error.source();
    }
    last.lines().next().unwrap_or_default().to_owned()
}

/// A key as it is, from a listing that was asked for with `encoding-type=url`.
fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        (rest, _) = match (first, byte) {
            (b'%', Some(byte)) => (&tail[2..], bytes.push(byte)),
            (b'+', _) => (tail, bytes.push(b' ')),
            (other, _) => (tail, bytes.push(*other)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_listing_are_decoded() {
        for (encoded, key) in [
            ("a/b+c%2B", "a/b c+"),
            ("%C3%A4%", "ä%"),
            ("%2", "%2"),
            ("%zz", "%zz"),
        ] {
            assert_eq!(decoded(encoded), key);
        }
    }
}
