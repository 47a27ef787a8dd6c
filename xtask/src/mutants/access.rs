//! What is promised to clients: who reaches what, and whose write is not lost.

use super::Mutant;

pub(super) const ACCESS: &[Mutant] = &[
    Mutant {
        name: "access: an agent accepts swaps for others",
        file: "crates/muster-core/src/decide/own.rs",
        find: "Action::AcceptSwap { agent: of, .. } => of == agent,",
        replace: "Action::AcceptSwap { .. } => true,",
        package: "muster-server",
        tests: "test(routes::own)",
    },
    Mutant {
        name: "access: tokens of a revoked client hold",
        file: "crates/muster-server/src/access/tokens.rs",
        find: "if known.revoked.contains(&client) {",
        replace: "if false {",
        package: "muster-server",
        tests: "test(routes::access)",
    },
    Mutant {
        name: "access: strict writes are not",
        file: "crates/muster-core/src/decide/expected.rs",
        find: "now <= *version",
        replace: "now <= *version || true",
        package: "muster-server",
        tests: "test(preconditions)",
    },
    Mutant {
        name: "access: old bodies are not suspected",
        file: "crates/muster-server/src/http/stale.rs",
        find: "(Some(was), Some(draft)) => was.same(draft, atom),",
        replace: "(Some(was), Some(draft)) => was.same(draft, atom) && false,",
        package: "muster-server",
        tests: "test(concurrency)",
    },
    Mutant {
        name: "access: what was refused is forgotten",
        file: "crates/muster-server/src/http/stale.rs",
        find: "(&known.value, known.beside) == (&wanted.value, wanted.beside) && known.at >= since",
        replace: "known.at > wanted.at && known.at >= since",
        package: "muster-server",
        tests: "test(concurrency)",
    },
    Mutant {
        name: "client: a sick server is stormed",
        file: "crates/muster-api/src/client/retry.rs",
        find: "told <= LONGEST_WAIT && self.spend()",
        replace: "told <= LONGEST_WAIT && (self.spend() || true)",
        package: "muster-api",
        tests: "test(client)",
    },
    Mutant {
        name: "client: a key of its own for every try",
        file: "crates/muster-api/src/client/transport.rs",
        find: "request.header(\"Idempotency-Key\", &**key)",
        replace: "request.header(\"Idempotency-Key\", format!(\"{key}{}\", &*minted()))",
        package: "muster-api",
        tests: "test(client)",
    },
    Mutant {
        name: "a write is answered with 304",
        file: "crates/muster-server/src/http/reply.rs",
        find: ".filter(|_| call.sent().is_read())",
        replace: ".filter(|_| call.sent().is_read() || true)",
        package: "muster-server",
        tests: "test(routes::docs)",
    },
];
