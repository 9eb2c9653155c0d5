//! Tokens: who may use which part of the file system, and how.

use rpc_protocol::Key;
use thiserror::Error;

/// What a client with a token may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The directory that it sees as the root, relative to the root of the file system; empty for
    /// that one itself.
    pub subtree: String,
    /// Whether it may look only.
    pub read_only: bool,
    /// The most bytes that its changes may add, taken together.
    pub quota: Option<u64>,
}

/// A token.
#[derive(Clone, Debug)]
pub struct Token {
    /// What the client proves to know.
    pub key: Key,
    /// What that opens.
    pub access: Access,
}

/// What is wrong with a file of tokens.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum TokenFileError {
    /// No line holds one.
    #[error(
        "the file holds no token; write one in a line, such as the output of `openssl rand -hex 32`"
    )]
    Empty,
    /// A token that can be guessed.
    #[error("line {line}: a token has 16 characters or more")]
    Short {
        /// The line, from 1.
        line: usize,
    },
    /// A word behind a token that means nothing.
    #[error("line {line}: {word:?}: expected ro, subtree=PATH or quota=BYTES")]
    Word {
        /// The line, from 1.
        line: usize,
        /// The word.
        word: String,
    },
}

/// Reads a file of tokens: one in a line, with `ro`, `subtree=PATH` and `quota=BYTES` behind it;
/// lines that are empty or start with `#` are skipped.
///
/// # Errors
/// Every [`TokenFileError`], of the first line that has one.
pub fn parse_tokens(text: &str) -> Result<Vec<Token>, TokenFileError> {
    let mut tokens = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        match words.next() {
            None => {}
            Some(comment) if comment.starts_with('#') => {}
            Some(token) if token.len() < 16 => {
                return Err(TokenFileError::Short { line: index + 1 });
            }
            Some(token) => tokens.push(Token {
                key: Key::of_token(token.as_bytes()),
                access: access(words, index + 1)?,
            }),
        }
    }
    match tokens.is_empty() {
        true => Err(TokenFileError::Empty),
        false => Ok(tokens),
    }
}

fn access<'a>(words: impl Iterator<Item = &'a str>, line: usize) -> Result<Access, TokenFileError> {
    let mut access = Access::default();
    for word in words {
        let quota = word.strip_prefix("quota=").map(str::parse);
        match (word, word.strip_prefix("subtree="), quota) {
            ("ro", _, _) => access.read_only = true,
            (_, Some(path), _) => path.trim_matches('/').clone_into(&mut access.subtree),
            (_, _, Some(Ok(bytes))) => access.quota = Some(bytes),
            _ => {
                return Err(TokenFileError::Word {
                    line,
                    word: word.to_owned(),
                });
            }
        }
    }
    Ok(access)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_token_and_what_it_opens() {
        let tokens = parse_tokens("# ci\n\n0123456789abcdef ro subtree=/ci/ quota=1024\n")
            .expect("a good file");
        let access = Access {
            subtree: "ci".to_owned(),
            read_only: true,
            quota: Some(1024),
        };
        assert_eq!(tokens[0].access, access);
        assert_eq!(tokens[0].key, Key::of_token(b"0123456789abcdef"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = |text| parse_tokens(text).expect_err("a bad file");
        assert_eq!(error("# nothing\n"), TokenFileError::Empty);
        assert_eq!(error("\nshort\n"), TokenFileError::Short { line: 2 });
        for word in ["rw", "quota=much"] {
            let line = format!("0123456789abcdef {word}");
            let word = word.to_owned();
            assert_eq!(error(&line), TokenFileError::Word { line: 1, word });
        }
    }
}
