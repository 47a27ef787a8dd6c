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
        Some(("postgres" | "postgresql", _)) => match url.parse() {
            Ok(config) => Ok(Location::Postgres(Box::new(config))),
            Err(error) => Err(bad(error)),
        },
        // What follows the scheme may hold a password.
        Some((scheme, _)) => Err(LedgerError::UnsupportedUrl { start: format!("{scheme}:") }),
        None => Err(LedgerError::UnsupportedUrl { start: url.to_owned() }),
    }
}

/// Parses the URL of a PostgreSQL database.
pub(crate) fn postgres(url: &str) -> Result<Config, LedgerError> {
    match parse(url)? {
        Location::Postgres(config) => Ok(*config),
        Location::Sqlite(_) => Err(LedgerError::UnsupportedUrl { start: "sqlite:".to_owned() }),
    }
}

/// What is wrong with a URL; the source names an option, never its value.
fn bad(error: tokio_postgres::Error) -> LedgerError {
    let why = error.to_string();
    let source = error.into_source().map(|source| format!(": {source}"));
    LedgerError::BadUrl { why: why + &source.unwrap_or_default() }
}

/// A URL as it may be shown: without its password.
pub(crate) fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority);
    let authority = match authority.rsplit_once('@') {
        Some((user, hosts)) => {
            format!("{}@{hosts}", user.split_once(':').map_or(user, |(name, _)| name))
        }
        None => authority.to_owned(),
    };
    let (path, query) = path.split_once('?').map_or((path, None), |(p, q)| (p, Some(q)));
    let kept = query.map(|query| {
        let said = query.split('&').filter(|pair| !pair.starts_with("password="));
        said.collect::<Vec<_>>().join("&")
    });
    let query = kept.filter(|kept| !kept.is_empty()).map(|kept| format!("?{kept}"));
    format!("{scheme}://{authority}{path}{}", query.unwrap_or_default())
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
    fn a_url_is_shown_without_its_password() {
        for (url, expected) in [
            ("postgres://ana:secret@one:5433,two/muster", "postgres://ana@one:5433,two/muster"),
            ("postgres://ana@one/muster?a=b", "postgres://ana@one/muster?a=b"),
            ("postgres://one/muster?password=secret&a=b", "postgres://one/muster?a=b"),
            ("postgres://ana:se@cret@one?password=x", "postgres://ana@one"),
            ("sqlite:muster.db", "sqlite:muster.db"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn a_postgres_url_may_name_several_servers() {
        let url =
            "postgresql://ana:secret@one:5433,two:5434/muster?target_session_attrs=read-write";
        let Ok(Location::Postgres(config)) = parse(url) else { panic!("{url}") };
        assert_eq!((config.get_hosts().len(), config.get_ports()), (2, [5433, 5434].as_slice()));
        let message = parse("postgres://ana:secret@one/muster?colour=red").unwrap_err().to_string();
        assert!(message.contains("colour") && !message.contains("secret"), "{message}");
    }
}
