//! Dates as numbers of days, so that the rules can count with them.
//!
//! Of the proleptic Gregorian calendar, in years that begin in March: a leap day is the last of its
//! year, and the months before it have the same lengths every year.

use jiff::civil::Date;

/// Days from 0000-03-01 to 1970-01-01.
const TO_1970: i64 = 719_468;
/// Days of 400 years, after which the calendar comes again.
const CYCLE_DAYS: u32 = 146_097;
/// Cycles before the year 0 in which all years lie.
const EARLIER: i64 = 100;

/// The number of a date, counted from 1970-01-01.
pub(super) fn number(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_cycle = year * 365 + year / 4 - year / 100 + day_of_year;
    cycle * i64::from(CYCLE_DAYS) + day_of_cycle - TO_1970
}

/// The date of a number; nothing beyond the years -9999 to 9999.
pub(super) fn date(number: i64) -> Option<Date> {
    // From a year before all others, so that nothing is less than none.
    let days = number.checked_add(TO_1970 + EARLIER * i64::from(CYCLE_DAYS))?;
    let days = u32::try_from(days).ok()?;
    let (cycle, day) = (days / CYCLE_DAYS, days % CYCLE_DAYS);
    // Leap days are taken out: one in 4 years, none in 100, one in 400.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = cycle * 400 + year + u32::from(month <= 2);
    let year = i64::from(year) - EARLIER * 400;
    let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn numbers_and_dates_are_those_of_the_calendar() {
        assert_eq!(number(day(1970, 1, 1)), 0);
        let mut next = day(-401, 12, 30);
        let first = number(next);
        for n in first..first + 1_200_000 {
            assert_eq!((number(next), date(n)), (n, Some(next)));
            next = next.tomorrow().unwrap();
        }
        assert_eq!(date(number(Date::MAX)), Some(Date::MAX));
        assert_eq!(date(number(Date::MIN)), Some(Date::MIN));
        assert_eq!(date(number(Date::MAX) + 1), None);
        assert_eq!(date(number(Date::MIN) - 1), None);
        assert_eq!(date(i64::MAX), None);
        assert_eq!(date(i64::MIN), None);
    }
}
