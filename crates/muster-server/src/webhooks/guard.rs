//! Where webhooks may be sent: nowhere inside, unless the configuration says so.
//!
//! A name is looked up for each connection, and the connection goes to an address that was checked
//! then. So a name that leads elsewhere the next moment leads nowhere.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::Url;

use crate::limits;

/// Something that webhooks may reach though it is inside: a network such as `10.1.0.0/16`, an
/// address, or a host by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Every address of a network.
    Network(IpNet),
    /// A host, wherever its name leads.
    Host(String),
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => write!(f, "{network}"),
            Self::Host(host) => f.write_str(host),
        }
    }
}

impl FromStr for Allowed {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        match !text.is_empty() && text.len() <= 253 && text.chars().all(is_name) {
            true => Ok(Self::Host(text.to_ascii_lowercase())),
            false => Err(format!(
                "{text:?} is no network such as 10.1.0.0/16, no address and no host name"
            )),
        }
    }
}

/// Where webhooks may be sent.
#[derive(Debug, Clone, Default)]
pub struct Reach(Arc<[Allowed]>);

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join(","))
    }
}

impl Reach {
    /// Everything outside, and what is allowed beside it.
    #[must_use]
    pub fn new(allowed: Vec<Allowed>) -> Self {
        Self(allowed.into())
    }

    fn allows_host(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Host(host) if *host == name))
    }

    fn allows_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(
            |allowed| matches!(allowed, Allowed::Network(network) if network.contains(&address)),
        )
    }

    /// Whether a request may go to an address: by plain HTTP only where that is allowed by name.
    fn takes(&self, address: IpAddr, is_plain: bool) -> bool {
        self.allows_address(address) || !is_plain && is_outside(address)
    }

    /// Checks where a webhook is to be sent, as far as its text tells.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence that begins with the URL.
    pub fn check(&self, url: &str) -> Result<Url, String> {
        if url.len() > limits::WEBHOOK_URL {
            return Err(format!("has more than {} characters", limits::WEBHOOK_URL));
        }
        let url = Url::parse(url).map_err(|error| format!("is no URL: {error}"))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err("is not an https URL".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user name or password: whoever may read webhooks would see it; \
                        check the signature instead"
                .to_owned());
        }
        let is_plain = url.scheme() == "http";
        let host = url.host_str().ok_or("has no host")?;
        match literal(host) {
            Some(address) if !self.takes(address, is_plain) => Err(refusal(host, is_plain)),
            None if is_plain && !self.allows_host(host) && !self.allows_plain() => {
                Err(refusal(host, is_plain))
            }
            Some(_) | None => Ok(url),
        }
    }

    /// Checks it, and where its name leads now. A name that leads nowhere yet is taken: nothing
    /// can be sent there.
    ///
    /// # Errors
    /// As [`Reach::check`].
    pub async fn check_now(&self, url: &str) -> Result<Url, String> {
        let url = self.check(url)?;
        let host = url.host_str().unwrap_or_default();
        if literal(host).is_some() {
            return Ok(url);
        }
        let is_plain = url.scheme() == "http";
        let looked = tokio::time::timeout(limits::WEBHOOK_CONNECT, lookup(host)).await;
        let Ok(Ok(all)) = looked else { return Ok(url) };
        let may = all.is_empty() || self.allows_host(host);
        match may || all.iter().any(|address| self.takes(address.ip(), is_plain)) {
            true => Ok(url),
            false => Err(refusal(host, is_plain)),
        }
    }

    /// Whether there is any network that plain HTTP may go to.
    fn allows_plain(&self) -> bool {
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Network(_)))
    }

    /// Where a name leads now, as far as requests of that scheme may go there.
    pub(super) async fn resolve(&self, name: &str, is_plain: bool) -> io::Result<Vec<SocketAddr>> {
        let all = lookup(name).await?;
        let is_named = self.allows_host(name);
        let takes = |to: &SocketAddr| is_named || self.takes(to.ip(), is_plain);
        let taken: Vec<SocketAddr> = all.into_iter().filter(takes).collect();
        match taken.is_empty() {
            true => Err(io::Error::other(format!("the URL {}", refusal(name, is_plain)))),
            false => Ok(taken),
        }
    }
}

fn refusal(host: &str, is_plain: bool) -> String {
    let way = if is_plain { "by plain http " } else { "" };
    format!(
        "leads {way}to {host}, which webhooks of this server may not reach; `muster serve \
         --webhook-allow` says what they may"
    )
}

/// The address that a host of a URL is; the URL has normalised whatever way it was written.
fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok()
}

async fn lookup(name: &str) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

/// Whether an address is one of the Internet at large, by IANA's registries of special-purpose
/// addresses: none of this machine, of a private or shared network, of a link or a group.
fn is_outside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !inside_v4().iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            let all = net6(0x2000, 0, 3);
            all.contains(&address) && !inside_v6().iter().any(|network| network.contains(&address))
        }
    }
}

fn inside_v4() -> [Ipv4Net; 15] {
    let net = |a, b, c, length| Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), length);
    [
        net(0, 0, 0, 8),
        net(10, 0, 0, 8),
        net(100, 64, 0, 10),
        net(127, 0, 0, 8),
        net(169, 254, 0, 16),
        net(172, 16, 0, 12),
        net(192, 0, 0, 24),
        net(192, 0, 2, 24),
        net(192, 88, 99, 24),
        net(192, 168, 0, 16),
        net(198, 18, 0, 15),
        net(198, 51, 100, 24),
        net(203, 0, 113, 24),
        net(224, 0, 0, 4),
        net(240, 0, 0, 4),
    ]
}

/// Of the unicast addresses: protocols (Teredo among them), documentation, and those that hold an
/// IPv4 address.
fn inside_v6() -> [Ipv6Net; 4] {
    [net6(0x2001, 0, 23), net6(0x2001, 0xdb8, 32), net6(0x2002, 0, 16), net6(0x3fff, 0, 20)]
}

fn net6(first: u16, second: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}

#[cfg(test)]
mod tests;
