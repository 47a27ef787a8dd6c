//! The socket: accepting connections, each with its limits, and ending them well.
//!
//! Ending: a node that is *draining* still takes connections and requests, and asks clients not to
//! come back on the same connection. One that is *stopping* takes what the kernel has accepted for
//! it, and no more; it listens for what is on its way already, answers everything that it got, and
//! closes.

mod connection;
mod tls;

pub(crate) use tls::Tls;
pub use tls::TlsError;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::http::App;
use crate::limits;

use connection::Terms;

/// How far a server is with ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It is not.
    Running,
    /// It is not to be sent anything new.
    Draining,
    /// It takes nothing new.
    Stopping,
}

/// What is said to whoever comes when there are as many connections as there may be.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\
                      Connection: close\r\n\r\n";

/// Serves a socket until the server stops and every connection has ended.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    app: App,
    tls: Option<Arc<Tls>>,
) -> std::io::Result<()> {
    let (open, held) = watch::channel(());
    let room = Arc::new(Semaphore::new(app.settings().bounds.connections));
    let terms = Arc::new(Terms::new(router, app.clone(), tls));
    let take = |stream: TcpStream, peer: SocketAddr| match room.clone().try_acquire_owned() {
        Ok(place) => {
            let place = Place { _room: place, app: app.clone(), _held: held.clone() };
            app.units().metrics().connections().inc();
            tokio::spawn(connection::serve(stream, peer, terms.clone(), place));
        }
        Err(_) => {
            app.units().metrics().shed("connections");
            tokio::spawn(turn_away(stream));
        }
    };
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(stream, peer),
                Err(error) => not_accepted(&error).await,
            },
            () = app.is_in(Phase::Stopping) => break,
        }
    }
    // Those that the kernel has accepted meanwhile have sent their requests perhaps.
    let listener = listener.into_std()?;
    while let Ok((stream, peer)) = listener.accept() {
        stream.set_nonblocking(true)?;
        take(TcpStream::from_std(stream)?, peer);
    }
    drop(listener);
    drop(held);
    open.closed().await;
    Ok(())
}

/// The place of one connection among those that there may be.
struct Place {
    _room: OwnedSemaphorePermit,
    app: App,
    _held: watch::Receiver<()>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.units().metrics().connections().dec();
    }
}

async fn turn_away(mut stream: TcpStream) {
    // Whoever does not take it was not going to take anything.
    let _ = tokio::time::timeout(limits::LINGER, stream.write_all(FULL)).await;
}

/// A connection that broke before it began is nobody's trouble; without files or memory for one
/// more, others have to end first.
async fn not_accepted(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "connection not accepted");
    tokio::time::sleep(limits::ACCEPT_PAUSE).await;
}
