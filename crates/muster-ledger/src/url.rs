//! Which engine a URL asks for.

use std::path::PathBuf;

use tokio_postgres::Config;

use crate::error::LedgerError;

/// Where a ledger is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, on one of several servers perhaps.
    Postgres(Box<Config>),
}

/// Parses a URL such as `sqlite:muster.db` or `postgres://user@host/database`.
pub(crate) fn parse(url: &str) -> Result<Location, LedgerError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !matches!(path, "" | ":memory:") => {
            Ok(Location::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
        }
        Some(("postgres" | "postgresql", _)) => url
            .parse()
            .map(|config| Location::Postgres(Box::new(config)))
            .map_err(|error: tokio_postgres::Error| LedgerError::BadUrl { why: error.to_string() }),
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
            other => panic!("{url}: {other:?}"),
        };
        assert_eq!(path("sqlite:muster.db"), Path::new("muster.db"));
        assert_eq!(path("sqlite:/var/lib/muster.db"), Path::new("/var/lib/muster.db"));
        assert_eq!(path("sqlite:///var/lib/muster.db"), Path::new("/var/lib/muster.db"));
        assert_eq!(path("sqlite://muster.db"), Path::new("muster.db"));
    }

    #[test]
    fn other_urls_are_refused_without_their_secrets() {
        for url in ["mysql://ana:secret@db/muster", "sqlite:", "sqlite::memory:", "muster.db"] {
            let message = parse(url).unwrap_err().to_string();
            assert!(message.contains("sqlite:"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn a_postgres_url_may_name_several_servers() {
        let url = "postgresql://ana:secret@one:5433,two/muster?target_session_attrs=read-write";
        let Ok(Location::Postgres(config)) = parse(url) else { panic!("{url}") };
        assert_eq!((config.get_hosts().len(), config.get_ports()), (2, [5433, 5432].as_slice()));
        let message = parse("postgres://ana:secret@one/muster?colour=red").unwrap_err().to_string();
        assert!(message.contains("colour") && !message.contains("secret"), "{message}");
    }
}
