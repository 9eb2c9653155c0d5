//! If-Match and If-None-Match on everything that takes them.

use s3_testd::{Config, Quirks};

use crate::{bytes, get, put, start, status};

const STALE: &str = "\"00000000000000000000000000000000\"";

#[tokio::test]
async fn put_replaces_only_the_version_it_names() {
    let (_server, client) = start(Config::default()).await;
    let put_if = |key: &'static str| client.put_object().bucket("test").key(key).body(bytes("x"));
    assert_eq!(status(&put_if("a").if_none_match("*").send().await), 200);
    assert_eq!(status(&put_if("a").if_none_match("*").send().await), 412);
    let etag = put(&client, "a", "y").await;
    assert_eq!(status(&put_if("a").if_match(STALE).send().await), 412);
    assert_eq!(get(&client, "a").await, b"y");
    assert_eq!(status(&put_if("a").if_match(etag).send().await), 200);
    assert_eq!(status(&put_if("absent").if_match(STALE).send().await), 404);
}

#[tokio::test]
async fn get_answers_only_for_the_version_it_names() {
    let (_server, client) = start(Config::default()).await;
    let etag = put(&client, "a", "0123456789").await;
    let get = || client.get_object().bucket("test").key("a");
    assert_eq!(status(&get().if_match(STALE).send().await), 412);
    assert_eq!(status(&get().if_none_match(&etag).send().await), 304);
    assert_eq!(
        status(&get().range("bytes=2-3").if_match(STALE).send().await),
        412
    );
    let ranged = get()
        .range("bytes=2-3")
        .if_match(&etag)
        .send()
        .await
        .unwrap();
    assert_eq!(ranged.content_range.as_deref(), Some("bytes 2-3/10"));
    assert_eq!(ranged.body.collect().await.unwrap().to_vec(), b"23");
    let suffix = get().range("bytes=-3").send().await.unwrap();
    assert_eq!(suffix.body.collect().await.unwrap().to_vec(), b"789");
    assert_eq!(status(&get().range("bytes=10-").send().await), 416);
}

#[tokio::test]
async fn delete_removes_only_the_version_it_names() {
    let (_server, client) = start(Config::default()).await;
    let etag = put(&client, "a", "x").await;
    let delete = || client.delete_object().bucket("test").key("a");
    assert_eq!(status(&delete().if_match(STALE).send().await), 412);
    assert_eq!(get(&client, "a").await, b"x");
    assert_eq!(status(&delete().if_match(etag).send().await), 200);
    let got = client.get_object().bucket("test").key("a").send().await;
    assert_eq!(status(&got), 404);
}

#[tokio::test]
async fn a_copy_checks_its_source_and_its_destination() {
    let (server, client) = start(Config::default()).await;
    let etag = put(&client, "a", "x").await;
    put(&client, "b", "y").await;
    let copy = || client.copy_object().bucket("test").copy_source("test/a");
    let stale = copy().key("c").copy_source_if_match(STALE).send().await;
    assert_eq!(status(&stale), 412);
    let onto = copy().key("b").if_none_match("*").send().await;
    assert_eq!(status(&onto), 412);
    let replaced = copy()
        .key("a")
        .copy_source_if_match(etag)
        .metadata_directive("REPLACE".into())
        .metadata("mode", "33188")
        .send()
        .await;
    assert_eq!(status(&replaced), 200);
    let objects = server.store().objects("test");
    assert_eq!(objects[0].metadata["mode"], "33188");
    assert_eq!(objects.len(), 2);
}

#[tokio::test]
async fn a_store_without_conditions_ignores_them() {
    let quirks = Quirks {
        ignore_conditions: true,
        ..Quirks::default()
    };
    let (_server, client) = start(Config {
        quirks,
        ..Config::default()
    })
    .await;
    put(&client, "a", "x").await;
    let again = client.put_object().bucket("test").key("a").body(bytes("y"));
    assert_eq!(status(&again.if_none_match("*").send().await), 200);
    assert_eq!(get(&client, "a").await, b"y");
}
