//! What a node lets in, and how it ends.

use super::Mutant;

pub(super) const LOAD: &[Mutant] = &[
    Mutant {
        name: "load: a queue that stands is not shed",
        file: "crates/muster-server/src/desk.rs",
        find: "item.is_decision() && self.state.shedder.sheds()",
        replace: "item.is_decision() && self.state.shedder.sheds() && false",
        package: "muster-server",
        tests: "test(limits::)",
    },
    Mutant {
        name: "load: any number of requests is handled at once",
        file: "crates/muster-server/src/admission.rs",
        find: "self.0.in_flight > 0 && before >= self.0.in_flight",
        replace: "self.0.in_flight > 0 && before > self.0.in_flight",
        package: "muster-server",
        tests: "test(limits::)",
    },
    Mutant {
        name: "load: logins that succeed count as failed",
        file: "crates/muster-server/src/http/oauth.rs",
        find: "!matches!(token, Err(AccessError::BadClient))",
        replace: "token.is_err()",
        package: "muster-server",
        tests: "test(limits::)",
    },
    Mutant {
        name: "load: organizations are not limited",
        file: "crates/muster-server/src/admission.rs",
        find: "match take(self.0.organizations.as_ref(), &caller.organization) {",
        replace: "match take(None, &caller.organization) {",
        package: "muster-server",
        tests: "test(limits::)",
    },
    Mutant {
        name: "load: whoever says nothing is waited for",
        file: "crates/muster-server/src/transport/connection.rs",
        find: "if !begun.load(Ordering::Relaxed) {",
        replace: "if begun.load(Ordering::Relaxed) {",
        package: "muster-server",
        tests: "test(whoever_says_nothing_is_hung_up_on)",
    },
    Mutant {
        name: "load: what is on its way at the end is not heard",
        file: "crates/muster-server/src/transport/connection.rs",
        find: "tokio::time::sleep(limits::LINGER).await;",
        replace: "tokio::task::yield_now().await;",
        package: "muster-server",
        tests: "test(transport::)",
    },
];
