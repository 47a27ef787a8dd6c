//! Text as HTML.

/// Text in which nothing is markup.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Paragraphs, with `code` and **what matters**: as much of Markdown as descriptions use.
pub(super) fn prose(text: Option<&str>) -> String {
    let paragraphs = text.unwrap_or_default().split("\n\n").filter(|text| !text.trim().is_empty());
    paragraphs.map(|text| format!("<p>{}</p>", spans(&escaped(text)))).collect()
}

fn spans(text: &str) -> String {
    let code = text.split('`').enumerate().map(|(n, part)| match n % 2 {
        0 => bold(part),
        _ => format!("<code>{part}</code>"),
    });
    code.collect()
}

fn bold(text: &str) -> String {
    let parts = text.split("**").enumerate();
    let part = |(n, part): (usize, &str)| match n % 2 {
        0 => part.to_owned(),
        _ => format!("<b>{part}</b>"),
    };
    parts.map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup_but_code_and_what_matters() {
        let text = "**Now** `a < b` & \"c\"\n\n<script>";
        let html =
            "<p><b>Now</b> <code>a &lt; b</code> &amp; &quot;c&quot;</p><p>&lt;script&gt;</p>";
        assert_eq!(prose(Some(text)), html);
        assert_eq!(prose(None), "");
    }
}
