//! Letting other nodes know that a unit moved, and hearing it from them. Only a hint: whoever
//! misses it looks a moment later anyway.

use std::future::poll_fn;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Config, Error, NoTls};

use super::pool::{Pool, with_limits};
use crate::limits;

const NOTIFY: &str = "select pg_notify('muster', $1)";
const LISTEN: &str = "listen muster";

/// Rings for other nodes, and is heard when they ring.
#[derive(Debug)]
pub(super) struct Bell {
    /// There is something to tell.
    ring: Arc<Notify>,
    /// Another node told something.
    rang: Arc<Notify>,
    poll: Duration,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Bell {
    /// Without an address to listen at, nothing rings and nothing is heard: it is time to look
    /// every now and then.
    pub(super) fn hang(pool: &Pool, listen: Option<&Config>, poll: Duration) -> Self {
        let (ring, rang) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut tasks = Vec::new();
        if let Some(config) = listen {
            // Tells our own rings from those of others.
            let me = format!("{:016x}", RandomState::new().build_hasher().finish());
            tasks.push(tokio::spawn(ring_on(pool.clone(), Arc::clone(&ring), me.clone())));
            tasks.push(tokio::spawn(listen_on(with_limits(config), Arc::clone(&rang), me)));
        }
        Self { ring, rang, poll, tasks }
    }

    /// Lets other nodes know, soon.
    pub(super) fn ring(&self) {
        self.ring.notify_one();
    }

    /// Waits until another node rang, or it is time to look.
    pub(super) async fn heard(&self) {
        // Coming back without having heard anything is what was asked for.
        let _ = timeout(self.poll, self.rang.notified()).await;
    }
}

/// Rings for others, once for all that happened since the last time.
async fn ring_on(pool: Pool, ring: Arc<Notify>, me: String) {
    loop {
        ring.notified().await;
        if let Ok(mut lease) = pool.lease().await
            && let Err(trouble) = lease.ask(NOTIFY, &[(&me, Type::TEXT)]).await
        {
            tracing::debug!(?trouble, "other nodes were not told");
        }
        sleep(limits::NOTIFY_EVERY).await;
    }
}

/// Listens, on a new connection whenever one is lost.
async fn listen_on(config: Config, rang: Arc<Notify>, me: String) {
    loop {
        if let Err(error) = listen_once(&config, &rang, &me).await {
            tracing::debug!(%error, "not listening for other nodes");
        }
        sleep(limits::LISTEN_AGAIN).await;
    }
}

async fn listen_once(config: &Config, rang: &Notify, me: &str) -> Result<(), Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut hear = async || -> Result<(), Error> {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(heard) = message?
                && heard.payload() != me
            {
                rang.notify_one();
            }
        }
        Ok(())
    };
    let ask = async {
        client.batch_execute(LISTEN).await?;
        // What happened before was not heard.
        rang.notify_one();
        std::future::pending().await
    };
    tokio::select! {
        ended = hear() => ended,
        ended = ask => ended,
    }
}
