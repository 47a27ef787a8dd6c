//! Times as clients write them: an instant with its offset, or a wall time with its zone.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use muster_core::instant::{Instant, Interval};
use muster_core::zone::{Disambiguation, LocalTimeError, Zone};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::BadInput;
use crate::problem::Code;

/// An instant as it is answered: RFC 3339 in UTC, with milliseconds where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Instant);

impl Serialize for At {
    /// Documents hold tens of thousands of instants: the usual ones, whole seconds of years with
    /// four digits, are written without the general formatter.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match plain(self.0) {
            Some(text) => to.serialize_str(std::str::from_utf8(&text).unwrap_or_default()),
            None => to.collect_str(&self.0),
        }
    }
}

/// `2026-03-29T00:30:00Z`, when it is of that form.
fn plain(at: Instant) -> Option<[u8; 20]> {
    if at.ms() < 0 || at.ms() % 1_000 != 0 {
        return None;
    }
    let wall = Offset::UTC.to_datetime(at.timestamp());
    let mut text = *b"0000-00-00T00:00:00Z";
    let parts = [
        (2, wall.year() / 100),
        (4, wall.year() % 100),
        (7, i16::from(wall.month())),
        (10, i16::from(wall.day())),
        (13, i16::from(wall.hour())),
        (16, i16::from(wall.minute())),
        (19, i16::from(wall.second())),
    ];
    for (end, value) in parts {
        let value = u8::try_from(value).ok()?;
        text[end - 2] += value / 10;
        text[end - 1] += value % 10;
    }
    Some(text)
}

/// How a type that is spelled as a text, or as a few forms, looks in the API's document.
macro_rules! schema {
    ($name:ident, $schema:tt) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

schema!(At, { "type": "string", "format": "date-time", "examples": ["2026-03-30T07:00:00Z"] });
schema!(Bound, {
    "type": "string",
    "anyOf": [{ "format": "date" }, { "format": "date-time" }],
    "examples": ["2026-03-30"],
});
schema!(IntervalText, {
    "type": "string",
    "pattern": "^[^/]+/[^/]+$",
    "examples": ["2026-03-30T07:00:00Z/2026-03-30T15:00:00Z"],
});

impl JsonSchema for TimeIn {
    fn schema_name() -> Cow<'static, str> {
        "TimeIn".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A time: an instant with its offset, or a wall time with its zone.",
            "anyOf": [
                { "type": "string", "format": "date-time" },
                generator.subschema_for::<LocalTime>(),
            ],
            "examples": [
                "2026-03-30T09:00:00+02:00",
                { "local": "2026-03-30T09:00", "timeZone": "Europe/Paris" },
            ],
        })
    }
}

/// What a wall time that names no single instant may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reading {
    /// The earlier instant.
    pub earlier: At,
    /// The later instant.
    pub later: At,
}

/// A civil date and a time of day, as the API's document has them.
const LOCAL: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$";

/// A wall time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalTime {
    /// What a clock on the wall shows.
    #[schemars(with = "String", regex(pattern = LOCAL), example = "2026-03-29T02:30")]
    pub local: DateTime,
    /// The zone of the wall; that of the record, when absent.
    #[serde(default)]
    pub time_zone: Option<Zone>,
    /// What to do when a clock change skips or repeats it.
    #[serde(default)]
    pub disambiguation: Disambiguation,
}

/// A time as a client writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeIn {
    /// RFC 3339 with an offset.
    At(Instant),
    /// `{ "local", "timeZone"?, "disambiguation"? }`
    Local(LocalTime),
}

impl TimeIn {
    /// The zone it names itself.
    #[must_use]
    pub fn zone(&self) -> Option<&Zone> {
        match self {
            Self::At(_) => None,
            Self::Local(local) => local.time_zone.as_ref(),
        }
    }

