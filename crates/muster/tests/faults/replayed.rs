//! Asking for everything again, once all is over.

use crate::call::Line;
use crate::history::{Answer, Op};

/// Asks a fresh node for every accepted edit again, with its key: the first answer has to come
/// back. Says how many there were, and what was different.
pub(crate) async fn all(line: &Line, url: &str, ops: &[&Op]) -> (u64, Vec<String>) {
    let mut asked = tokio::task::JoinSet::new();
    let (mut different, mut count) = (Vec::new(), 0);
    for op in ops {
        if let Some(first) = op.answer.clone() {
            let (line, url, ask) = (line.clone(), url.to_owned(), op.ask.clone());
            asked.spawn(async move {
                let again = line.send(&url, &ask, std::time::Duration::from_secs(60)).await;
                let again = again.unwrap();
                let status = again.status().as_u16();
                let revision = again.headers().get("muster-revision").cloned();
                let body = again.bytes().await.unwrap();
                let what = format!("{} {} {:?}", ask.method, ask.path, ask.key);
                difference(&first, status, revision, &body).map(|why| format!("{what}: {why}"))
            });
            count += 1;
        }
        while asked.len() >= 16 {
            different.extend(asked.join_next().await.and_then(Result::unwrap));
        }
    }
    different.extend(asked.join_all().await.into_iter().flatten());
    (count, different)
}

fn difference(
    first: &Answer,
    status: u16,
    revision: Option<reqwest::header::HeaderValue>,
    body: &[u8],
) -> Option<String> {
    let revision = revision.and_then(|value| value.to_str().ok()?.parse().ok());
    let again = serde_json::from_slice(body).unwrap_or_default();
    if (first.status, first.revision, &first.body) == (status, revision, &again) {
        return None;
    }
    let Answer { status: first_status, revision: first_revision, body: first_body, .. } = first;
    Some(format!(
        "first {first_status} at {first_revision:?}: {first_body}, \
         now {status} at {revision:?}: {again}"
    ))
}
