//! Webhooks.

use muster_api::webhook::{DeliveryView, ReplayIn, WebhookIn, WebhookView};

use super::Group;
use super::operation::{Operation, delete, get, patch, post};
use crate::http::webhooks;

const NEW: &str = r#"{"id":"payroll","businessUnitId":"vienna",
    "url":"https://payroll.example.com/muster","eventTypes":["shift.changed","swap.*"]}"#;

pub(super) fn webhooks() -> Group {
    let keyed = |operation: Operation| operation.refuses(&[409]);
    let operations = vec![
        get("/webhooks", "listWebhooks", "Who is told of events")
            .query::<webhooks::Filter>()
            .lists::<WebhookView>(),
        keyed(post("/webhooks", "createWebhook", "Has events sent to a program"))
            .about(
                "As CloudEvents, signed as the Standard Webhooks specification says, in order per \
                 agent. The secret is in this answer and in no other. An address inside is refused \
                 unless the server's configuration allows it.",
            )
            .takes::<WebhookIn>(NEW)
            .makes::<WebhookView>()
            .leads(
                &["getWebhook", "deleteWebhook", "listDeliveries"],
                &[("id", "$response.body#/id")],
            ),
        get("/webhooks/{id}", "getWebhook", "A webhook, and how it does").shows::<WebhookView>(),
        keyed(patch("/webhooks/{id}", "changeWebhook", "Changes a webhook"))
            .about("What is absent stays. `enabled: true` makes one that was disabled try again.")
            .takes::<WebhookIn>(r#"{"enabled":true}"#)
            .commands()
            .answers::<WebhookView>(),
        delete("/webhooks/{id}", "deleteWebhook", "Ends a webhook").withdraws(),
        get("/webhooks/{id}/deliveries", "listDeliveries", "What was sent, and what came of it")
            .about("The latest first, for 30 days and at most the last thousand.")
            .query::<webhooks::Log>()
            .lists::<DeliveryView>(),
        keyed(post("/webhooks/{id}/replay", "replayWebhook", "Sends events again"))
            .about("All that are wanted after a cursor, under the ids that they had.")
            .takes::<ReplayIn>(r#"{"after":"1"}"#)
            .answers::<WebhookView>(),
        keyed(post("/webhooks/{id}/secret", "rotateWebhookSecret", "Makes a new secret"))
            .about("What is sent is signed with the old one too, for a day.")
            .answers::<WebhookView>(),
        post("/webhooks/{id}/ping", "pingWebhook", "Sends something at once")
            .about("Answers with what came of it; nothing is changed but the log.")
            .answers::<DeliveryView>(),
    ];
    let about = "A unit's events, sent to programs outside.";
    Group { name: "Webhooks", about, operations }
}
