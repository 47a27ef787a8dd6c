//! What holds of a unit's rules for one agent, day by day.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};

use crate::agent::Agent;
use crate::conflict::{Finding, Severity};
use crate::instant::Interval;
use crate::rule::{Allowed, Rule, RuleSet, RuleSetting, Value, setting};
use crate::zone::Zone;

impl RuleSet {
    /// Tells what holds of a rule for an agent: the most particular setting of each name, day by
    /// day. What is off is left out, and costs no more than to see that it is.
    pub(crate) fn in_force<'a>(
        &'a self,
        rule: &'static Rule,
        agent: &Agent,
        mut tell: impl FnMut(&Setting<'a>),
    ) {
        let mut tell = |setting: Setting<'a>| {
            if setting.severity != Severity::Off {
                tell(&setting);
            }
        };
        let known = self.of_kind(rule.kind);
        if known.first().is_none_or(|first| !first.key.name.is_empty()) {
            tell(Setting::fresh(rule));
        }
        // They are sorted by key, and the name is its first part after the kind.
        for of_name in known.chunk_by(|a, b| a.key.name == b.key.name) {
            let mut speaking = of_name.iter().filter(|set| set.key.scope.speaks_of(agent));
            match (speaking.next(), speaking.next()) {
                (Some(only), None) if only.is_always(agent) => tell(Setting::of(rule, only, None)),
                (None, _) if of_name[0].key.name.is_empty() => tell(Setting::fresh(rule)),
                (None, _) => {}
                (Some(_), _) => day_by_day(rule, agent, of_name, &mut tell),
            }
        }
    }
}

/// Which of the settings of one name holds when; the default in between, for the usual name.
fn day_by_day<'a>(
    rule: &'static Rule,
    agent: &Agent,
    of_name: &'a [RuleSetting],
    tell: &mut impl FnMut(Setting<'a>),
) {
    let speaking = || of_name.iter().filter(|setting| setting.key.scope.speaks_of(agent));
    let mut cuts = BTreeSet::from([Date::MIN]);
    for setting in speaking() {
        let (first, last) = setting.days(agent);
        cuts.insert(first);
        cuts.extend(last.tomorrow());
    }
    let is_always = cuts.len() == 1;
    let mut cuts = cuts.into_iter().peekable();
    while let Some(first) = cuts.next() {
        let last = cuts.peek().map_or(Date::MAX, |next| next.yesterday().unwrap_or(Date::MIN));
        let holds = speaking().filter(|setting| {
            let days = setting.days(agent);
            days.0 <= first && first <= days.1
        });
        let best = holds.max_by_key(|setting| (&setting.key.scope, setting.key.from));
        let days = (!is_always).then_some((first, last));
        match best {
            Some(best) => tell(Setting::of(rule, best, days)),
            None if of_name[0].key.name.is_empty() => {
                tell(Setting { days, ..Setting::fresh(rule) });
            }
            None => {}
        }
    }
}

/// A rule as it holds for somebody, always or on some days.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    rule: &'static Rule,
    set: Option<&'a RuleSetting>,
    /// How much its findings matter.
    pub(crate) severity: Severity,
    /// From which day to which; always, when absent.
    days: Option<(Date, Date)>,
}

impl<'a> Setting<'a> {
    fn fresh(rule: &'static Rule) -> Self {
        Self { rule, set: None, severity: rule.default, days: None }
    }

    fn of(rule: &'static Rule, set: &'a RuleSetting, days: Option<(Date, Date)>) -> Self {
        Self { rule, set: Some(set), severity: set.severity, days }
    }

    /// A finding of this rule, with nothing measured yet.
    pub(crate) fn finding(&self, agent: &Agent) -> Finding {
        let mut finding = Finding::new(self.rule.kind, self.severity, Some(&agent.id));
        finding.rule = self.set.map(|set| set.key.name.clone()).filter(|name| !name.is_empty());
        finding
    }

