//! Which engine a URL asks for.

use std::path::PathBuf;

use crate::error::LedgerError;

/// Where a ledger is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
}

/// Parses a URL such as `sqlite:muster.db`.
pub(crate) fn parse(url: &str) -> Result<Location, LedgerError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !matches!(path, "" | ":memory:") => {
            Ok(Location::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
        }
        // What follows the scheme may hold a password.
        Some((scheme, _)) => Err(LedgerError::UnsupportedUrl { start: format!("{scheme}:") }),
        None => Err(LedgerError::UnsupportedUrl { start: url.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_sqlite_url_names_a_file() {
        let path = |url| match parse(url) {
            Ok(Location::Sqlite(path)) => path,
            Err(error) => panic!("{url}: {error}"),
        };
        assert_eq!(path("sqlite:muster.db"), Path::new("muster.db"));
        assert_eq!(path("sqlite:/var/lib/muster.db"), Path::new("/var/lib/muster.db"));
        assert_eq!(path("sqlite:///var/lib/muster.db"), Path::new("/var/lib/muster.db"));
        assert_eq!(path("sqlite://muster.db"), Path::new("muster.db"));
    }

    #[test]
    fn other_urls_are_refused_without_their_secrets() {
        for url in ["postgres://ana:secret@db/muster", "sqlite:", "sqlite::memory:", "muster.db"] {
            let message = parse(url).unwrap_err().to_string();
            assert!(message.contains("sqlite:"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
