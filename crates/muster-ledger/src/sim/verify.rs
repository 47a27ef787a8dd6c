//! Reading every unit from its first entry.

use super::database::{Database, Unit};
use crate::entry::Link;
use crate::subject::UnitKey;
use crate::verify::{Damage, DamageKind, Follower, Found, VerifyProgress, VerifyReport};

impl Database {
    pub(super) fn verify(&self, mut progress: impl FnMut(VerifyProgress)) -> VerifyReport {
        let stats = self.stats();
        let mut reached = VerifyProgress {
            units_total: stats.units,
            entries_total: stats.entries,
            ..VerifyProgress::default()
        };
        let mut damages = Vec::new();
        for (key, unit) in &self.units {
            if let Err((revision, kind)) = follow(key, unit) {
                damages.push(Damage { unit: key.clone(), revision, kind });
            }
            reached.units += 1;
            reached.entries += unit.entries.len() as u64;
            progress(reached);
        }
        let VerifyProgress { units, entries, .. } = reached;
        VerifyReport { units, entries, damages, structure: Vec::new() }
    }
}

fn follow(key: &UnitKey, unit: &Unit) -> Result<(), Found> {
    let mut follower = Follower::new(key, unit.head, unit.hash);
    for entry in &unit.entries {
        let link = Link {
            revision: entry.revision,
            at: entry.at,
            format: entry.format,
            command: entry.command.as_str(),
            body: &entry.body,
        };
        follower.entry(&link, &entry.hash)?;
    }
    follower.end()?;
    let strays = unit.commands.iter().filter(|(_, command)| command.revision > unit.head);
    match strays.min_by_key(|(_, command)| command.revision) {
        Some((id, command)) => {
            let kind = DamageKind::CommandWithoutEntry { command: id.to_string() };
            Err((command.revision, kind))
        }
        None => Ok(()),
    }
}
