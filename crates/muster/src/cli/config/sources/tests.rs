use std::time::Duration;

use expect_test::expect;

use super::*;
use crate::cli::config::settings::SETTINGS;

/// Every setting with its usual value, and what it says.
const EXAMPLE: &str = include_str!("../../../../../../docs/muster.example.toml");

const FULL: &str = r#"
listen = "0.0.0.0:8080"
[ledger]
url = "postgres://muster:secret@db1,db2/muster?target_session_attrs=read-write"
listen-url = "postgres://muster@db1/muster"
connections = 24
poll-ms = 100
[[ledger.elsewhere]]
units = ["acme", "globex/emea"]
url = "postgres://muster@db3/muster"
[limits]
in-flight = 9
token-per-second = 0.5
[stop]
drain-seconds = 1.5
"#;

fn nothing(_: &str) -> Option<String> {
    None
}

fn read(text: &str) -> Result<Effective> {
    effective("muster.toml", text, nothing, Vec::new())
}

fn wrong(text: &str) -> String {
    format!("{:#}", read(text).unwrap_err())
}

#[test]
fn a_file_says_all_there_is_to_say() {
    let Effective { plan, sources } = read(FULL).unwrap();
    assert_eq!(plan.listen, "0.0.0.0:8080".parse().unwrap());
    assert!(plan.ledger.url.contains("db1,db2"));
    assert_eq!((plan.ledger.connections, plan.ledger.poll), (24, Duration::from_millis(100)));
    assert_eq!(plan.ledger.elsewhere.len(), 2);
    assert_eq!(plan.ledger.elsewhere[1].units, "globex/emea".parse().unwrap());
    assert_eq!(plan.settings.admission.in_flight, 9);
    assert_eq!(plan.stop.drain, Duration::from_millis(1_500));
    assert_eq!(sources["ledger.poll-ms"], Source::File("muster.toml".to_owned(), 7));
    assert!(!sources.contains_key("limits.token-burst"));
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_a_file() {
    let text = "proxies = 1\n[limits]\nin-flight = 1\nlogin-burst = 1\n";
    let variable = |name: &str| match name {
        "MUSTER_LIMITS_IN_FLIGHT" | "MUSTER_LIMITS_LOGIN_BURST" => Some("2".to_owned()),
        "RUST_LOG" => Some("debug".to_owned()),
        _ => None,
    };
    let flags = ["limits.login-burst=3"].map(|text| Flag::set(text).unwrap()).into();
    let Effective { plan, sources } = effective("f", text, variable, flags).unwrap();
    let admission = &plan.settings.admission;
    assert_eq!((admission.proxies, admission.in_flight, admission.login.burst), (1, 2, 3));
    let said = |name: &str| sources[name].to_string();
    assert_eq!(said("proxies"), "f:1");
    assert_eq!(said("limits.in-flight"), "MUSTER_LIMITS_IN_FLIGHT");
    assert_eq!(said("limits.login-burst"), "--set limits.login-burst");
    assert_eq!((plan.log.level.as_str(), said("log.level").as_str()), ("debug", "RUST_LOG"));
}

#[test]
fn all_that_is_wrong_is_named_with_its_place() {
    let text = "listen = 8080\n[limits]\nin-flght = 3\ntoken-burst = -1\ncolour = 'red'\n\
                [bounds]\nhead-bytes = 9\nbody-seconds = 'soon'\nidle-seconds = [1]\n\
                [tls]\nkey = 'x'\n";
    expect![[r#"
        muster.toml:1: listen = "8080" is not an address with a port, such as 0.0.0.0:8080
        muster.toml:3: there is no setting limits.in-flght; do you mean limits.in-flight?
        muster.toml:4: limits.token-burst = "-1" is not a whole number, or too large
        muster.toml:5: there is no setting limits.colour; `muster config check` lists all
        muster.toml:7: bounds.head-bytes = "9" is less than 8192
        muster.toml:8: bounds.body-seconds = "soon" is not a number of seconds
        muster.toml:9: bounds.idle-seconds is one value, not a list or a table
        tls.key is set, and tls.cert is not: set both, or neither"#]]
    .assert_eq(&wrong(text));
    assert!(wrong("[limits\n").contains("line 1"));
    let unit = "[[ledger.elsewhere]]\nunits = ['a/b/c']\nurl = 'postgres://x/y'";
    assert!(wrong(unit).contains("a/b/c"));
    let colour = "[[ledger.elsewhere]]\nunits = []\nurl = ''\ncolour = 'red'";
    assert!(wrong(colour).contains("colour"));
}

#[test]
fn the_example_says_every_setting_with_its_usual_value() {
    let Effective { plan, sources } = read(EXAMPLE).unwrap();
    let (usual, mut lines) = (Plan::default(), EXAMPLE.lines());
    for setting in SETTINGS {
        let value = (setting.show)(&usual);
        assert_eq!((setting.show)(&plan), value, "{}", setting.name);
        let key = setting.name.rsplit('.').next().unwrap_or_default();
        let begins = match &value {
            Some(value) => [format!("{key} = {value}"), format!("{key} = {value:?}")],
            None => [format!("# {key} = "), String::new()],
        };
        let is_it = |line: &str| begins.iter().any(|begins| line == begins);
        let is_unset = |line: &str| value.is_none() && line.starts_with(&begins[0]);
        assert!(lines.any(|line| is_it(line) || is_unset(line)), "no line has {begins:?}");
        assert_eq!(sources.contains_key(setting.name), value.is_some(), "{}", setting.name);
    }
}