    fn param(&self, name: &str) -> (Option<&'a Value>, Option<&'static Allowed>) {
        let allowed = self.rule.params.iter().find(|param| param.name == name);
        (self.set.and_then(|set| set.params.get(name)), allowed.map(|param| &param.allowed))
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> i64 {
        match self.param(name) {
            (Some(Value::Number(number)), _) => *number,
            (_, Some(Allowed::Number { default, .. })) => *default,
            _ => 0,
        }
    }

    /// One of the words that a parameter may be, by its place in their list.
    pub(crate) fn choice(&self, name: &str) -> usize {
        match self.param(name) {
            (Some(Value::Word(word)), Some(Allowed::Word(words))) => {
                words.iter().position(|known| *known == &**word).unwrap_or_default()
            }
            _ => 0,
        }
    }

    /// Names that the unit chose.
    pub(crate) fn names(&self, name: &str) -> Vec<&'a str> {
        match self.param(name) {
            (Some(Value::Word(list)), _) => setting::names(list).collect(),
            _ => Vec::new(),
        }
    }

    /// A time of day.
    pub(crate) fn time(&self, name: &str) -> Time {
        match self.param(name) {
            (Some(Value::Word(word)), _) => word.parse().unwrap_or(Time::midnight()),
            (_, Some(Allowed::Time { default })) => *default,
            _ => Time::midnight(),
        }
    }

    /// A date.
    pub(crate) fn date(&self, name: &str) -> Date {
        match self.param(name) {
            (Some(Value::Word(word)), _) => word.parse().unwrap_or_default(),
            (_, Some(Allowed::Date { default })) => *default,
            _ => Date::default(),
        }
    }

