//! Names for people who do not exist.

use rand::RngExt as _;
use rand::rngs::StdRng;

const FIRST: &[&str] = &[
    "Ana", "Ben", "Carla", "Diego", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Keiko",
    "Liam", "Maya", "Noah", "Olga", "Priya", "Quinn", "Rosa", "Samir", "Tess", "Uma", "Victor",
    "Wanda", "Xavier", "Yara", "Zoe",
];
const LAST: &[&str] = &[
    "Adams", "Brooks", "Castillo", "Dunn", "Evans", "Flores", "Gupta", "Hughes", "Ito", "Jensen",
    "Khan", "Lopez", "Meyer", "Novak", "Okafor", "Perez", "Quist", "Reyes", "Silva", "Tran",
    "Ueda", "Vargas", "Weber", "Young", "Zhang",
];

/// A name, and an e-mail address that no two people share.
pub(super) fn pick(n: usize, dice: &mut StdRng) -> (String, String) {
    let first = FIRST[dice.random_range(0..FIRST.len())];
    let last = LAST[dice.random_range(0..LAST.len())];
    let email = format!("{}.{}.{n}@example.com", first.to_lowercase(), last.to_lowercase());
    (format!("{first} {last}"), email)
}
