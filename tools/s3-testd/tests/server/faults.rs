//! Each fault does what it says, and no more.

use std::time::Duration;

use s3_testd::{Config, Fault, Operation, Rule};

use crate::{bytes, code, get, put, start, status};

#[tokio::test]
async fn a_refusal_has_no_effect() {
    let (server, client) = start(Config::default()).await;
    let refusal = Fault::Refuse {
        status: 503,
        code: "SlowDown".to_owned(),
    };
    server
        .faults()
        .push(Rule::once(Operation::PutObject, refusal));
    let put = || client.put_object().bucket("test").key("a").body(bytes("x"));
    assert_eq!(code(&put().send().await), "SlowDown");
    assert!(server.store().objects("test").is_empty());
    assert_eq!(status(&put().send().await), 200);
    let statuses: Vec<Option<u16>> = server
        .log()
        .take()
        .iter()
        .map(|entry| entry.status)
        .collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
}

#[tokio::test]
async fn a_lost_response_has_its_effect_and_a_reset_has_none() {
    let (server, client) = start(Config::default()).await;
    let put = |key: &'static str| client.put_object().bucket("test").key(key).body(bytes("x"));
    server
        .faults()
        .push(Rule::once(Operation::PutObject, Fault::LoseResponse));
    assert!(put("a").send().await.is_err());
    assert_eq!(server.store().read("test", "a").unwrap(), b"x");
    server
        .faults()
        .push(Rule::once(Operation::PutObject, Fault::Reset));
    assert!(put("b").send().await.is_err());
    assert_eq!(server.store().read("test", "b"), None);
    server.faults().push(Rule::once(
        Operation::PutObject,
        Fault::SpuriousPrecondition,
    ));
    assert_eq!(status(&put("c").send().await), 412);
    assert_eq!(server.store().read("test", "c").unwrap(), b"x");
}

#[tokio::test]
async fn a_truncated_body_is_an_error_and_not_a_short_object() {
    let (server, client) = start(Config::default()).await;
    put(&client, "a", "0123456789").await;
    server
        .faults()
        .push(Rule::once(Operation::GetObject, Fault::Truncate));
    let got = client
        .get_object()
        .bucket("test")
        .key("a")
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_length, Some(10));
    assert!(got.body.collect().await.is_err());
    assert_eq!(get(&client, "a").await, b"0123456789");
}

#[tokio::test]
async fn a_stall_hits_only_what_its_rule_names() {
    let (server, client) = start(Config::default()).await;
    let rule = Rule {
        key: "slow".to_owned(),
        skip: 1,
        ..Rule::always(Fault::Stall)
    };
    server.faults().push(rule);
    put(&client, "slow", "first passes").await;
    put(&client, "other", "x").await;
    let head = client.head_object().bucket("test").key("slow").send();
    tokio::time::timeout(Duration::from_millis(200), head)
        .await
        .unwrap_err();
    server.faults().clear();
    assert_eq!(get(&client, "slow").await, b"first passes");
}

#[tokio::test]
async fn a_body_that_differs_from_its_checksum_is_refused() {
    let (_server, client) = start(Config::default()).await;
    let put = || client.put_object().bucket("test").key("a").body(bytes("x"));
    let wrong = put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await;
    assert_eq!(code(&wrong), "BadDigest");
    let wrong = put().checksum_sha256("AAAA").send().await;
    assert_eq!(status(&wrong), 400);
    assert_eq!(
        status(&put().checksum_algorithm("CRC64NVME".into()).send().await),
        200
    );
}

#[tokio::test]
async fn a_signature_by_another_secret_is_refused() {
    let (_server, client) = start(Config::default()).await;
    let other =
        aws_sdk_s3::config::Credentials::new(s3_testd::ACCESS_KEY, "other", None, None, "test");
    let config = client
        .config()
        .to_builder()
        .credentials_provider(other)
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let got = client.get_object().bucket("test").key("a").send().await;
    assert_eq!(code(&got), "SignatureDoesNotMatch");
    let missing = client.head_bucket().bucket("absent").send().await;
    assert_eq!(status(&missing), 403);
}
