//! The checker has to fail where it should: true histories with one lie each.

use muster_core::Revision;
use muster_core::entry::Entry;

use crate::check::{Kind, faults};
use crate::history::{Op, Recorder};
use crate::stage::{SHORT, Stage};
use crate::wish::Wish;

/// A true history of a unit.
#[derive(Clone)]
struct Story {
    entries: Vec<Entry>,
    ops: Vec<Op>,
    client: String,
}

impl Story {
    async fn lived() -> Self {
        let mut stage = Stage::on_file(9).await;
        stage.rush(SHORT);
        stage.more(200).await;
        let ops = stage.quiet().await;
        let mut entries = stage.entries(&stage.ledger()).await;
        Self { entries: entries.swap_remove(0).1, ops, client: stage.id().to_owned() }
    }

    fn faults(&self) -> Vec<Kind> {
        let faults = faults("east", &self.entries, &self.ops, &self.client);
        faults.into_iter().map(|fault| fault.kind).collect()
    }

    /// The last operation of the unit that is of a sort.
    fn last(&self, is_it: impl Fn(&Op) -> bool) -> usize {
        let own = |op: &Op| op.unit == "east" && op.answer.is_some() && is_it(op);
        self.ops.iter().rposition(own).expect("a rush has some of each")
    }

    fn last_tag(&self) -> usize {
        self.last(|op| op.is_accepted() && matches!(op.wish, Wish::Tag(..)))
    }

    fn told(&mut self, n: usize) -> &mut crate::history::Answer {
        self.ops[n].answer.as_mut().unwrap()
    }

    /// A copy with a lie, in which some kind of fault has to be found.
    #[track_caller]
    fn with(&self, kind: Kind, lie: impl FnOnce(&mut Self)) {
        let mut story = self.clone();
        lie(&mut story);
        let found = story.faults();
        assert!(found.contains(&kind), "{kind:?} was not found, but {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lie_is_found() {
    let story = Story::lived().await;
    assert_eq!(story.faults(), []);
    lies_about_edits(&story);
    lies_about_reads(&story);
    lies_about_the_ledger(&story);
}

fn lies_about_edits(story: &Story) {
    let tag = story.last_tag();
    story.with(Kind::Lost, |story| story.ops[tag].ask.key = Some("never sent".to_owned()));
    story.with(Kind::Stranger, |story| drop(story.ops.remove(tag)));
    story.with(Kind::RefusedYetThere, |story| story.told(tag).status = 409);
    story.with(Kind::RefusedYetThere, |story| {
        // Even of a client that asked twice: the entry is older than the refusal.
        story.ops[tag].attempts.lost = 1;
        let answer = story.told(tag);
        (answer.status, answer.revision) = (409, answer.revision.map(|at| at + 1));
    });
    story.with(Kind::Elsewhere, |story| {
        story.told(tag).revision = story.told(tag).revision.map(|at| at + 1);
    });
    story.with(Kind::NoEffect, |story| {
        let Wish::Tag(_, tag) = &mut story.ops[tag].wish else { unreachable!("it is a tag") };
        tag.push('x');
    });
    story.with(Kind::WrongRead, |story| story.told(tag).body["note"] = "else".into());
    story.with(Kind::BadAnswer, |story| story.told(tag).status = 500);
    let found = |op: &Op| matches!(op.wish, Wish::Tag(..)) && op.is_accepted();
    let any = story.last(found);
    story.with(Kind::Overlooked, |story| {
        let entry = story.told(any).revision;
        story.told(any).status = 404;
        assert!(entry.is_some());
    });
}

fn lies_about_reads(story: &Story) {
    let read = story.last(|op| matches!(op.wish, Wish::ReadShift(_)));
    story.with(Kind::WrongRead, |story| story.told(read).body["lengthMinutes"] = 1.into());
    story.with(Kind::WrongRead, |story| story.told(read).revision = Some(1_000_000));
    // It shows truly what was, but its client could know better.
    let list = story.last(|op| matches!(op.wish, Wish::ReadShifts));
    story.with(Kind::Inversion, |story| {
        let mut late = story.ops[list].clone();
        let now = Recorder::new().now() + std::time::Duration::from_secs(3_600);
        late.invoked = now;
        let answer = late.answer.as_mut().unwrap();
        (answer.sent, answer.at) = (now, now + now);
        story.ops.push(late);
    });
    // What somebody read before it was asked for.
    let tag = story.last_tag();
    story.with(Kind::Inversion, |story| {
        story.ops[tag].invoked += std::time::Duration::from_secs(3_600);
    });
}

fn lies_about_the_ledger(story: &Story) {
    let last = story.entries.len() - 1;
    story.with(Kind::Doubled, |story| {
        story.entries[last].command = story.entries[last - 1].command.clone();
    });
    let tag = story.last_tag();
    story.with(Kind::Lost, |story| {
        let place = story.told(tag).revision.unwrap() - 1;
        story.entries.truncate(usize::try_from(place).unwrap());
    });
    story.with(Kind::BrokenChain, |story| drop(story.entries.remove(last - 1)));
    story.with(Kind::TimeRunsBack, |story| {
        story.entries[last].at = muster_core::Instant::from_ms(0);
    });
    story.with(Kind::Doubled, |story| {
        let mut again = story.entries[last].clone();
        again.revision = Revision(again.revision.0 + 1);
        story.entries.push(again);
    });
}
