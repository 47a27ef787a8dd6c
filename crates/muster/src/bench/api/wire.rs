//! HTTP/1.1 as a load generator speaks it: requests are bytes that are made beforehand, and of an
//! answer no more is read than its status and its length. The client shares the machine with the
//! server, so what it does not do is there for the server.

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that is kept.
pub(super) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A request as bytes.
pub(super) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    let body = body.unwrap_or_default();
    if !body.is_empty() {
        text += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}

impl Wire {
    pub(super) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connect")?;
        stream.set_nodelay(true).context("send at once")?;
        Ok(Self { stream, read: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and waits for the whole answer; says its status.
    pub(super) async fn send(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await.context("send a request")?;
        self.read.clear();
        let head = loop {
            let count = self.stream.read_buf(&mut self.read).await.context("read an answer")?;
            ensure!(count > 0, "the server hung up");
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let (status, length) = told(&self.read[..head])?;
        while self.read.len() < head + length {
            let count = self.stream.read_buf(&mut self.read).await.context("read an answer")?;
            ensure!(count > 0, "the server hung up");
        }
        ensure!(self.read.len() == head + length, "more came than was asked for");
        Ok(status)
    }

    /// What was answered last, as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }
}

/// The status of an answer, and how long its body is.
fn told(head: &[u8]) -> Result<(u16, usize)> {
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status: u16 = status.and_then(|digits| digits.parse().ok()).context("read a status")?;
    if status == 204 || status == 304 {
        return Ok((status, 0));
    }
    for line in head.split(|byte| *byte == b'\n') {
        if line.len() > 15 && line[..15].eq_ignore_ascii_case(b"content-length:") {
            let digits = std::str::from_utf8(&line[15..]).unwrap_or_default().trim();
            return Ok((status, digits.parse().context("read a length")?));
        }
    }
    bail!("an answer without a length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_the_status_and_the_length() {
        let head = |text: &str| told(text.as_bytes());
        let plain = "HTTP/1.1 200 OK\r\ndate: x\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(head(plain).ok(), Some((200, 12)));
        assert_eq!(head("HTTP/1.1 304 Not Modified\r\netag: x\r\n\r\n").ok(), Some((304, 0)));
        assert!(head("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(head("nonsense").is_err());
    }

    #[test]
    fn a_request_is_what_http_asks_for() {
        let text = request("PATCH", "/a", &[("if-match", "\"1\"")], Some("{}"));
        let expected = "PATCH /a HTTP/1.1\r\nhost: bench\r\nif-match: \"1\"\r\n\
            content-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(String::from_utf8(text).ok().as_deref(), Some(expected));
    }
}