    /// Whether it holds when something is that begins then.
    pub(crate) fn holds(&self, zone: &Zone, during: Option<Interval>) -> bool {
        let Some(((first, last), during)) = self.days.zip(during) else { return true };
        (first..=last).contains(&zone.date(during.start()))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::World;
    use crate::testing::check::check_rule;

    #[test]
    fn the_most_particular_setting_holds() {
        check_rule(
            Kind::MaxHoursDay,
            "
            site Europe/Paris
            rule MAX_HOURS_DAY warn maxMinutes=60
            rule MAX_HOURS_DAY info for=group:north maxMinutes=120
            rule MAX_HOURS_DAY ack for=contract:full maxMinutes=180
            ana is contract=none
            ben is group=north
            cleo is group=north contract=full
            ana mon 09:00-17:00
            ben mon 09:00-17:00
            cleo mon 09:00-17:00
            ",
            expect![[r#"
                warn MAX_HOURS_DAY ana [ana-mon] mon 00:00-00:00 480/60 min
                info MAX_HOURS_DAY ben [ben-mon] mon 00:00-00:00 480/120 min
                ack MAX_HOURS_DAY cleo [cleo-mon] mon 00:00-00:00 480/180 min
            "#]],
        );
    }

    #[test]
    fn a_setting_holds_from_its_first_to_its_last_day() {
        check_rule(
            Kind::MaxHoursDay,
            "
            site Europe/Paris
            rule MAX_HOURS_DAY warn maxMinutes=60
            rule MAX_HOURS_DAY block begins=2026-03-17 ends=2026-03-18 maxMinutes=120
            rule MAX_HOURS_DAY off begins=2026-03-18
            ana mon 09:00-17:00
            ana tue 09:00-17:00
            ana wed 09:00-17:00
            ana thu 09:00-17:00
            ",
            // On Wednesday both hold, and the one that began last goes before.
            expect![[r#"
                block MAX_HOURS_DAY ana [ana-tue] tue 00:00-00:00 480/120 min
                warn MAX_HOURS_DAY ana [ana-mon] mon 00:00-00:00 480/60 min
            "#]],
        );
    }

    #[test]
    fn a_setting_for_some_leaves_the_default_to_the_others() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris
            rule REST_TIME_SHORT ack for=contract:full minRestMinutes=600
            ana is contract=full
            ana mon 12:00-20:30
            ana tue 07:00-15:00
            ben mon 12:00-20:30
            ben tue 07:00-15:00
            ",
            expect![[r#"
                block REST_TIME_SHORT ben [ben-mon, ben-tue] mon 20:30-07:00 630/660 min
            "#]],
        );
    }

    #[test]
    fn rules_of_other_names_hold_beside_the_usual_one() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris
            rule REST_TIME_SHORT ack as=agreement minRestMinutes=720
            ana mon 12:00-20:30
            ana tue 07:00-15:00
            ",
            expect![[r#"
                block REST_TIME_SHORT ana [ana-mon, ana-tue] mon 20:30-07:00 630/660 min
                ack REST_TIME_SHORT ana (agreement) [ana-mon, ana-tue] mon 20:30-07:00 630/720 min
            "#]],
        );
    }

    #[test]
    fn what_the_law_asks_for_is_never_set_below_ack() {
        let told = World::play(
            "
            site Europe/Paris
            > rule REST_TIME_SHORT warn law
            > rule REST_TIME_SHORT ack law
            > rule REST_TIME_SHORT warn for=contract:full
            > rule REST_TIME_SHORT off as=agreement
            ",
        );
        expect![[r#"
            > rule REST_TIME_SHORT warn law
            refused:
                /rules/severity: warn is below ack, and REST_TIME_SHORT is statutory: set `statutory` to false first
            > rule REST_TIME_SHORT ack law
            r2: done
            > rule REST_TIME_SHORT warn for=contract:full
            refused:
                /rules/severity: warn is below ack, and REST_TIME_SHORT is statutory: set `statutory` to false first
            > rule REST_TIME_SHORT off as=agreement
            r3: done
        "#]]
        .assert_eq(&told);
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        let told = World::play(
            "
            site Europe/Paris
            > rule SUBJECT_GONE warn
            > rule SHIFT_STARTED warn for=minors
            > rule REST_TIME_SHORT warn for=group:nowhere
            > rule REST_TIME_SHORT warn begins=2026-03-02 ends=2026-03-01
            > rule REST_TIME_SHORT warn minRestMinutes=0
            > rule REST_TIME_SHORT warn minRestMinutes=long
            > rule MAX_HOURS_WEEK warn attribution=byChance
            > rule MAX_NIGHT_HOURS warn nightFrom=9
            > rule MAX_HOURS_PERIOD warn anchor=monday
            > rule MAX_SHIFTS warn types=early,,late
            > rule MAX_SHIFTS warn types=3
            ",
        );
        expect![[r#"
            > rule SUBJECT_GONE warn
            refused:
                /rules/kind: SUBJECT_GONE cannot be set
            > rule SHIFT_STARTED warn for=minors
            refused:
                /rules/kind: SHIFT_STARTED holds for the whole unit: it has no name, no scope and no dates
            > rule REST_TIME_SHORT warn for=group:nowhere
            refused:
                /rules/scope/managementUnitId: nowhere is not a management unit of this unit
            > rule REST_TIME_SHORT warn begins=2026-03-02 ends=2026-03-01
            refused:
                /rules/effectiveUntil: 2026-03-01 is before effectiveFrom
            > rule REST_TIME_SHORT warn minRestMinutes=0
            refused:
                /rules/params/minRestMinutes: 0 is not within 1..=2880
            > rule REST_TIME_SHORT warn minRestMinutes=long
            refused:
                /rules/params/minRestMinutes: long is not a number
            > rule MAX_HOURS_WEEK warn attribution=byChance
            refused:
                /rules/params/attribution: byChance is not one of byStart, split, payWeek
            > rule MAX_NIGHT_HOURS warn nightFrom=9
            refused:
                /rules/params/nightFrom: 9 is not a time of day such as 22:00
            > rule MAX_HOURS_PERIOD warn anchor=monday
            refused:
                /rules/params/anchor: monday is not a date such as 2026-01-05
            > rule MAX_SHIFTS warn types=early,,late
            refused:
                /rules/params/types: early,,late is not a list of names such as early,late
            > rule MAX_SHIFTS warn types=3
            refused:
                /rules/params/types: 3 is not a list of names such as early,late
        "#]].assert_eq(&told);
    }
}
