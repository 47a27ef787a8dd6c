//! Which events may be sent now: an event about an agent not before the earlier ones about the same
//! agent were taken.

use std::collections::BTreeSet;

use muster_api::event::Cursor;
use muster_core::id::AgentId;

/// Events that follow a webhook's cursor, in order.
#[derive(Debug, Default)]
pub(super) struct Window {
    places: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    cursor: Cursor,
    agents: Vec<AgentId>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Sent,
    Taken,
}

impl Window {
    /// Adds the next event.
    pub(super) fn push(&mut self, cursor: Cursor, agents: Vec<AgentId>, is_taken: bool) {
        let state = if is_taken { State::Taken } else { State::Waiting };
        self.places.push(Place { cursor, agents, state });
    }

    /// Finds the first event that may be sent now, and notes that it is. `None` when every other
    /// one is sent, taken, or waits for one that is not taken.
    pub(super) fn send(&mut self) -> Option<usize> {
        let mut busy: BTreeSet<&AgentId> = BTreeSet::new();
        let mut found = None;
        for (nth, place) in self.places.iter().enumerate() {
            if place.state == State::Taken {
                continue;
            }
            let is_free = place.agents.iter().all(|agent| !busy.contains(agent));
            if place.state == State::Waiting && is_free {
                found = Some(nth);
                break;
            }
            busy.extend(&place.agents);
        }
        let nth = found?;
        self.places[nth].state = State::Sent;
        Some(nth)
    }

    /// Notes that an event was taken.
    pub(super) fn take(&mut self, nth: usize) {
        self.places[nth].state = State::Taken;
    }

    /// The last event up to which all were taken; `None` when the first was not.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let taken = self.places.iter().take_while(|place| place.state == State::Taken);
        taken.last().map(|place| place.cursor)
    }

    /// Whether all were taken.
    pub(super) fn is_done(&self) -> bool {
        self.places.iter().all(|place| place.state == State::Taken)
    }

    /// Those that were taken though an earlier one was not.
    pub(super) fn ahead(&self) -> BTreeSet<Cursor> {
        let rest = self.places.iter().skip_while(|place| place.state == State::Taken);
        rest.filter(|place| place.state == State::Taken).map(|place| place.cursor).collect()
    }
}

#[cfg(test)]
mod tests {
    use muster_core::Revision;

    use super::*;

    fn at(revision: u64) -> Cursor {
        Cursor { revision: Revision(revision), index: 0 }
    }

    /// Events of one entry each, about these agents.
    fn window(events: &[&str]) -> Window {
        let mut window = Window::default();
        for (event, revision) in events.iter().zip(1..) {
            let agents = event.split_whitespace().map(|agent| agent.parse().unwrap());
            window.push(at(revision), agents.collect(), false);
        }
        window
    }

    fn sent(window: &mut Window) -> Vec<usize> {
        std::iter::from_fn(|| window.send()).collect()
    }

    #[test]
    fn agents_do_not_wait_for_each_other() {
        let mut window = window(&["ana", "ana", "ben", "", "ben ana", "cem"]);
        assert_eq!(sent(&mut window), [0, 2, 3, 5]);
        window.take(2);
        window.take(5);
        assert_eq!((window.cursor(), window.ahead()), (None, [at(3), at(6)].into()));
        assert!(sent(&mut window).is_empty(), "about ben and ana: ana's earlier ones come first");
        window.take(0);
        assert_eq!((window.cursor(), window.ahead()), (Some(at(1)), [at(3), at(6)].into()));
        assert_eq!(sent(&mut window), [1]);
        window.take(1);
        assert_eq!((window.cursor(), sent(&mut window)), (Some(at(3)), vec![4]));
        window.take(3);
        window.take(4);
        assert_eq!((window.cursor(), window.ahead()), (Some(at(6)), BTreeSet::new()));
        assert!(window.is_done());
    }

    #[test]
    fn what_waits_keeps_back_what_is_about_its_other_agents() {
        // The second is about both: ben's later one must not overtake it.
        let mut window = window(&["ana", "ana ben", "ben"]);
        assert_eq!(sent(&mut window), [0]);
        window.take(0);
        assert_eq!(sent(&mut window), [1]);
        window.take(1);
        assert_eq!(sent(&mut window), [2]);
    }
}
