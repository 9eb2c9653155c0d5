//! The operations: from the protocol's inputs to the store and back.

use bytes::Bytes;
use futures::TryStreamExt;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::body::Body;
use crate::checksum::{Claimed, hex, md5};
use crate::condition::Condition;
use crate::store::{Attributes, Object as Stored, Store, Upload};

/// The most keys of one page of a listing.
const PAGE: i32 = 1000;

pub(crate) struct Service {
    pub(crate) store: Store,
}

type Answer<T> = S3Result<S3Response<T>>;

fn answer<T>(output: T) -> Answer<T> {
    Ok(S3Response::new(output))
}

/// Reads a body to its end.
async fn collect(body: Option<StreamingBlob>) -> S3Result<Vec<Bytes>> {
    let Some(body) = body else {
        return Ok(Vec::new());
    };
    let chunks = body.try_collect().await;
    chunks.map_err(|_| s3_error!(IncompleteBody))
}

fn tag(etag: &str) -> Option<ETag> {
    Some(ETag::Strong(etag.to_owned()))
}

fn copied_from(source: &CopySource) -> S3Result<(&str, &str)> {
    match source {
        CopySource::Bucket { bucket, key, .. } => Ok((bucket, key)),
        _ => Err(s3_error!(NotImplemented)),
    }
}

impl Service {
    fn find(&self, bucket: &str, key: &str, condition: &Condition) -> S3Result<Stored> {
        self.store.with(bucket, |bucket| {
            let object = bucket.objects.get(key);
            let object = object.ok_or_else(|| s3_error!(NoSuchKey))?;
            condition.check_read(&object.etag)?;
            Ok(object.clone())
        })
    }

    /// The source of a copy; a condition on it that does not hold is 412, never 304.
    fn source(&self, source: &CopySource, if_match: Option<ETagCondition>) -> S3Result<Stored> {
        let (bucket, key) = copied_from(source)?;
        let condition = Condition {
            if_match,
            if_none_match: None,
        };
        self.find(bucket, key, &condition)
    }

    fn add_part(
        &self,
        bucket: &str,
        upload: &str,
        number: i32,
        body: Body,
        etag: &str,
    ) -> S3Result<()> {
        if !(1..=10_000).contains(&number) {
            return Err(s3_error!(InvalidArgument, "part numbers are 1 to 10000"));
        }
        self.store.with(bucket, |bucket| {
            let upload = bucket.uploads.get_mut(upload);
            let upload = upload.ok_or_else(|| s3_error!(NoSuchUpload))?;
            upload.add(number, body, etag.to_owned());
            Ok(())
        })
    }
}

/// A page of a listing: what its entries start after, and what is counted.
struct Page {
    objects: Vec<Object>,
    prefixes: Vec<CommonPrefix>,
    /// The last entry, if there are more.
    next: Option<String>,
}

fn list(store: &Store, input: &ListObjectsV2Input) -> S3Result<Page> {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let delimiter = input.delimiter.as_deref().filter(|text| !text.is_empty());
    let limit = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE) as usize;
    let after = input
        .continuation_token
        .as_ref()
        .or(input.start_after.as_ref());
    let after = after.map_or("", String::as_str);
    store.with(&input.bucket, |bucket| {
        let mut page = Page {
            objects: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        };
        let mut last = String::new();
        for (key, object) in bucket.objects.range(prefix.to_owned()..) {
            let Some(rest) = key.strip_prefix(prefix) else {
                break;
            };
            let common = delimiter.and_then(|delimiter| {
                let end = rest.find(delimiter)? + delimiter.len();
                Some(format!("{prefix}{}", &rest[..end]))
            });
            let entry = common.as_ref().unwrap_or(key);
            if entry.as_str() <= after || *entry == last {
                continue;
            }
            if page.objects.len() + page.prefixes.len() == limit {
                page.next = Some(last);
                break;
            }
            last.clone_from(entry);
            match common {
                Some(prefix) => page.prefixes.push(CommonPrefix {
                    prefix: Some(prefix),
                }),
                None => page.objects.push(Object {
                    key: Some(key.clone()),
                    e_tag: tag(&object.etag),
                    size: Some(object.body.len() as i64),
                    last_modified: Some(object.modified.into()),
                    ..Object::default()
                }),
            }
        }
        Ok(page)
    })
}

