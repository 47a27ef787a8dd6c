use std::time::Instant;

use jiff::civil::date;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::client::Client;
use super::*;
use crate::demo::centre::Centre;
use crate::oracle::log::Answer;

const TOKEN: &str = "token";

async fn store(weeks: &[AgentWeek]) -> (Serving, Client) {
    let serving = VersionStore::serve(TOKEN).await.unwrap();
    let url = format!("http://{}", serving.address);
    let client = Client::new(url, TOKEN, Instant::now(), StdRng::seed_from_u64(1));
    let (attempts, _) = client.put(weeks.to_vec(), 0).await;
    let held = Default::default();
    assert_eq!(attempts[0].answer, Answer::Accepted { version: 1, held });
    (serving, client)
}

fn weeks() -> Vec<AgentWeek> {
    Centre::new("chicago", 10, 1, date(2026, 11, 30)).unwrap().weeks
}

#[tokio::test]
async fn a_stale_version_is_refused_and_the_client_puts_its_body_with_the_new_one() {
    let weeks = weeks();
    let (serving, client) = store(&weeks).await;
    let read = client.read(&[]).await.unwrap();
    assert_eq!(read.schedule_version, 1);
    assert_eq!(read.agent_schedules, weeks);

    let (first, requests) = client.put(vec![weeks[0].clone()], 1).await;
    assert_eq!((first.len(), requests), (1, 1));
    // Another agent, and yet refused: one version for all.
    let (second, requests) = client.put(vec![weeks[1].clone()], 1).await;
    assert_eq!(second[0].answer, Answer::Refused { version: 2 });
    let held = Default::default();
    assert_eq!(second[1].answer, Answer::Accepted { version: 3, held });
    assert_eq!(requests, 3);
    assert_eq!(serving.store.puts().len(), 3);
}

#[tokio::test]
async fn agents_that_a_put_does_not_list_are_left_alone() {
    let mut weeks = weeks();
    let (_serving, client) = store(&weeks).await;
    weeks[4].shifts.clear();
    client.put(vec![weeks[4].clone()], 1).await;
    assert_eq!(client.read(&[]).await.unwrap().agent_schedules, weeks);
}

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let (serving, _) = store(&weeks()).await;
    let url = format!("http://{}", serving.address);
    let stranger = Client::new(url, "wrong", Instant::now(), StdRng::seed_from_u64(1));
    assert!(stranger.read(&[]).await.is_err());
}
