//! `monaka-wrap host`, and what programs of one host are to each other.

mod apps;
mod examples;
mod forks;
mod hostile;
mod http;
mod sharing;
mod support;
mod watching;
