//! The server as the real SDK sees it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conditions;
mod faults;
mod listing;
mod multipart;
mod race;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use s3_testd::{ACCESS_KEY, Config, SECRET_KEY, Server};

/// A server of its own, and a client that does not retry.
async fn start(config: Config) -> (Server, Client) {
    let server = Server::start(config).await.unwrap();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(server.endpoint())
        .force_path_style(true)
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    (server, Client::from_conf(config))
}

/// The status of an answer: 200 for success.
fn status<T, E>(result: &Result<T, SdkError<E, HttpResponse>>) -> u16 {
    match result {
        Ok(_) => 200,
        Err(error) => error
            .raw_response()
            .map_or(0, |response| response.status().as_u16()),
    }
}

/// The error code of an answer that is one.
fn code<T, E: ProvideErrorMetadata>(result: &Result<T, SdkError<E, HttpResponse>>) -> String {
    let error = result.as_ref().err();
    error
        .and_then(|error| error.code())
        .unwrap_or_default()
        .to_owned()
}

fn bytes(text: &str) -> ByteStream {
    ByteStream::from(text.as_bytes().to_vec())
}

async fn put(client: &Client, key: &str, text: &str) -> String {
    let put = client
        .put_object()
        .bucket("test")
        .key(key)
        .body(bytes(text));
    put.send().await.unwrap().e_tag.unwrap()
}

async fn get(client: &Client, key: &str) -> Vec<u8> {
    let got = client
        .get_object()
        .bucket("test")
        .key(key)
        .send()
        .await
        .unwrap();
    got.body.collect().await.unwrap().to_vec()
}
