//! Of racing writers exactly one wins: what every other test of conditions rests on.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use s3_testd::Config;

use crate::{get, put, start, status};

const RACERS: u8 = 16;
const ROUNDS: usize = 50;
const BODY: usize = 32 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_sixteen_creates_in_every_round() {
    let (_server, client) = start(Config::default()).await;
    for round in 0..ROUNDS {
        one_wins(&client, &format!("round-{round}"), None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_sixteen_replaces_in_every_round() {
    let (_server, client) = start(Config::default()).await;
    for round in 0..ROUNDS {
        let key = format!("round-{round}");
        let etag = put(&client, &key, "before").await;
        one_wins(&client, &key, Some(etag)).await;
    }
}

/// Races to create `key`, or to replace its version `etag`.
async fn one_wins(client: &Client, key: &str, etag: Option<String>) {
    let mut racers = tokio::task::JoinSet::new();
    for racer in 0..RACERS {
        let request = client.put_object().bucket("test").key(key);
        let request = match &etag {
            Some(etag) => request.if_match(etag),
            None => request.if_none_match("*"),
        };
        let request = request.body(ByteStream::from(vec![racer; BODY]));
        racers.spawn(async move { (racer, status(&request.send().await)) });
    }
    let answers = racers.join_all().await;
    let winners: Vec<u8> = answers
        .iter()
        .filter(|answer| answer.1 == 200)
        .map(|answer| answer.0)
        .collect();
    let losers = answers.iter().filter(|answer| answer.1 == 412).count();
    assert_eq!(
        (winners.len(), losers),
        (1, usize::from(RACERS) - 1),
        "{answers:?}"
    );
    assert_eq!(get(client, key).await, vec![winners[0]; BODY]);
}