    /// The instant it names, read in `zone` unless it names one itself.
    ///
    /// # Errors
    /// [`BadInput`] with both readings when a clock change skips or repeats it.
    pub fn resolve(&self, zone: &Zone, pointer: &str) -> Result<Instant, BadInput> {
        match self {
            Self::At(at) => Ok(*at),
            Self::Local(local) => {
                let zone = local.time_zone.as_ref().unwrap_or(zone);
                zone.resolve(local.local, local.disambiguation)
                    .map_err(|error| no_single_instant(&error, pointer))
            }
        }
    }
}

fn no_single_instant(error: &LocalTimeError, pointer: &str) -> BadInput {
    let (code, local, zone, earlier, later) = match error {
        LocalTimeError::Nonexistent { local, zone, earlier, later } => {
            (Code::LocalTimeNonexistent, local, zone, earlier, later)
        }
        LocalTimeError::Ambiguous { local, zone, earlier, later } => {
            (Code::LocalTimeAmbiguous, local, zone, earlier, later)
        }
    };
    let what = match code {
        Code::LocalTimeNonexistent => "does not exist",
        _ => "comes twice",
    };
    let problem = format!(
        "{what} in {zone}: it may mean {earlier} or {later}; send one of them, or say which by \
         `disambiguation`: earlier, later, compatible"
    );
    let readings = Some(Reading { earlier: At(*earlier), later: At(*later) });
    BadInput { code, readings, ..BadInput::invalid(pointer, local, problem) }
}

/// Reads RFC 3339 with an offset; milliseconds are kept, finer fractions are dropped.
///
/// # Errors
/// Says what is wrong with it.
pub fn instant(text: &str) -> Result<Instant, String> {
    let at: Timestamp =
        text.parse().map_err(|_| format!("{text:?} is no RFC 3339 time with an offset or Z"))?;
    let ms = at.as_millisecond();
    if !(Instant::MIN.ms()..=Instant::MAX.ms()).contains(&ms) {
        return Err(format!("{text:?} is out of range"));
    }
    Ok(Instant::from_ms(ms))
}

impl<'de> Deserialize<'de> for TimeIn {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl<'de> Visitor<'de> for TimeVisitor {
    type Value = TimeIn;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 time with an offset, or {\"local\", \"timeZone\"}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TimeIn, E> {
        instant(text).map(TimeIn::At).map_err(E::custom)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<TimeIn, M::Error> {
        LocalTime::deserialize(MapAccessDeserializer::new(map)).map(TimeIn::Local)
    }
}

/// A bound of a query: an instant, or the first moment of a civil day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// An instant.
    At(Instant),
    /// A civil day, in the zone of what is asked about.
    On(Date),
}

impl Bound {
    /// The instant that is meant.
    #[must_use]
    pub fn instant(self, zone: &Zone) -> Instant {
        match self {
            Self::At(at) => at,
            Self::On(date) => zone.start_of_day(date),
        }
    }
}

impl std::str::FromStr for Bound {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == "2026-03-29".len() {
            let date = text.parse().map_err(|_| format!("{text:?} is no date"))?;
            return Ok(Self::On(date));
        }
        instant(text).map(Self::At)
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A stretch of time as ISO 8601 writes it: `2026-03-23T08:00:00Z/2026-03-23T16:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntervalText(pub Interval);

impl From<Interval> for IntervalText {
    fn from(interval: Interval) -> Self {
        Self(interval)
    }
}

impl Serialize for IntervalText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{}/{}", self.0.start(), self.0.end()))
    }
}

impl<'de> Deserialize<'de> for IntervalText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let ends = || {
            let (start, end) = text.split_once('/').ok_or("has no `/` between start and end")?;
            let (start, end) = (instant(start)?, instant(end)?);
            Interval::new(start, end).ok_or_else(|| "does not end after it starts".to_owned())
        };
        let interval: Result<Interval, String> = ends();
        interval.map(Self).map_err(|why| D::Error::custom(format!("{text:?}: {why}")))
    }
}

#[cfg(test)]
mod tests;
