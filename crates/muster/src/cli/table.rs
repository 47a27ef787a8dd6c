//! Tables of plain text.

/// `1 agent`, `2 agents`
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Rows under a header, every column as wide as its widest value.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a header.
    pub(crate) fn new<const N: usize>(header: [&str; N]) -> Self {
        Self { rows: vec![header.map(str::to_owned).to_vec()] }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, row: [&str; N]) {
        // What comes from elsewhere must not break the lines of a table.
        self.rows.push(row.map(|value| value.replace(char::is_control, " ")).to_vec());
    }

    /// Whether there is nothing under the header.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |n: usize| {
            self.rows.iter().filter_map(|row| row.get(n)).map(|value| value.chars().count()).max()
        };
        let widths: Vec<usize> = (0..columns).map(|n| width(n).unwrap_or(0)).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths);
            let line: Vec<String> =
                cells.map(|(value, &width)| format!("{value:<width$}")).collect();
            writeln!(f, "{}", line.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_value() {
        let mut table = Table::new(["agent", "what"]);
        assert!(table.is_empty());
        table.row(["zoë", "a\nb"]);
        table.row(["a-long-name", ""]);
        expect![[r#"
            agent        what
            zoë          a b
            a-long-name
        "#]]
        .assert_eq(&table.to_string());
    }
}
