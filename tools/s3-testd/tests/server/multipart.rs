//! Multipart uploads, copied parts, and objects larger than memory.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use s3_testd::{Config, Quirks, Server};

use crate::{code, put, start, status};

const MIB: usize = 1 << 20;

async fn create(client: &Client) -> String {
    let created = client.create_multipart_upload().bucket("test").key("big");
    created
        .metadata("put", "1")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap()
}

async fn upload(client: &Client, id: &str, number: i32, len: usize) -> CompletedPart {
    let part = client
        .upload_part()
        .bucket("test")
        .key("big")
        .upload_id(id)
        .part_number(number);
    let body = ByteStream::from(vec![number as u8; len]);
    let etag = part.body(body).send().await.unwrap().e_tag.unwrap();
    CompletedPart::builder()
        .part_number(number)
        .e_tag(etag)
        .build()
}

fn parts(parts: Vec<CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder()
        .set_parts(Some(parts))
        .build()
}

async fn three_parts(client: &Client, id: &str) -> CompletedMultipartUpload {
    parts(vec![
        upload(client, id, 1, 5 * MIB).await,
        upload(client, id, 2, 6 * MIB).await,
        upload(client, id, 3, 3).await,
    ])
}

fn content(server: &Server) -> Option<Vec<u8>> {
    server.store().read("test", "big")
}

#[tokio::test]
async fn parts_become_one_object_where_the_condition_holds() {
    let (server, client) = start(Config::default()).await;
    let id = create(&client).await;
    let all = three_parts(&client, &id).await;
    let complete = || {
        let complete = client.complete_multipart_upload().bucket("test").key("big");
        complete.upload_id(&id).multipart_upload(all.clone())
    };
    put(&client, "big", "in the way").await;
    assert_eq!(status(&complete().if_none_match("*").send().await), 412);
    assert_eq!(server.store().open_uploads(), 1);
    server.store().remove("test", "big");
    let etag = complete()
        .if_none_match("*")
        .send()
        .await
        .unwrap()
        .e_tag
        .unwrap();
    assert!(etag.ends_with("-3\""), "{etag}");
    let bytes = content(&server).unwrap();
    assert_eq!(bytes.len(), 11 * MIB + 3);
    assert_eq!((bytes[0], bytes[5 * MIB], bytes[11 * MIB]), (1, 2, 3));
    assert_eq!(server.store().objects("test")[0].metadata["put"], "1");
    assert_eq!(server.store().open_uploads(), 0);
    assert_eq!(code(&complete().send().await), "NoSuchUpload");
}

#[tokio::test]
async fn parts_are_copied_from_the_version_named() {
    let (server, client) = start(Config::default()).await;
    server.store().synthesise("test", "source", 12 << 20);
    let head = client
        .head_object()
        .bucket("test")
        .key("source")
        .send()
        .await
        .unwrap();
    let id = create(&client).await;
    let copy = |etag: &str| {
        let copy = client
            .upload_part_copy()
            .bucket("test")
            .key("big")
            .upload_id(&id);
        let copy = copy
            .part_number(1)
            .copy_source("test/source")
            .copy_source_if_match(etag);
        copy.copy_source_range(format!("bytes=4096-{}", 4096 + 5 * MIB - 1))
            .send()
    };
    assert_eq!(status(&copy("\"stale\"").await), 412);
    let copied = copy(&head.e_tag.unwrap())
        .await
        .unwrap()
        .copy_part_result
        .unwrap();
    let first = CompletedPart::builder()
        .part_number(1)
        .set_e_tag(copied.e_tag)
        .build();
    let all = parts(vec![first, upload(&client, &id, 2, 1).await]);
    let complete = client.complete_multipart_upload().bucket("test").key("big");
    complete
        .upload_id(&id)
        .multipart_upload(all)
        .send()
        .await
        .unwrap();
    let bytes = content(&server).unwrap();
    assert_eq!(bytes.len(), 5 * MIB + 1);
    assert_eq!((bytes[0], bytes[4096], bytes[5 * MIB]), (1, 2, 2));
}

#[tokio::test]
async fn wrong_parts_are_refused() {
    let quirks = Quirks {
        equal_parts: true,
        ..Quirks::default()
    };
    let (_server, client) = start(Config {
        quirks,
        ..Config::default()
    })
    .await;
    let id = create(&client).await;
    let complete = |parts: Vec<CompletedPart>| {
        let complete = client.complete_multipart_upload().bucket("test").key("big");
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(parts))
            .build();
        complete.upload_id(&id).multipart_upload(parts).send()
    };
    let big = upload(&client, &id, 1, 5 * MIB).await;
    let other = upload(&client, &id, 2, 6 * MIB).await;
    let small = upload(&client, &id, 3, 1).await;
    assert_eq!(
        code(&complete(vec![small.clone(), big.clone()]).await),
        "InvalidPartOrder"
    );
    assert_eq!(
        code(&complete(vec![big.clone(), other, small.clone()]).await),
        "InvalidPart"
    );
    assert_eq!(code(&complete(vec![]).await), "MalformedXML");
    let small = upload(&client, &id, 1, 1).await;
    let last = upload(&client, &id, 2, 1).await;
    assert_eq!(code(&complete(vec![small, last]).await), "EntityTooSmall");
    assert_eq!(code(&complete(vec![big]).await), "InvalidPart");
}

#[tokio::test]
async fn uploads_that_were_left_are_listed_and_aborted() {
    let (server, client) = start(Config::default()).await;
    let id = create(&client).await;
    let listed = client
        .list_multipart_uploads()
        .bucket("test")
        .prefix("b")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.uploads()[0].upload_id(), Some(id.as_str()));
    let abort = client
        .abort_multipart_upload()
        .bucket("test")
        .key("big")
        .upload_id(id);
    abort.send().await.unwrap();
    assert_eq!(server.store().open_uploads(), 0);
}

#[tokio::test]
async fn an_object_larger_than_memory_is_read_in_ranges() {
    let (server, client) = start(Config::default()).await;
    server.store().synthesise("test", "big", 10 << 40);
    let at: u64 = (9 << 40) + 4096 * 7;
    let range = format!("bytes={at}-{}", at + 4096);
    let got = client
        .get_object()
        .bucket("test")
        .key("big")
        .range(range)
        .send()
        .await
        .unwrap();
    let bytes = got.body.collect().await.unwrap().to_vec();
    assert_eq!((bytes.len(), bytes[0], bytes[4096]), (4097, 7, 8));
}
