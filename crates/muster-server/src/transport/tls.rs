//! TLS by rustls: a certificate and its key from files, read again when somebody asks.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig, crypto};

use crate::settings::TlsFiles;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM of its kind.
    #[error("cannot read {what} from {path}: {source}", path = path.display())]
    Read {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The file has no certificate.
    #[error("there is no certificate in {path}", path = .0.display())]
    NoCertificate(PathBuf),
    /// Certificate and key do not fit, or are of a kind that is not known here.
    #[error("certificate and key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

/// What connections are encrypted with; new ones with what was read last.
pub(crate) struct Tls {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tls({})", self.files.cert.display())
    }
}

impl Tls {
    pub(crate) fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let config = ArcSwap::from_pointee(files.read()?);
        Ok(Self { files, config })
    }

    /// Reads the files again; when they are no good, what was read before stays.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        self.config.store(Arc::new(self.files.read()?));
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }
}

impl TlsFiles {
    /// Whether the files can be read and the key is the certificate's.
    ///
    /// # Errors
    /// [`TlsError`] when not.
    pub fn check(&self) -> Result<(), TlsError> {
        self.read().map(|_| ())
    }

    fn read(&self) -> Result<ServerConfig, TlsError> {
        let Self { cert, key } = self;
        let unread = |what, path: &PathBuf| {
            let path = path.clone();
            move |source| TlsError::Read { what, path, source }
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
        let chain = chain.map_err(unread("a certificate", cert))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(cert.clone()));
        }
        let key = PrivateKeyDer::from_pem_file(key).map_err(unread("a private key", key))?;
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions()?;
        let mut config = config.with_no_client_auth().with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}
