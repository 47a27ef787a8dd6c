use super::*;

fn reach(allowed: &[&str]) -> Reach {
    Reach::new(allowed.iter().map(|text| text.parse().unwrap()).collect())
}

/// However an address is written, it is the address that counts.
const INSIDE: &[&str] = &[
    "https://127.0.0.1/",
    "https://127.8.9.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1:8443/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[2002:7f00:1::]/",
    "https://１２７.0.0.1/",
];

const OUTSIDE: &[&str] = &[
    "https://93.184.215.14/hook",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    "https://hooks.example.com/muster?x=1",
];

#[test]
fn only_addresses_outside_may_be_reached() {
    let reach = Reach::default();
    for url in INSIDE {
        let refused = reach.check(url).expect_err(url);
        assert!(refused.contains("--webhook-allow"), "{url}: {refused}");
    }
    for url in OUTSIDE {
        reach.check(url).expect(url);
    }
}

#[test]
fn what_is_no_address_of_a_receiver_is_refused() {
    let reach = Reach::default();
    for url in [
        "hooks.example.com",
        "http://hooks.example.com/",
        "http://93.184.215.14/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user@hooks.example.com/",
        "https://user:pass@hooks.example.com/",
        &format!("https://hooks.example.com/{}", "x".repeat(limits::WEBHOOK_URL)),
    ] {
        assert!(reach.check(url).is_err(), "{url}");
    }
}

#[test]
fn what_is_allowed_may_be_reached_by_plain_http_too() {
    let reach = reach(&["10.1.0.0/16", "127.0.0.1", "Hooks.Internal", "::1"]);
    for url in [
        "http://10.1.2.3/",
        "https://10.1.2.3/",
        "http://127.0.0.1:9000/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://hooks.internal/",
        "https://HOOKS.internal./",
    ] {
        reach.check(url).expect(url);
    }
    for url in ["https://10.2.0.1/", "https://127.0.0.2/", "http://93.184.215.14/"] {
        assert!(reach.check(url).is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_name_leads_only_to_addresses_that_may_be_reached() {
    let resolve = async |reach: Reach, is_plain| {
        reach.resolve("localhost", is_plain).await.map(|found| found.len())
    };
    let refused = resolve(Reach::default(), false).await.unwrap_err().to_string();
    assert!(refused.contains("localhost"), "{refused}");
    assert!(resolve(reach(&["localhost"]), true).await.unwrap() > 0);
    assert!(resolve(reach(&["127.0.0.0/8", "::1"]), true).await.unwrap() > 0);
    assert!(resolve(reach(&["10.0.0.0/8"]), true).await.is_err());
    let named = Reach::default().check_now("https://localhost/").await;
    assert!(named.unwrap_err().contains("localhost"));
}

#[test]
fn what_is_allowed_is_read_from_text() {
    assert_eq!("10.0.0.1".parse(), Ok(Allowed::Network("10.0.0.1/32".parse().unwrap())));
    assert_eq!("Hooks.example".parse(), Ok(Allowed::Host("hooks.example".to_owned())));
    for wrong in ["", "10.0.0.0/40", "a b", "https://hooks.example/"] {
        assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
    }
}
