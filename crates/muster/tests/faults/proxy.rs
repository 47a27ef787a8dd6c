//! What lies between a node and its database: it delays, and it cuts off.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use crate::dice::Dice;

/// A proxy to a port of this machine, for as long as it is not dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    /// One message in so many is the last of its connection; 0 for none.
    cut: AtomicUsize,
    /// How late every message is; 0 for some that are late now and then.
    late_ms: AtomicU64,
    cuts: AtomicU64,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    pub(crate) async fn to(port: u16, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let to = SocketAddr::from(([127, 0, 0, 1], port));
        let task = tokio::spawn(serve(listener, to, seed, shared.clone()));
        Self { port: own, shared, task }
    }

    /// From now on, one message in so many is the last of its connection.
    pub(crate) fn cut_one_in(&self, messages: usize) {
        self.shared.cut.store(messages, Ordering::SeqCst);
    }

    /// From now on, every message is late by as much.
    pub(crate) fn late_by(&self, late: Duration) {
        let late_ms = u64::try_from(late.as_millis()).unwrap();
        self.shared.late_ms.store(late_ms, Ordering::SeqCst);
    }

    /// How many connections it cut off.
    pub(crate) fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

async fn serve(listener: TcpListener, to: SocketAddr, seed: u64, shared: Arc<Shared>) {
    // Dropped with this task, and with them all connections.
    let mut connections = JoinSet::new();
    for nth in 0.. {
        let Ok((client, _)) = listener.accept().await else { return };
        let Ok(server) = TcpStream::connect(to).await else { continue };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let (asks, answers) = (Dice::nth(seed, 2 * nth), Dice::nth(seed, 2 * nth + 1));
        let shared = shared.clone();
        connections.spawn(async move {
            // The first that ends takes the other with it: both sides see the connection go.
            tokio::select! {
                () = copy(from_client, to_server, asks, &shared) => {}
                () = copy(from_server, to_client, answers, &shared) => {}
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Copies what comes. Now and then something is late; and now and then something is the last that
/// gets through, or the first that does not.
async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut dice: Dice, shared: &Shared) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let late_ms = match shared.late_ms.load(Ordering::SeqCst) {
            0 if dice.once_in(4) => dice.next() % 30,
            always => always,
        };
        sleep(Duration::from_millis(late_ms)).await;
        let cut = shared.cut.load(Ordering::SeqCst);
        let is_last = cut > 0 && dice.once_in(cut);
        let is_through = !is_last || dice.once_in(2);
        if is_through && to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
        if is_last {
            shared.cuts.fetch_add(1, Ordering::SeqCst);
            return;
        }
    }
}
