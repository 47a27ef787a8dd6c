//! Kinds of values, as they are written in a file, the environment or a flag.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use muster_server::AccessLog;
use muster_server::webhooks::Reach;

use super::plan::LogForm;

/// A value that can be written and read.
pub(super) trait Kind: Sized {
    /// Reads it; the error says what it is not.
    fn read(text: &str) -> Result<Self, String>;

    /// Writes it, so that it can be read; `None` when nothing is set.
    fn write(&self) -> Option<String>;
}

fn parsed<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("is not {what}"))
}

fn written(value: &impl Display) -> Option<String> {
    Some(value.to_string())
}

impl Kind for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        parsed(text, "an address with a port, such as 0.0.0.0:8080")
    }

    fn write(&self) -> Option<String> {
        written(self)
    }
}

impl Kind for Reach {
    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(Self::new(parts.map(str::parse).collect::<Result<_, _>>()?))
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string()).filter(|text| !text.is_empty())
    }
}

impl Kind for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn write(&self) -> Option<String> {
        written(self)
    }
}

impl Kind for Option<PathBuf> {
    fn read(text: &str) -> Result<Self, String> {
        Ok((!text.is_empty()).then(|| text.into()))
    }

    fn write(&self) -> Option<String> {
        self.as_ref().map(|path| path.display().to_string())
    }
}

impl Kind for Option<String> {
    fn read(text: &str) -> Result<Self, String> {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn write(&self) -> Option<String> {
        self.clone()
    }
}

impl Kind for usize {
    fn read(text: &str) -> Result<Self, String> {
        parsed(text, "a whole number")
    }

    fn write(&self) -> Option<String> {
        written(self)
    }
}

impl Kind for u32 {
    fn read(text: &str) -> Result<Self, String> {
        parsed(text, "a whole number, or too large")
    }

    fn write(&self) -> Option<String> {
        written(self)
    }
}

impl Kind for f64 {
    fn read(text: &str) -> Result<Self, String> {
        let number: Self = parsed(text, "a number")?;
        match number.is_finite() && number >= 0.0 {
            true => Ok(number),
            false => Err("is not a number from 0 up".to_owned()),
        }
    }

    fn write(&self) -> Option<String> {
        written(self)
    }
}

impl Kind for bool {
    fn read(text: &str) -> Result<Self, String> {
        parsed(text, "true or false")
    }

    fn write(&self) -> Option<String> {
        written(self)
    }
}

/// In seconds.
impl Kind for Duration {
    fn read(text: &str) -> Result<Self, String> {
        let seconds: f64 = parsed(text, "a number of seconds")?;
        Self::try_from_secs_f64(seconds).map_err(|_| "is not a number of seconds".to_owned())
    }

    fn write(&self) -> Option<String> {
        written(&self.as_secs_f64())
    }
}

impl Kind for AccessLog {
    fn read(text: &str) -> Result<Self, String> {
        Ok(if bool::read(text)? { Self::On } else { Self::Off })
    }

    fn write(&self) -> Option<String> {
        (*self == Self::On).write()
    }
}

impl Kind for LogForm {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("is neither text nor json".to_owned()),
        }
    }

    fn write(&self) -> Option<String> {
        Some(match self {
            Self::Text => "text".to_owned(),
            Self::Json => "json".to_owned(),
        })
    }
}
