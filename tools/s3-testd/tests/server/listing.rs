//! Pages, prefixes and odd keys.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use s3_testd::Config;

use crate::{get, put, start};

#[tokio::test]
async fn pages_follow_one_another_and_start_after_skips() {
    let (server, client) = start(Config::default()).await;
    let keys: Vec<String> = (0..1205).map(|number| format!("k/{number:04}")).collect();
    keys.iter()
        .for_each(|key| server.store().put("test", key, "x"));
    let mut pages = client
        .list_objects_v2()
        .bucket("test")
        .prefix("k/")
        .into_paginator()
        .send();
    let mut listed = Vec::new();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.contents().len());
        listed.extend(
            page.contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
    }
    assert_eq!(sizes, [1000, 205]);
    assert_eq!(listed, keys);
    let tail = client
        .list_objects_v2()
        .bucket("test")
        .start_after("k/1202")
        .send()
        .await
        .unwrap();
    assert_eq!(tail.contents()[0].key(), Some("k/1203"));
    assert_eq!(tail.contents().len(), 2);
}

#[tokio::test]
async fn a_delimiter_folds_what_lies_below() {
    let (server, client) = start(Config::default()).await;
    for key in ["a", "a/b", "a/c", "b/", "b/x/y", "c"] {
        server.store().put("test", key, "");
    }
    let mut entries = Vec::new();
    let list = || {
        client
            .list_objects_v2()
            .bucket("test")
            .delimiter("/")
            .max_keys(2)
    };
    let mut page = list().send().await.unwrap();
    loop {
        let objects = page.contents().iter().map(|object| object.key().unwrap());
        let prefixes = page
            .common_prefixes()
            .iter()
            .map(|prefix| prefix.prefix().unwrap());
        entries.extend(objects.chain(prefixes).map(str::to_owned));
        let Some(token) = page.next_continuation_token() else {
            break;
        };
        page = list().continuation_token(token).send().await.unwrap();
    }
    entries.sort();
    assert_eq!(entries, ["a", "a/", "b/", "c"]);
}

#[tokio::test]
async fn odd_keys_are_kept_apart() {
    let (_server, client) = start(Config::default()).await;
    let keys = ["a", "a/b", "dir/", "a+b", "%41", ".", "ä ö", "x\ty"];
    for key in keys {
        put(&client, key, key).await;
    }
    for key in keys {
        assert_eq!(get(&client, key).await, key.as_bytes());
    }
}

#[tokio::test]
async fn many_are_deleted_at_once_each_by_its_version() {
    let (server, client) = start(Config::default()).await;
    let etag = put(&client, "a", "x").await;
    put(&client, "b", "x").await;
    let stale = "\"00000000000000000000000000000000\"";
    let named = |key: &str, etag: &str| {
        ObjectIdentifier::builder()
            .key(key)
            .e_tag(etag)
            .build()
            .unwrap()
    };
    let delete = Delete::builder()
        .objects(named("a", &etag))
        .objects(named("b", stale));
    let delete = delete.build().unwrap();
    let done = client
        .delete_objects()
        .bucket("test")
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!(done.deleted()[0].key(), Some("a"));
    assert_eq!(done.errors()[0].code(), Some("PreconditionFailed"));
    let left: Vec<String> = server
        .store()
        .objects("test")
        .into_iter()
        .map(|object| object.key)
        .collect();
    assert_eq!(left, ["b"]);
}
