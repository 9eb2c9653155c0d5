//! Checksums that a client sends with a body.

use bytes::Bytes;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::Checksum;
use s3s::{S3Result, TrailingHeaders, s3_error};

/// What the client says the body adds up to.
#[derive(Debug, Default)]
pub(crate) struct Claimed {
    pub(crate) md5: Option<String>,
    pub(crate) checksum: Checksum,
    pub(crate) trailers: Option<TrailingHeaders>,
}

impl Claimed {
    /// Compares with the body, which has been read to its end.
    ///
    /// # Errors
    /// `BadDigest`.
    pub(crate) fn verify(mut self, chunks: &[Bytes]) -> S3Result<()> {
        self.take_trailers();
        let wanted = self.checksum;
        let mut hasher = ChecksumHasher {
            crc32: wanted.checksum_crc32.as_ref().map(|_| Crc32::new()),
            crc32c: wanted.checksum_crc32c.as_ref().map(|_| Crc32c::new()),
            sha1: wanted.checksum_sha1.as_ref().map(|_| Sha1::new()),
            sha256: wanted.checksum_sha256.as_ref().map(|_| Sha256::new()),
            crc64nvme: wanted.checksum_crc64nvme.as_ref().map(|_| Crc64Nvme::new()),
        };
        chunks.iter().for_each(|chunk| hasher.update(chunk));
        let found = hasher.finalize();
        let same = found.checksum_crc32 == wanted.checksum_crc32
            && found.checksum_crc32c == wanted.checksum_crc32c
            && found.checksum_sha1 == wanted.checksum_sha1
            && found.checksum_sha256 == wanted.checksum_sha256
            && found.checksum_crc64nvme == wanted.checksum_crc64nvme;
        let same_md5 = self
            .md5
            .is_none_or(|claimed| claimed == base64_simd::STANDARD.encode_to_string(md5(chunks)));
        if same && same_md5 {
            Ok(())
        } else {
            Err(s3_error!(BadDigest))
        }
    }

    fn take_trailers(&mut self) {
        let Some(trailers) = self.trailers.as_ref().and_then(TrailingHeaders::take) else {
            return;
        };
        let value = |name| {
            let value: &http::HeaderValue = trailers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let checksum = &mut self.checksum;
        let fields = [
            (&mut checksum.checksum_crc32, "x-amz-checksum-crc32"),
            (&mut checksum.checksum_crc32c, "x-amz-checksum-crc32c"),
            (&mut checksum.checksum_sha1, "x-amz-checksum-sha1"),
            (&mut checksum.checksum_sha256, "x-amz-checksum-sha256"),
            (&mut checksum.checksum_crc64nvme, "x-amz-checksum-crc64nvme"),
        ];
        for (field, name) in fields {
            *field = field.take().or_else(|| value(name));
        }
    }
}

pub(crate) fn md5(chunks: &[Bytes]) -> [u8; 16] {
    let mut hasher = Md5::new();
    chunks.iter().for_each(|chunk| hasher.update(chunk));
    hasher.finalize()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
