//! What the API says is what it takes.

#[expect(dead_code, reason = "the laws of the core use more of it")]
#[path = "../../../muster-core/tests/it/answers.rs"]
mod answers;
mod calendar;
#[expect(dead_code, reason = "the laws of the core use more of it")]
#[path = "../../../muster-core/tests/it/generate.rs"]
mod generate;
mod remedies;
mod sent;
#[expect(dead_code, reason = "the laws of the core use more of it")]
#[path = "../../../muster-core/tests/it/steps.rs"]
mod steps;
