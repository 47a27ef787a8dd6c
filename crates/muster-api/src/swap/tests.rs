use expect_test::expect;
use muster_core::command::Action;

use super::*;
use crate::parse;
use crate::testing::{NOW, agent, at, done, json, pretty, roster, shift_id, unit};

fn mint() -> SwapId {
    SwapId::parse("minted").unwrap()
}

fn offer(body: &str) -> Result<SwapOffer, BadInput> {
    parse::<SwapIn>(body.as_bytes()).unwrap().offer(&roster(), &mut mint)
}

#[test]
fn an_empty_receiver_is_the_board() {
    for receiver in ["{}", "null"] {
        let body =
            format!(r#"{{"initiator":{{"agentId":"ana","shiftId":"s2"}},"receiver":{receiver}}}"#);
        assert_eq!(offer(&body).unwrap().receiver, None);
    }
}

#[test]
fn a_shift_names_its_agent() {
    let body = r#"{"initiator":{"shiftId":"s2"},"receiver":{"shiftId":"s3"}}"#;
    let offer = offer(body).unwrap();
    let side = |id: &str, shift: &str| Side { agent: agent(id), shift: Some(shift_id(shift)) };
    assert_eq!((offer.initiator, offer.receiver), (side("ana", "s2"), Some(side("ben", "s3"))));
    assert_eq!(offer.id, mint());
}

#[test]
fn an_offer_that_cannot_be_is_named() {
    let pointer = |body: &str| offer(body).unwrap_err().pointer;
    assert_eq!(pointer("{}"), "/initiator");
    assert_eq!(pointer(r#"{"initiator":{}}"#), "/initiator/agentId");
    assert_eq!(pointer(r#"{"initiator":{"shiftId":"s9"}}"#), "/initiator/shiftId");
}

#[test]
fn an_end_in_wall_time_is_read_in_the_initiators_zone() {
    let body = r#"{"initiator":{"shiftId":"s3"},"expiresAt":{"local":"2026-03-23T09:00"}}"#;
    assert_eq!(offer(body).unwrap().expires_at, Some(at("2026-03-23T01:00:00Z")));
}

#[test]
fn a_swap_that_was_read_can_be_sent_back() {
    let mut roster = roster();
    let body = r#"{"id":"w1","initiator":{"shiftId":"s2"},"receiver":{"shiftId":"s3"},
        "externalIds":{"trade_id":"T-7"},"expiresAt":"2026-03-27T00:00:00Z"}"#;
    let first = parse::<SwapIn>(body.as_bytes()).unwrap().offer(&roster, &mut mint).unwrap();
    done(&mut roster, Action::OfferSwap(first.clone()));
    let unit = unit();
    let view = SwapView::new(&unit.id, roster.swap(&first.id).unwrap(), at(NOW));
    expect![[r#"
        {
          "id": "w1",
          "businessUnitId": "bu1",
          "status": "PENDING_PARTNER",
          "initiator": {
            "agentId": "ana",
            "shiftId": "s2"
          },
          "receiver": {
            "agentId": "ben",
            "shiftId": "s3"
          },
          "expiresAt": "2026-03-27T00:00:00Z",
          "externalIds": {
            "trade_id": "T-7"
          },
          "createdAt": "2026-03-20T12:00:00Z",
          "version": 6,
          "lastUpdated": "2026-03-20T12:00:00Z"
        }"#]]
    .assert_eq(&pretty(&view));
    let sent = json(&view.with_findings(Vec::new())).to_string();
    let sent: SwapIn = parse(sent.as_bytes()).unwrap();
    assert_eq!(sent.offer(&roster, &mut mint).unwrap(), first);
}

#[test]
fn a_status_is_a_filter_even_where_nothing_ever_stands() {
    assert_eq!("PENDING_VALIDATION".parse(), Ok(SwapStatusIn(None)));
    let pending = SwapStatusIn(Some(SwapState::PendingApproval));
    assert_eq!("PENDING_APPROVAL".parse(), Ok(pending));
    assert!("DONE".parse::<SwapStatusIn>().is_err());
}

#[test]
fn a_bulk_says_once_which_swaps_it_means() {
    let check = |body: &str| parse::<SwapBulkIn>(body.as_bytes()).unwrap().check();
    assert!(check(r#"{"action":"approve","ids":["w1"]}"#).is_ok());
    assert!(check(r#"{"action":"deny","filter":{"status":"PENDING_APPROVAL"}}"#).is_ok());
    assert_eq!(check(r#"{"action":"cancel"}"#).unwrap_err().pointer, "/ids");
    let both = check(r#"{"action":"approve","ids":[],"filter":{}}"#);
    assert_eq!(both.unwrap_err().pointer, "/filter");
}

#[test]
fn accepting_names_the_agent() {
    let error = parse::<AcceptIn>(br#"{"shiftId":"s3"}"#).unwrap_err();
    assert_eq!(error.pointer, "/agentId");
}
