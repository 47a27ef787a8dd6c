//! Every limit has a name here. Nothing in Muster is unbounded.

/// Longest identifier, in characters.
pub const ID_LEN: usize = 64;
/// Longest name, in characters.
pub const NAME_LEN: usize = 200;
/// Longest note or reason, in characters.
pub const NOTE_LEN: usize = 2_000;
/// Most tags on one shift.
pub const TAGS: usize = 32;
/// Most external ids on one shift or swap.
pub const EXTERNAL_IDS: usize = 16;
/// Most activities in one shift.
pub const ACTIVITIES: usize = 64;
/// Longest shift, in minutes (48 hours).
pub const SHIFT_MIN: u32 = 2_880;
/// Most skills of one agent.
pub const SKILLS: usize = 256;
/// Most shifts in one change set, document or draft.
pub const EDIT_SHIFTS: usize = 200_000;
/// Most edits of open drafts that are weighed again for one entry: as many as one draft may have.
/// Drafts beyond that are left out of the feed, this once.
pub const RECHECKED_EDITS: usize = EDIT_SHIFTS;
/// Most agents in one bulk upsert.
pub const BULK_AGENTS: usize = 10_000;
/// How far from now a shift or request may lie, in days (20 years).
pub const HORIZON_DAYS: i64 = 20 * 366;
/// How long bases and past revisions are honoured, in days.
pub const BASE_RETENTION_DAYS: i64 = 35;
/// Most acknowledgements in one command, and names in the rules among them.
pub const ACKNOWLEDGEMENTS: usize = 10_000;
/// Most rules among the acknowledgements of one command.
pub const ACK_RULES: usize = 100;
/// Most acknowledgements that a unit's state keeps; the ledger has them all.
pub const ACKNOWLEDGED: usize = 100_000;
/// Longest time-off request, in days.
pub const TIME_OFF_DAYS: usize = 400;
/// Most things that one agent may say of when they can work.
pub const AVAILABILITY: usize = 200;
/// Most remedies offered for one conflict.
pub const REMEDIES: usize = 6;
/// Most conflicts that are given checked remedies in one answer; the others carry causes alone.
pub const EXPLAINED: usize = 200;
/// Most shifts of an edit that a remedy says again.
pub const REMEDY_SHIFTS: usize = 50;
/// Most settings of rules that a unit may have.
pub const RULES: usize = 500;
/// Most intervals with required staff that are set at once.
pub const STAFFING_NEEDS: usize = 100_000;
/// Most days, of all skills together, with required staff that a unit may have.
pub const STAFFING_ROWS: usize = 50_000;
/// Most days for which required staff is shown at once.
pub const STAFFING_SHOWN_DAYS: i64 = 42;
/// Most agents that may be required, lines of a trunk group, seats of a site.
pub const LEVEL: u32 = 100_000;
/// Most trunk groups, and most sites, of a unit.
pub const CAPACITIES: usize = 200;
/// Most shifts weighed together again, in one answer, where remedies are tried and something is
/// asked of all agents together. Beyond it, an agent's remedies are tried with those who stand or
/// fall with the agent, and nobody else.
pub const BALANCED_SHIFTS: usize = 50_000;
/// Most findings without an agent in one answer for which the whole unit is searched for causes.
pub const LEVELS_TRACED: usize = 20;
/// Most entries told that changed what a strict write expected to be unchanged.
pub const CHANGES_TOLD: usize = 10;
/// Most entries told as causes of a finding without an agent, besides what was asked.
pub const LEVEL_CAUSES: usize = 3;
/// Most names in one parameter of a rule.
pub const RULE_NAMES: usize = 100;
/// Most agents in one trade of shifts.
pub const LEGS: usize = 20;
/// Most stretches of time that an offer on the board may name.
pub const ACCEPTABLE: usize = 50;
/// Most offers that one entry notes as run out.
pub const EXPIRED_AT_ONCE: usize = 1_000;
/// Most stretches of time that one limit on time off may name: a quarter hour each for a year.
pub const LIMIT_PLACES: usize = 36_000;
/// Most requests on a waitlist that one entry moves up.
pub const WAITLIST_AT_ONCE: usize = 1_000;
