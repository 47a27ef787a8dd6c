//! One connection: HTTP/1.1 or HTTP/2, with or without TLS.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};
use tower::Service as _;

use crate::http::App;
use crate::limits;
use crate::settings::Bounds;
use crate::transport::{Phase, Place, Tls};

/// What all connections of a server share.
pub(super) struct Terms {
    router: Router,
    app: App,
    tls: Option<Arc<Tls>>,
    builder: Builder<TokioExecutor>,
}

impl Terms {
    pub(super) fn new(router: Router, app: App, tls: Option<Arc<Tls>>) -> Self {
        let Bounds { head_bytes, idle_time, .. } = app.settings().bounds;
        let mut builder = Builder::new(TokioExecutor::new());
        // From the end of one request to the end of the next one's head.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(idle_time);
        // A head has to fit into it.
        builder.http1().max_buf_size(head_bytes.max(limits::LEAST_HEAD_BYTES));
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(limits::STREAMS);
        builder.http2().max_header_list_size(u32::try_from(head_bytes).unwrap_or(u32::MAX));
        // Whoever is silent that long is asked whether it is still there.
        builder.http2().keep_alive_interval(idle_time).keep_alive_timeout(limits::HEAD_TIME);
        Self { router, app, tls, builder }
    }
}

/// Serves a connection until it ends, or until the server stops and has answered what came.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, terms: Arc<Terms>, _place: Place) {
    let first_by = Instant::now() + terms.app.settings().bounds.head_time;
    // Answers go out when they are there. On a connection that is gone already nothing does.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &terms.tls else {
        return spoken(stream, peer, &terms, first_by).await;
    };
    match timeout_at(first_by, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => spoken(stream, peer, &terms, first_by).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
        Err(_) => tracing::debug!(%peer, "no TLS in time"),
    }
}

async fn spoken(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    terms: &Terms,
    first_by: Instant,
) {
    let (app, begun) = (&terms.app, &AtomicBool::new(false));
    let service = service_fn(|request: Request<Incoming>| {
        begun.store(true, Ordering::Relaxed);
        let answer = answer(request, peer, terms.router.clone(), app.clone());
        async move { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    let mut connection = pin!(terms.builder.serve_connection(TokioIo::new(io), service));
    let mut first = pin!(sleep_until(first_by));
    let mut is_waited_for = true;
    let mut stopping = pin!(async {
        app.is_in(Phase::Stopping).await;
        // What is on its way is still answered; see `answer`.
        tokio::time::sleep(limits::LINGER).await;
    });
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // How a connection ended is its client's affair.
            _ = connection.as_mut() => return,
            () = &mut first, if is_waited_for => {
                if !begun.load(Ordering::Relaxed) {
                    return;
                }
                is_waited_for = false;
            }
            () = &mut stopping, if !is_stopping => {
                connection.as_mut().graceful_shutdown();
                is_stopping = true;
            }
        }
    }
}

/// Answers a request; once the server is about to stop, the connection is not to be used again.
async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    mut router: Router,
    app: App,
) -> axum::response::Response {
    let is_http2 = request.version() == Version::HTTP_2;
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(mut response) = router.call(request).await;
    if !is_http2 && app.phase() > Phase::Running {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
