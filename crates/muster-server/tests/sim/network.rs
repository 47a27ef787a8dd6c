//! The way between clients and nodes: slow, and it loses and doubles.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use muster_core::{Revision, Roster};
use muster_ledger::UnitKey;
use muster_server::desk::{Ask, Desk, DeskError};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::cluster::{Cluster, NODES, Process};
use crate::dice::Dice;
use crate::record::{Record, Result};
use crate::weather::Weather;
use crate::wish::{Request, Wish, revert};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long after the weather has turned everybody has to have an answer at last.
const UNANSWERED: Duration = Duration::from_secs(120);

#[derive(Clone)]
pub(crate) struct Network {
    cluster: Cluster,
    record: Record,
    dice: Arc<Mutex<Dice>>,
    weather: Weather,
    fair_from: Instant,
}

/// What the network does to one message.
struct Way {
    there: Duration,
    back: Duration,
    is_lost: bool,
    is_answer_lost: bool,
}

impl Network {
    pub(crate) fn new(cluster: Cluster, record: Record, weather: Weather, dice: Dice) -> Self {
        let fair_from = Instant::now() + weather.lasts;
        Self { cluster, record, dice: Arc::new(Mutex::new(dice)), weather, fair_from }
    }

    fn way(&self) -> Way {
        let mut dice = self.dice.lock().unwrap();
        let fair = Weather::fair();
        let weather = if Instant::now() < self.fair_from { &self.weather } else { &fair };
        let way = Way {
            there: dice.up_to(weather.net_ms),
            back: dice.up_to(weather.net_ms),
            is_lost: dice.chance(weather.lost),
            is_answer_lost: dice.chance(weather.lost),
        };
        drop(dice);
        if way.is_lost {
            self.record.count("request lost");
        } else if way.is_answer_lost {
            self.record.count("answer lost");
        }
        way
    }

    fn any_place(&self) -> usize {
        self.dice.lock().unwrap().below(NODES)
    }

    fn is_doubled(&self) -> bool {
        let is_fair = Instant::now() >= self.fair_from;
        !is_fair && self.dice.lock().unwrap().chance(self.weather.doubled)
    }

    /// Sends a request, with a key until there is an answer that says something.
    pub(crate) async fn ask(&self, request: Request) -> Option<Result> {
        let request = Arc::new(request);
        let sent = self.record.request(request.clone());
        self.record.tell(|| format!("request {sent}: {}", request.what));
        let (answers, mut answered) = mpsc::unbounded_channel();
        loop {
            self.send(&request, sent, answers.clone());
            if request.key.is_some() && self.is_doubled() {
                self.record.count("request doubled");
                self.send(&request, sent, answers.clone());
            }
            let told = self.told(sent, &mut answered).await;
            if told.is_some() || request.key.is_none() {
                return told;
            }
            if Instant::now() > self.fair_from + UNANSWERED {
                self.record.wrong(format!("request {sent} is not answered: {}", request.what));
                return None;
            }
            self.record.count("request sent again");
            let pause = self.dice.lock().unwrap().up_to(1_500);
            tokio::time::sleep(pause + Duration::from_millis(50)).await;
        }
    }

    /// The first answer that says something, if it comes before the client loses patience.
    async fn told(
        &self,
        sent: usize,
        answered: &mut mpsc::UnboundedReceiver<Result>,
    ) -> Option<Result> {
        let result = timeout(PATIENCE, answered.recv()).await.ok()??;
        if matches!(result, Err(DeskError::Unavailable(_) | DeskError::Busy)) {
            return None;
        }
        self.record.get().sent[sent].told = Some(result.clone());
        Some(result)
    }

    fn send(&self, request: &Arc<Request>, sent: usize, answers: mpsc::UnboundedSender<Result>) {
        let nth = self.record.try_begins(sent);
        let (network, request, place) = (self.clone(), request.clone(), self.any_place());
        tokio::spawn(async move {
            let way = network.way();
            tokio::time::sleep(way.there).await;
            if way.is_lost {
                return;
            }
            let record = &network.record;
            let Some(process) = network.cluster.process(place) else {
                record.try_ends(sent, nth, &Err(DeskError::Busy));
                let _ = answers.send(Err(DeskError::Busy));
                return;
            };
            process.node.runs().await;
            record.tell(|| format!("request {sent} arrives at n{place}"));
            let result = handle(&process, &request, record, sent).await;
            record.try_ends(sent, nth, &result);
            record.tell(|| format!("n{place} says to request {sent}: {}", said(&result)));
            process.node.runs().await;
            tokio::time::sleep(way.back).await;
            if way.is_answer_lost {
                return;
            }
            if let Ok(answer) = &result {
                record.seen(&request.unit, answer.revision);
            }
            // The client may have an answer already.
            let _ = answers.send(result);
        });
    }

    /// The state of a unit, as some node knows it.
    pub(crate) async fn read(&self, unit: &UnitKey) -> Option<Roster> {
        let floor = self.record.floor(unit);
        let (way, place) = (self.way(), self.any_place());
        tokio::time::sleep(way.there).await;
        let process = self.cluster.process(place).filter(|_| !way.is_lost)?;
        let read = async {
            process.node.runs().await;
            let roster = desk(&process, unit).await.ok()?.current().await.ok()?;
            process.node.runs().await;
            Some(roster)
        };
        let roster = timeout(PATIENCE, read).await.ok()??;
        if roster.revision() < floor {
            let stale = roster.revision();
            self.record.wrong(format!("n{place} reads {unit} at {stale}, after {floor} was told"));
        }
        tokio::time::sleep(way.back).await;
        if way.is_answer_lost {
            return None;
        }
        self.record.count("read of the newest state");
        self.record.seen(unit, roster.revision());
        Some(roster)
    }
}

async fn desk(process: &Process, unit: &UnitKey) -> std::result::Result<Desk, DeskError> {
    let missing = || DeskError::Unavailable(format!("there is no unit {unit}"));
    process.units.desk(unit).await?.ok_or_else(missing)
}

/// What the routes do with a request.
async fn handle(process: &Process, request: &Request, record: &Record, sent: usize) -> Result {
    let desk = desk(process, &request.unit).await?;
    let id = || {
        request.key.clone().unwrap_or_else(|| {
            let id = record.mint();
            record.id(sent, id.clone());
            id
        })
    };
    let keyed = request.key.as_ref().map(|_| [7; 32]);
    let action = match &request.wish {
        Wish::Plain(action) => (**action).clone(),
        Wish::Put(make) => loop {
            let ground = desk.head();
            let command = request.command(make(&ground));
            match desk.ask(Ask { command, id: id(), keyed, ground: Some(ground) }).await {
                Err(DeskError::Moved) => record.count("record moved"),
                result => return result,
            }
        },
        Wish::Revert(publication) => {
            desk.current().await?;
            let before = desk.at(Revision(publication.0 - 1)).await?;
            revert(&before, &desk.at(*publication).await?)
        }
    };
    desk.ask(Ask { command: request.command(action), id: id(), keyed, ground: None }).await
}

fn said(result: &Result) -> String {
    match result {
        Ok(answer) => format!(
            "{} on {} at {}{}: {:?}",
            answer.revision,
            answer.before.revision(),
            answer.at,
            if answer.replayed { ", as before" } else { "" },
            answer.result,
        ),
        Err(error) => error.to_string(),
    }
}
