//! The objects, under one lock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use s3s::{S3Result, s3_error};

use crate::body::Body;
use crate::checksum::{hex, md5};
use crate::condition::Condition;

/// The least that a part may have, but for the last one.
const MIN_PART: u64 = 5 << 20;

/// What weaker stores do otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quirks {
    /// Conditions are ignored.
    pub ignore_conditions: bool,
    /// Conditions of DELETE are ignored.
    pub ignore_delete_conditions: bool,
    /// All parts but the last must be of one size.
    pub equal_parts: bool,
}

/// What an object is, without its content.
#[derive(Clone, Debug)]
pub struct ObjectInfo {
    /// Its key.
    pub key: String,
    /// Its tag, without quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Names without `x-amz-meta-`.
    pub metadata: HashMap<String, String>,
}

/// Attributes that a writer gives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) content_type: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) body: Body,
    pub(crate) etag: String,
    pub(crate) attributes: Attributes,
    pub(crate) modified: SystemTime,
}

#[derive(Debug)]
pub(crate) struct Part {
    body: Body,
    etag: String,
}

#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) key: String,
    attributes: Attributes,
    parts: BTreeMap<i32, Part>,
}

#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) objects: BTreeMap<String, Object>,
    pub(crate) uploads: BTreeMap<String, Upload>,
}

#[derive(Debug, Default)]
struct Buckets {
    buckets: BTreeMap<String, Bucket>,
    next_upload: u64,
}

/// All buckets. `clone` shares them.
#[derive(Clone, Debug, Default)]
pub struct Store {
    buckets: Arc<Mutex<Buckets>>,
    quirks: Quirks,
}