#[async_trait::async_trait]
impl S3 for Service {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> Answer<CreateBucketOutput> {
        self.store.create_bucket(&req.input.bucket);
        answer(CreateBucketOutput::default())
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.store.with(&req.input.bucket, |_| Ok(()))?;
        answer(HeadBucketOutput::default())
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let input = req.input;
        let chunks = collect(input.body).await?;
        let claimed = Claimed {
            md5: input.content_md5,
            checksum: Checksum {
                checksum_crc32: input.checksum_crc32,
                checksum_crc32c: input.checksum_crc32c,
                checksum_crc64nvme: input.checksum_crc64nvme,
                checksum_sha1: input.checksum_sha1,
                checksum_sha256: input.checksum_sha256,
                ..Checksum::default()
            },
            trailers: req.trailing_headers,
        };
        claimed.verify(&chunks)?;
        let attributes = Attributes {
            metadata: input.metadata.unwrap_or_default(),
            content_type: input.content_type,
        };
        let condition = Condition {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        let object = Stored::new(chunks, attributes);
        let etag = self
            .store
            .put_object(&input.bucket, input.key, object, &condition)?;
        answer(PutObjectOutput {
            e_tag: tag(&etag),
            ..PutObjectOutput::default()
        })
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        let condition = Condition::of_headers(&req.headers)?;
        let input = req.input;
        let mut object = self.source(&input.copy_source, input.copy_source_if_match)?;
        let replace = input
            .metadata_directive
            .as_ref()
            .map(MetadataDirective::as_str);
        if replace == Some(MetadataDirective::REPLACE) {
            object.attributes = Attributes {
                metadata: input.metadata.unwrap_or_default(),
                content_type: input.content_type,
            };
        }
        object.modified = std::time::SystemTime::now();
        // The source is looked at once more, under the lock of the change: a self-copy is then an
        // atomic change of attributes.
        let source_etag = object.etag.clone();
        let (bucket, key) = copied_from(&input.copy_source)?;
        let itself = bucket == input.bucket && key == input.key;
        let condition = if itself && condition.if_match.is_none() {
            Condition {
                if_match: Some(ETagCondition::ETag(ETag::Strong(source_etag))),
                ..condition
            }
        } else {
            condition
        };
        let modified = object.modified;
        let etag = self
            .store
            .put_object(&input.bucket, input.key, object, &condition)?;
        answer(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: tag(&etag),
                last_modified: Some(modified.into()),
                ..CopyObjectResult::default()
            }),
            ..CopyObjectOutput::default()
        })
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let input = req.input;
        let condition = Condition {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        let object = self.find(&input.bucket, &input.key, &condition)?;
        let size = object.body.len();
        let range = input.range.map(|range| range.check(size)).transpose()?;
        let content_range = range
            .as_ref()
            .map(|range| format!("bytes {}-{}/{size}", range.start, range.end - 1));
        let body = match range {
            Some(range) => object.body.slice(range),
            None => object.body,
        };
        let len = body.len();
        let chunks = body.chunks().map(Ok::<_, std::io::Error>);
        answer(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(futures::stream::iter(chunks))),
            content_length: Some(len as i64),
            content_range,
            content_type: object.attributes.content_type,
            e_tag: tag(&object.etag),
            last_modified: Some(object.modified.into()),
            metadata: Some(object.attributes.metadata),
            ..GetObjectOutput::default()
        })
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        let input = req.input;
        let condition = Condition {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        let object = self.find(&input.bucket, &input.key, &condition)?;
        answer(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(object.body.len() as i64),
            content_type: object.attributes.content_type,
            e_tag: tag(&object.etag),
            last_modified: Some(object.modified.into()),
            metadata: Some(object.attributes.metadata),
            ..HeadObjectOutput::default()
        })
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        let condition = Condition {
            if_match: req.input.if_match,
            if_none_match: None,
        };
        self.store
            .delete_object(&req.input.bucket, &req.input.key, &condition)?;
        answer(DeleteObjectOutput::default())
    }

    async fn delete_objects(
        &self,
        req: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        let input = req.input;
        if input.delete.objects.len() > PAGE as usize {
            return Err(s3_error!(MalformedXML, "more than {PAGE} keys"));
        }
        let mut output = DeleteObjectsOutput::default();
        for object in input.delete.objects {
            let condition = Condition {
                if_match: object.e_tag.map(ETagCondition::ETag),
                if_none_match: None,
            };
            match self
                .store
                .delete_object(&input.bucket, &object.key, &condition)
            {
                Ok(()) => output.deleted.get_or_insert_default().push(DeletedObject {
                    key: Some(object.key),
                    ..DeletedObject::default()
                }),
                Err(error) => output.errors.get_or_insert_default().push(Error {
                    code: Some(error.code().as_str().to_owned()),
                    key: Some(object.key),
                    message: error.message().map(str::to_owned),
                    version_id: None,
                }),
            }
        }
        answer(output)
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        let page = list(&self.store, &req.input)?;
        answer(ListObjectsV2Output {
            name: Some(req.input.bucket),
            prefix: req.input.prefix,
            delimiter: req.input.delimiter,
            start_after: req.input.start_after,
            continuation_token: req.input.continuation_token,
            max_keys: Some(req.input.max_keys.unwrap_or(PAGE)),
            key_count: Some((page.objects.len() + page.prefixes.len()) as i32),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next,
            contents: Some(page.objects),
            common_prefixes: Some(page.prefixes),
            ..ListObjectsV2Output::default()
        })
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        let input = req.input;
        let attributes = Attributes {
            metadata: input.metadata.unwrap_or_default(),
            content_type: input.content_type,
        };
        let id = self.store.new_upload_id();
        self.store.with(&input.bucket, |bucket| {
            let upload = Upload::new(input.key.clone(), attributes);
            bucket.uploads.insert(id.clone(), upload);
            Ok(())
        })?;
        answer(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        })
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let input = req.input;
        let chunks = collect(input.body).await?;
        let claimed = Claimed {
            md5: input.content_md5,
            checksum: Checksum {
                checksum_crc32: input.checksum_crc32,
                checksum_crc32c: input.checksum_crc32c,
                checksum_crc64nvme: input.checksum_crc64nvme,
                checksum_sha1: input.checksum_sha1,
                checksum_sha256: input.checksum_sha256,
                ..Checksum::default()
            },
            trailers: req.trailing_headers,
        };
        claimed.verify(&chunks)?;
        let etag = hex(&md5(&chunks));
        self.add_part(
            &input.bucket,
            &input.upload_id,
            input.part_number,
            chunks.into(),
            &etag,
        )?;
        answer(UploadPartOutput {
            e_tag: tag(&etag),
            ..UploadPartOutput::default()
        })
    }

    async fn upload_part_copy(
        &self,
        req: S3Request<UploadPartCopyInput>,
    ) -> Answer<UploadPartCopyOutput> {
        let input = req.input;
        let source = self.source(&input.copy_source, input.copy_source_if_match)?;
        let size = source.body.len();
        let range = input
            .copy_source_range
            .as_deref()
            .map(Range::parse)
            .transpose();
        let range = range.map_err(|_| s3_error!(InvalidArgument))?;
        let range = range.map_or(Ok(0..size), |range| range.check(size))?;
        let etag = hex(&md5(&[format!("{} {range:?}", source.etag).into()]));
        let body = source.body.slice(range);
        self.add_part(
            &input.bucket,
            &input.upload_id,
            input.part_number,
            body,
            &etag,
        )?;
        answer(UploadPartCopyOutput {
            copy_part_result: Some(CopyPartResult {
                e_tag: tag(&etag),
                ..CopyPartResult::default()
            }),
            ..UploadPartCopyOutput::default()
        })
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let input = req.input;
        let condition = Condition {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        let parts = input.multipart_upload.and_then(|upload| upload.parts);
        let parts = parts.unwrap_or_default().into_iter().map(|part| {
            let etag = part.e_tag.map_or_else(String::new, ETag::into_value);
            (part.part_number.unwrap_or_default(), etag)
        });
        let parts: Vec<(i32, String)> = parts.collect();
        let etag =
            self.store
                .complete_upload(&input.bucket, &input.upload_id, &parts, &condition)?;
        answer(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: tag(&etag),
            ..CompleteMultipartUploadOutput::default()
        })
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        self.store.with(&req.input.bucket, |bucket| {
            let removed = bucket.uploads.remove(&req.input.upload_id);
            removed.map(drop).ok_or_else(|| s3_error!(NoSuchUpload))
        })?;
        answer(AbortMultipartUploadOutput::default())
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        let prefix = req.input.prefix.as_deref().unwrap_or_default();
        let uploads = self.store.with(&req.input.bucket, |bucket| {
            let of_prefix = bucket
                .uploads
                .iter()
                .filter(|(_, upload)| upload.key.starts_with(prefix));
            let uploads = of_prefix.map(|(id, upload)| MultipartUpload {
                key: Some(upload.key.clone()),
                upload_id: Some(id.clone()),
                ..MultipartUpload::default()
            });
            Ok(uploads.collect())
        })?;
        answer(ListMultipartUploadsOutput {
            bucket: Some(req.input.bucket),
            is_truncated: Some(false),
            uploads: Some(uploads),
            ..ListMultipartUploadsOutput::default()
        })
    }
}
