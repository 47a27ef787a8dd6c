//! Which address a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// The address of a client behind so many proxies: each has added whom it was connected to at the
/// end of `X-Forwarded-For`, so that only what stands farther left may be made up.
pub(super) fn of(peer: IpAddr, headers: &HeaderMap, proxies: usize) -> IpAddr {
    let Some(place) = proxies.checked_sub(1) else { return peer };
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let said: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let client = said.iter().rev().nth(place).or(said.first());
    client.and_then(|client| client.parse().ok()).unwrap_or(peer)
}

/// What counts as one address: of IPv6 the first half, which one connection to a network has all
/// addresses of.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(proxies: usize, said: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        of([10, 0, 0, 1].into(), &headers, proxies).to_string()
    }

    #[test]
    fn without_proxies_nobody_says_who_they_are() {
        assert_eq!(seen(0, &["192.0.2.1"]), "10.0.0.1");
    }

    #[test]
    fn what_the_farthest_proxy_added_counts() {
        assert_eq!(seen(1, &["6.6.6.6, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen(2, &["6.6.6.6", "192.0.2.1, 10.0.0.9"]), "192.0.2.1");
        assert_eq!(seen(2, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen(1, &["nonsense"]), "10.0.0.1");
        assert_eq!(seen(1, &[]), "10.0.0.1");
    }

    #[test]
    fn half_of_an_ipv6_address_is_one_client() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
