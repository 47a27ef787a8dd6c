//! A running server: a ledger, its desks, and a socket.

use std::net::SocketAddr;
use std::sync::Arc;

use muster_core::id::OrganizationId;
use muster_ledger::{Ledger, LedgerConfig, LedgerError, Role};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::access::{self, Access, AccessError, NewClient, OpenError};
use crate::clock::Clock;
use crate::desk::Notes;
use crate::http::App;
use crate::jobs;
use crate::leased::Holder;
use crate::limits;
use crate::router::router;
use crate::settings::Settings;
use crate::transport::{self, Phase, Tls, TlsError};
use crate::units::Units;
use crate::upkeep;
use crate::webhooks;

/// What a server is started with.
#[derive(Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the ledger lies.
    pub ledger: LedgerConfig,
    /// Where time and ids come from.
    pub clock: Clock,
    /// Who takes notes of every decision; for the oracle.
    pub notes: Option<Notes>,
    /// How it behaves towards the network.
    pub settings: Settings,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { listen, ledger, clock, notes: _, settings } = self;
        f.debug_struct("Config")
            .field("listen", listen)
            .field("ledger", ledger)
            .field("clock", clock)
            .field("settings", settings)
            .finish_non_exhaustive()
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Tokens cannot be checked.
    #[error(transparent)]
    Access(#[from] OpenError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Nobody can listen there.
    #[error("cannot listen on {listen}")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    ledger: Ledger,
    clock: Clock,
    app: App,
    tls: Option<Arc<Tls>>,
    task: JoinHandle<std::io::Result<()>>,
    stopping: watch::Sender<bool>,
    chores: JoinHandle<()>,
    users: watch::Sender<()>,
}

impl Server {
    /// Opens the ledger, taking its lock, and listens.
    ///
    /// # Errors
    /// [`StartError`] when the ledger is held by another process or the address is taken.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config { listen, ledger, clock, notes, settings } = config;
        let tls = settings.tls.clone().map(Tls::open).transpose()?.map(Arc::new);
        let ledger = Ledger::open_with(&ledger, Role::Serve).await?;
        let (users, held) = watch::channel(());
        let units = Units::new(ledger.clone(), clock.clone(), notes, held);
        let (metrics, issuers) = (units.metrics(), &settings.issuers);
        let access = Access::open(ledger.clone(), clock.clone(), metrics, issuers).await?;
        let taken = |source| StartError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(taken)?;
        let addr = listener.local_addr().map_err(taken)?;
        let (stopping, stops) = watch::channel(false);
        // Whatever clock a test gives it: no two processes may hold under one id.
        let holder = Holder::new(ledger.clone(), format!("{:032x}", rand::random::<u128>()), stops);
        let app = App::new(units, access, settings);
        let chores = tokio::spawn(chores(app.clone(), holder));
        let serve = transport::serve(listener, router(app.clone()), app.clone(), tls.clone());
        let task = tokio::spawn(serve);
        Ok(Self { addr, ledger, clock, app, tls, task, stopping, chores, users })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Makes a client for itself, as `muster client create` does beside it.
    ///
    /// # Errors
    /// As [`access::create_client`].
    pub async fn create_client(
        &self,
        organization: &OrganizationId,
        name: &str,
        scope: &str,
    ) -> Result<NewClient, AccessError> {
        let also = std::collections::BTreeSet::new();
        access::create_client(&self.ledger, &self.clock, organization, also, name, scope).await
    }

    /// Reads the certificate and its key again, for connections from now on; those that are open
    /// stay.
    ///
    /// # Errors
    /// [`TlsError`] when they are no good: the server goes on with those it has.
    pub fn reload_tls(&self) -> Result<(), TlsError> {
        self.tls.as_ref().map_or(Ok(()), |tls| tls.reload())
    }

    /// Is not ready from now on, and asks clients not to come back on the same connection. It still
    /// takes whoever comes.
    pub fn drain(&self) {
        self.app.enter(Phase::Draining);
    }

    /// Takes no new connections, finishes what it accepted, and stops. Then the ledger is free.
    pub async fn stop(self) {
        let Self { addr: _, ledger, clock: _, app, tls: _, task, stopping, chores, users } = self;
        app.enter(Phase::Stopping);
        drop(app);
        stopping.send_replace(true);
        if let Ok(Err(error)) = task.await {
            tracing::error!(%error, "server ended badly");
        }
        if let Err(error) = chores.await {
            tracing::error!(%error, "background work ended badly");
        }
        drop(ledger);
        users.closed().await;
    }
}

/// What a node does by itself until it stops: it follows what others append and unloads what
/// nobody asks for. The rest is done by one node at a time.
async fn chores(app: App, holder: Holder) {
    let units = app.units().clone();
    let unload = async {
        loop {
            tokio::time::sleep(limits::IDLE_LOOK).await;
            units.unload_idle(limits::IDLE);
        }
    };
    let deliver = |term| webhooks::deliver(units.clone(), app.post().clone(), term);
    let by_lease = async {
        tokio::join!(
            holder.run("upkeep", |term| upkeep::keep_up(units.clone(), term)),
            holder.run("webhooks", deliver),
            holder.run("jobs", |term| jobs::work(app.clone(), term)),
        );
    };
    tokio::select! {
        () = async { tokio::join!(units.follow(), unload); } => {}
        () = by_lease => {}
    }
}
