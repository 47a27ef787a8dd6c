//! Bytes to rows of fields: UTF-8, byte order marks, line ends, quotes as RFC 4180 has them.
//!
//! The csv crate forgives misplaced quotes, and an unclosed one makes it swallow the rest of the
//! file without a word. Here such a row is an error: a record counts only if its fields, printed
//! again, are what the file says.

use csv::{ReaderBuilder, StringRecord};

use super::error::Errors;

/// One row that is not blank.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// The line it starts on.
    pub(super) line: u64,
    /// Its fields, unquoted.
    pub(super) cells: StringRecord,
    /// The row as it stands in the file, without its line end.
    pub(super) raw: &'a str,
}

/// All rows of a file; those with damaged quotes are left out, with an error.
pub(super) fn rows<'a>(bytes: &'a [u8], errors: &mut Errors) -> Vec<Row<'a>> {
    let Some(text) = utf8(bytes, errors) else { return Vec::new() };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let place = |reader: &csv::Reader<&[u8]>| {
        usize::try_from(reader.position().byte()).expect("a place in a text that is in memory")
    };
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    let mut cells = StringRecord::new();
    loop {
        let from = place(&reader);
        if !reader.read_record(&mut cells).expect("UTF-8 in memory can be read") {
            return rows;
        }
        // The reader leaves the second half of a CRLF and blank lines to the next record.
        let with_ends = &text[from..place(&reader)];
        let raw = with_ends.trim_start_matches(['\r', '\n']);
        let start = from + with_ends.len() - raw.len();
        line += line_ends(text, counted, start);
        counted = start;
        let raw = raw.trim_end_matches(['\r', '\n']);
        if !prints_back(&cells, raw) {
            errors.push(line, "", raw, quote_problem(raw));
        } else if !cells.iter().all(|cell| cell.trim().is_empty()) {
            rows.push(Row { line, cells: cells.clone(), raw });
        }
    }
}

fn utf8<'a>(bytes: &'a [u8], errors: &mut Errors) -> Option<&'a str> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        errors.push(1, "", "", "the file is UTF-16; save it as UTF-8");
        return None;
    }
    if bytes.starts_with(b"PK\x03\x04") {
        errors.push(1, "", "", "the file is a spreadsheet or an archive; save it as CSV in UTF-8");
        return None;
    }
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text);
    }
    for (line, bytes) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if let Err(error) = std::str::from_utf8(bytes) {
            let place = error.valid_up_to();
            let text = String::from_utf8_lossy(bytes);
            let problem = format!(
                "is not UTF-8 at byte {} (0x{:02X}); save the file as UTF-8",
                place + 1,
                bytes[place]
            );
            errors.push(line, "", text.trim_end(), problem);
        }
    }
    None
}

/// How many lines end between two places.
fn line_ends(text: &str, from: usize, to: usize) -> u64 {
    let bytes = text.as_bytes();
    let ends = (from..to).filter(|at| match bytes[*at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

/// Whether fields, each bare or in quotes, make up the row.
fn prints_back(cells: &StringRecord, raw: &str) -> bool {
    if !raw.contains('"') {
        return true;
    }
    let mut rest = raw;
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            let Some(after) = rest.strip_prefix(',') else { return false };
            rest = after;
        }
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        let bare = (!cell.contains('"')).then_some(cell);
        let after = rest
            .strip_prefix(quoted.as_str())
            .or_else(|| bare.and_then(|cell| rest.strip_prefix(cell)));
        let Some(after) = after else { return false };
        rest = after;
    }
    rest.is_empty()
}

fn quote_problem(raw: &str) -> &'static str {
    if raw.matches('"').count() % 2 == 1 {
        "opens a quote and does not close it"
    } else {
        "has a quote out of place; a field with quotes in it stands in quotes, with its own doubled"
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::testing::show_errors;
    use super::*;

    fn check(bytes: &[u8], expect: Expect) {
        let mut errors = Errors::default();
        let mut shown = String::new();
        for row in rows(bytes, &mut errors) {
            let cells: Vec<&str> = row.cells.iter().collect();
            shown += &format!("{} {cells:?}\n", row.line);
        }
        let errors = errors.finish().err().unwrap_or_default();
        expect.assert_eq(&(shown + &show_errors(&errors)));
    }

    #[test]
    fn lines_are_counted_through_every_kind_of_line_end_and_blank_line() {
        for text in [
            "a,b\n\n\nc,d\ne,f",
            "a,b\r\n\r\n,\r\nc,d\r\ne,f\r\n\r\n",
            "a,b\r\r\rc,d\re,f\r",
            "\u{FEFF}a,b\n , \n\nc,d\ne,f\n\n\n",
        ] {
            let rows = rows(text.as_bytes(), &mut Errors::default());
            let found: Vec<(u64, &str)> = rows.iter().map(|row| (row.line, row.raw)).collect();
            assert_eq!(found, [(1, "a,b"), (4, "c,d"), (5, "e,f")], "{text:?}");
        }
    }

    #[test]
    fn quotes_hold_commas_quotes_and_line_breaks() {
        check(
            b"\"a,1\",\"say \"\"hi\"\"\",\"\",\"two\r\nlines\"\r\nnext,,,\r\n",
            expect![[r#"
            1 ["a,1", "say \"hi\"", "", "two\r\nlines"]
            3 ["next", "", "", ""]
        "#]],
        );
    }

    #[test]
    fn damaged_quotes_are_errors_and_not_guesses() {
        check(
            b"a,b\n5\" screen,x\nc,d\n\"a\"b,c\nx, \"y\"\n\"open,1\nlost,2\n",
            expect![[r#"
            1 ["a", "b"]
            3 ["c", "d"]
            line 2: "5\" screen,x" opens a quote and does not close it
            line 4: "\"a\"b,c" has a quote out of place; a field with quotes in it stands
                in quotes, with its own doubled
            line 5: "x, \"y\"" has a quote out of place; a field with quotes in it stands
                in quotes, with its own doubled
            line 6: "\"open,1\nlost,2" opens a quote and does not close it
        "#]],
        );
    }

    #[test]
    fn every_line_that_is_not_utf8_is_named() {
        check(
            b"name\nRen\xE9,1\nok\nZo\xEB\r\n",
            expect![[r#"
            line 2: "Ren�,1" is not UTF-8 at byte 4 (0xE9); save the file as UTF-8
            line 4: "Zo�" is not UTF-8 at byte 3 (0xEB); save the file as UTF-8
        "#]],
        );
        check(
            b"PK\x03\x04",
            expect![[r#"
            line 1: the file is a spreadsheet or an archive; save it as CSV in UTF-8
        "#]],
        );
        check(
            b"\xFF\xFEa\0",
            expect![[r#"
            line 1: the file is UTF-16; save it as UTF-8
        "#]],
        );
    }
}
