//! Content lines: escaped, folded, ended by CRLF (RFC 5545 §3.1, §3.3.11).

/// The longest line, in octets, its end not counted.
const LINE_OCTETS: usize = 75;

/// Content lines, one after another.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line whose value is written as it stands: `name` has its parameters.
    pub(super) fn line(&mut self, name: &str, value: &str) {
        let mut left = LINE_OCTETS;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > left {
                self.0.push_str("\r\n ");
                // The space is part of the line that it begins.
                left = LINE_OCTETS - 1;
            }
            self.0.push(c);
            left -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A line with a text, whatever stands in it.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.line(name, &escaped(value));
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A text as a value: what separates is escaped, and control characters, which no value may have,
/// are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push(c),
            _ if c.is_ascii_control() => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> String {
        let mut lines = Lines::default();
        lines.text("NOTE", value);
        lines.finish()
    }

    #[test]
    fn what_separates_is_escaped() {
        assert_eq!(
            text("a,b;c\\d\r\ne\nf\rg\th\u{7}\u{7f}"),
            "NOTE:a\\,b\\;c\\\\d\\ne\\nf\\ng\th\r\n"
        );
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        for (unit, count) in [("x", 300), ("é", 200), ("日", 150), ("🙂", 100), ("aé日🙂", 60)]
        {
            let value = unit.repeat(count);
            let folded = text(&value);
            let lines: Vec<&str> = folded.split("\r\n").collect();
            let (end, lines) = lines.split_last().unwrap();
            assert_eq!(*end, "");
            assert!(lines.iter().all(|line| line.len() <= LINE_OCTETS), "{folded}");
            // A line is ended only where the next character has no room.
            assert!(lines[..lines.len() - 1].iter().all(|line| line.len() > LINE_OCTETS - 4));
            assert!(lines[1..].iter().all(|line| line.starts_with(' ')));
            assert_eq!(folded.replace("\r\n ", ""), format!("NOTE:{value}\r\n"));
        }
        assert_eq!(text(&"x".repeat(70)), format!("NOTE:{}\r\n", "x".repeat(70)));
        assert_eq!(text(&"x".repeat(71)), format!("NOTE:{}\r\n x\r\n", "x".repeat(70)));
    }
}