impl Store {
    pub(crate) fn new(quirks: Quirks) -> Self {
        Self {
            buckets: Arc::default(),
            quirks,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with<T>(
        &self,
        bucket: &str,
        act: impl FnOnce(&mut Bucket) -> S3Result<T>,
    ) -> S3Result<T> {
        let mut buckets = self.lock();
        let bucket = buckets.buckets.get_mut(bucket);
        act(bucket.ok_or_else(|| s3_error!(NoSuchBucket))?)
    }

    /// Makes a bucket, unless it exists.
    pub fn create_bucket(&self, name: &str) {
        self.lock().buckets.entry(name.to_owned()).or_default();
    }

    /// Removes a bucket and everything in it.
    pub fn remove_bucket(&self, name: &str) {
        self.lock().buckets.remove(name);
    }

    /// What a bucket holds, in the order of keys. Empty for a bucket that does not exist.
    pub fn objects(&self, bucket: &str) -> Vec<ObjectInfo> {
        let buckets = self.lock();
        let objects = buckets.buckets.get(bucket).map(|bucket| &bucket.objects);
        let info = |(key, object): (&String, &Object)| ObjectInfo {
            key: key.clone(),
            etag: object.etag.clone(),
            size: object.body.len(),
            metadata: object.attributes.metadata.clone(),
        };
        objects.into_iter().flatten().map(info).collect()
    }

    /// The content of an object.
    pub fn read(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let body = {
            let buckets = self.lock();
            buckets.buckets.get(bucket)?.objects.get(key)?.body.clone()
        };
        Some(body.chunks().fold(Vec::new(), |mut all, chunk| {
            all.extend_from_slice(&chunk);
            all
        }))
    }

    /// Writes an object behind the back of everyone, as a foreign client would.
    pub fn put(&self, bucket: &str, key: &str, content: impl Into<Bytes>) {
        let chunks = vec![content.into()];
        let object = Object::new(chunks, Attributes::default());
        let mut buckets = self.lock();
        let bucket = buckets.buckets.entry(bucket.to_owned()).or_default();
        bucket.objects.insert(key.to_owned(), object);
    }

    /// Removes an object behind the back of everyone.
    pub fn remove(&self, bucket: &str, key: &str) {
        if let Some(bucket) = self.lock().buckets.get_mut(bucket) {
            bucket.objects.remove(key);
        }
    }

    /// Puts an object of any size that takes no memory: byte `n` is the low byte of `n / 4096`.
    pub fn synthesise(&self, bucket: &str, key: &str, size: u64) {
        let mut buckets = self.lock();
        let bucket = buckets.buckets.entry(bucket.to_owned()).or_default();
        let object = Object {
            body: Body::synthesised(size),
            etag: format!("{size:032x}"),
            attributes: Attributes::default(),
            modified: SystemTime::now(),
        };
        bucket.objects.insert(key.to_owned(), object);
    }

    /// How many multipart uploads are neither completed nor aborted.
    pub fn open_uploads(&self) -> usize {
        let buckets = self.lock();
        buckets
            .buckets
            .values()
            .map(|bucket| bucket.uploads.len())
            .sum()
    }

    pub(crate) fn forget_uploads(&self) {
        let mut buckets = self.lock();
        buckets
            .buckets
            .values_mut()
            .for_each(|bucket| bucket.uploads.clear());
    }

    pub(crate) fn new_upload_id(&self) -> String {
        let mut buckets = self.lock();
        buckets.next_upload += 1;
        format!("upload-{}", buckets.next_upload)
    }

    /// Puts an object where the condition holds, and returns its tag.
    pub(crate) fn put_object(
        &self,
        bucket: &str,
        key: String,
        object: Object,
        condition: &Condition,
    ) -> S3Result<String> {
        self.with(bucket, |bucket| {
            self.check(condition, bucket.objects.get(&key))?;
            let etag = object.etag.clone();
            bucket.objects.insert(key, object);
            Ok(etag)
        })
    }

    /// Removes an object where the condition holds.
    pub(crate) fn delete_object(
        &self,
        bucket: &str,
        key: &str,
        condition: &Condition,
    ) -> S3Result<()> {
        self.with(bucket, |bucket| {
            if !self.quirks.ignore_delete_conditions {
                self.check(condition, bucket.objects.get(key))?;
            }
            bucket.objects.remove(key);
            Ok(())
        })
    }

    fn check(&self, condition: &Condition, present: Option<&Object>) -> S3Result<()> {
        if self.quirks.ignore_conditions {
            return Ok(());
        }
        condition.check_write(present.map(|object| object.etag.as_str()))
    }

    /// Joins the named parts to an object where the condition holds.
    pub(crate) fn complete_upload(
        &self,
        bucket: &str,
        upload: &str,
        wanted: &[(i32, String)],
        condition: &Condition,
    ) -> S3Result<String> {
        self.with(bucket, |bucket| {
            let found = bucket.uploads.get(upload);
            let found = found.ok_or_else(|| s3_error!(NoSuchUpload))?;
            let object = found.join(wanted, self.quirks)?;
            self.check(condition, bucket.objects.get(&found.key))?;
            let key = found.key.clone();
            let etag = object.etag.clone();
            bucket.uploads.remove(upload);
            bucket.objects.insert(key, object);
            Ok(etag)
        })
    }
}

impl Object {
    pub(crate) fn new(chunks: Vec<Bytes>, attributes: Attributes) -> Self {
        Self {
            etag: hex(&md5(&chunks)),
            body: Body::from(chunks),
            attributes,
            modified: SystemTime::now(),
        }
    }
}

impl Upload {
    pub(crate) fn new(key: String, attributes: Attributes) -> Self {
        Self {
            key,
            attributes,
            parts: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, number: i32, body: Body, etag: String) {
        self.parts.insert(number, Part { body, etag });
    }

    fn join(&self, wanted: &[(i32, String)], quirks: Quirks) -> S3Result<Object> {
        if wanted.is_empty() {
            return Err(s3_error!(MalformedXML, "no parts"));
        }
        if !wanted.is_sorted_by(|one, next| one.0 < next.0) {
            return Err(s3_error!(InvalidPartOrder));
        }
        let parts = wanted.iter().map(|(number, etag)| {
            let part = self.parts.get(number).filter(|part| part.etag == *etag);
            part.ok_or_else(|| s3_error!(InvalidPart))
        });
        let parts = parts.collect::<S3Result<Vec<&Part>>>()?;
        let (_, all_but_last) = parts.split_last().ok_or_else(|| s3_error!(InvalidPart))?;
        if all_but_last.iter().any(|part| part.body.len() < MIN_PART) {
            return Err(s3_error!(EntityTooSmall));
        }
        let sizes: BTreeSet<u64> = all_but_last.iter().map(|part| part.body.len()).collect();
        if quirks.equal_parts && sizes.len() > 1 {
            return Err(s3_error!(InvalidPart, "parts differ in size"));
        }
        let mut body = Body::default();
        let mut tags = Vec::new();
        for part in &parts {
            body.append(&part.body);
            tags.push(Bytes::copy_from_slice(part.etag.as_bytes()));
        }
        Ok(Object {
            body,
            etag: format!("{}-{}", hex(&md5(&tags)), parts.len()),
            attributes: self.attributes.clone(),
            modified: SystemTime::now(),
        })
    }
}
