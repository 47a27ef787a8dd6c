//! Tokens of outside issuers: which are taken, what they reach, and what becomes of the issuer's
//! keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use muster_core::Instant;
use muster_core::id::OrganizationId;
use muster_server::access::{Issuer, Roles};
use muster_server::limits;
use serde_json::{Value, json};

use crate::app::{TestApp, now};
use crate::http::Answer;
use crate::issuer::{Key, TestIssuer, trusting};

async fn read(app: &TestApp, token: &str) -> Answer {
    app.bare("GET", "/api/v2/wfm/agents/ana").token(token).send().await
}

#[track_caller]
fn challenge(answer: Answer) -> String {
    let answer = answer.refuses(401, "UNAUTHORIZED");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    challenge.to_owned()
}

fn seconds_later(app: &TestApp, seconds: i64) {
    app.manual.set(Instant::from_ms(now().ms() + seconds * 1_000));
}

#[tokio::test]
async fn a_token_of_an_issuer_reads_and_writes_as_far_as_its_scopes_reach() {
    let keys = [Key::es256("a"), Key::eddsa("b")];
    let issuer = TestIssuer::start(&[&keys[0], &keys[1]]).await;
    let app = trusting([issuer.trusted()]).await;
    for key in &keys {
        read(&app, &key.sign(&issuer.claims())).await.is(200);
        let aud = json!({ "aud": ["other", "muster"], "scope": null, "scp": ["wfm:agent:read"] });
        read(&app, &key.sign(&issuer.claims_with(aud))).await.is(200);
    }
    let scopes = json!({ "scope": "wfm:shift:read openid" });
    let refused = read(&app, &keys[0].sign(&issuer.claims_with(scopes))).await;
    assert_eq!(refused.refuses(403, "FORBIDDEN").text_at("/scope"), "wfm:agent:read");
    // The audit names the program, and of the subject a digest.
    let writes = keys[0].sign(&issuer.claims_with(json!({ "scope": "wfm:admin" })));
    let eve = json!({ "businessUnitId": "u1", "name": "Eve" });
    let put = app.bare("PUT", "/api/v2/wfm/agents/eve").token(&writes).json(&eve);
    assert!(put.send().await.status.is_success());
    let audit = app.get("/audit?businessUnitId=u1").await.is(200);
    let its = audit.text.split("desk-app:").nth(1).unwrap();
    assert!(its[..32].chars().all(|c| c.is_ascii_hexdigit()), "{its}");
    assert!(!audit.text.contains("example.org"), "{}", audit.text);
}

#[tokio::test]
async fn a_token_that_is_not_for_here_or_not_for_now_is_told_why() {
    let key = Key::es256("a");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = trusting([issuer.trusted()]).await;
    let at = now().ms() / 1_000;
    let leeway = limits::ISSUER_LEEWAY_SECONDS as i64;
    let cases = [
        (json!({ "iss": format!("{}/other", issuer.url) }), "is not valid"),
        (json!({ "iss": null }), "is not valid"),
        (json!({ "aud": "another" }), "is for another audience"),
        (json!({ "aud": null }), "is for another audience"),
        (json!({ "exp": at - leeway }), "has expired"),
        (json!({ "exp": null }), "does not say when it expires"),
        (json!({ "exp": "soon" }), "does not say when it expires"),
        (json!({ "nbf": at + leeway + 1 }), "is not valid yet"),
        (json!({ "nbf": "now" }), "is not valid"),
        (json!({ "sub": null }), "names no subject"),
        (json!({ "sub": "" }), "names no subject"),
        (json!({ "cnf": { "jkt": "x" } }), "is no bearer token"),
    ];
    for (other, why) in cases {
        let says = challenge(read(&app, &key.sign(&issuer.claims_with(other.clone()))).await);
        assert!(says.contains(why), "{other}: {says}");
    }
    for good in [json!({ "exp": at - leeway + 1 }), json!({ "nbf": at + leeway })] {
        read(&app, &key.sign(&issuer.claims_with(good))).await.is(200);
    }
}

#[tokio::test]
async fn what_the_issuer_has_not_signed_is_not_valid() {
    let key = Key::es256("a");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = trusting([issuer.trusted()]).await;
    let claims = issuer.claims_with(json!({ "scope": "wfm:admin" }));
    let code = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = |alg: &str| code(json!({ "alg": alg, "kid": "a", "typ": "JWT" }));
    let body = code(claims.clone());
    let good = key.sign(&claims);
    let signature = good.rsplit('.').next().unwrap();
    let shared = |algorithm, secret: &[u8]| {
        let header = Header { kid: Some("a".to_owned()), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let typ = |typ: &str| Header { typ: Some(typ.to_owned()), ..key.header() };
    let critical = Header { crit: Some(vec!["exp".to_owned()]), ..key.header() };
    let bad = [
        format!("{}.{body}.", header("none")),
        format!("{}.{body}.{signature}", header("none")),
        format!("{}.{body}.{signature}", header("RS256")),
        format!("{}.{body}.{signature}", header("ES384")),
        format!("{}.{body}.", header("ES256")),
        shared(Algorithm::HS256, key.public()),
        shared(Algorithm::HS512, key.public()),
        Key::es256("a").sign(&claims),
        key.sign_as(&typ("logout+jwt"), &claims),
        key.sign_as(&critical, &claims),
    ];
    for token in bad {
        assert!(challenge(read(&app, &token).await).contains("is not valid"), "{token}");
    }
    read(&app, &key.sign_as(&typ("at+jwt"), &claims)).await.is(200);
    // One key: it need not be named.
    let unnamed = Header { kid: None, ..key.header() };
    read(&app, &key.sign_as(&unnamed, &claims)).await.is(200);
    // Without any issuer, no such token is.
    let alone = TestApp::with_unit().await;
    challenge(read(&alone, &good).await);
}

#[tokio::test]
async fn claims_say_organization_scopes_and_agent() {
    let key = Key::es256("a");
    let issuer = TestIssuer::start(&[&key]).await;
    let scopes = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let app = trusting([Issuer {
        organizations: ["acme", "globex"].map(|name| OrganizationId::parse(name).unwrap()).into(),
        organization_claim: Some("https://example.org/tenant".to_owned()),
        roles: Some(Roles {
            claim: "realm_access.roles".to_owned(),
            scopes: [("planner".to_owned(), scopes("wfm:agent:read wfm:unit:read"))].into(),
        }),
        agent_claim: Some("agent".to_owned()),
        ..issuer.trusted()
    }])
    .await;
    let token = |other: Value| {
        let roles = json!({ "roles": ["offline_access", "planner"] });
        let mut claims = issuer.claims_with(json!({ "scope": null, "realm_access": roles,
            "https://example.org/tenant": "acme" }));
        for (name, value) in other.as_object().unwrap() {
            claims[name] = value.clone();
        }
        key.sign(&claims)
    };
    read(&app, &token(json!({}))).await.is(200);
    read(&app, &token(json!({ "agent": "ben" }))).await.refuses(403, "FORBIDDEN");
    let schedule = json!({ "agent": "ana", "scope": "wfm:schedule:read" });
    let view = async |agent: &str| {
        let path = format!("/api/v2/wfm/scheduling/agents/{agent}/schedule");
        app.bare("GET", &path).token(&token(schedule.clone())).send().await
    };
    view("ana").await.is(200);
    view("ben").await.refuses(403, "FORBIDDEN");
    read(&app, &token(json!({ "realm_access": { "roles": ["reader"] } }))).await.is(403);
    let tenant = |value: Value| token(json!({ "https://example.org/tenant": value }));
    read(&app, &tenant(json!("globex"))).await.refuses(404, "NOT_FOUND");
    for other in [json!("initech"), json!([]), json!(7), json!("no id")] {
        assert!(challenge(read(&app, &tenant(other)).await).contains("is of no organization"));
    }
    let both = tenant(json!(["globex", "acme"]));
    read(&app, &both).await.refuses(400, "BAD_PARAMETER");
    let ask = app.bare("GET", "/api/v2/wfm/agents/ana").token(&both);
    ask.header("muster-organization", "acme").send().await.is(200);
    for (other, why) in [
        (json!({ "agent": "no id" }), "names an agent"),
        (json!({ "agent": 7 }), "names an agent"),
        (
            json!({ "agent": "ana", "https://example.org/tenant": ["globex", "acme"] }),
            "of several organizations",
        ),
    ] {
        let says = challenge(read(&app, &token(other)).await);
        assert!(says.contains(why), "{says}");
    }
}

#[tokio::test]
async fn several_issuers_are_kept_apart() {
    let (ours, theirs) = (Key::es256("a"), Key::es256("a"));
    let (one, two) = (TestIssuer::start(&[&ours]).await, TestIssuer::start(&[&theirs]).await);
    let globex = [OrganizationId::parse("globex").unwrap()].into();
    let app = trusting([one.trusted(), Issuer { organizations: globex, ..two.trusted() }]).await;
    read(&app, &ours.sign(&one.claims())).await.is(200);
    read(&app, &theirs.sign(&two.claims())).await.refuses(404, "NOT_FOUND");
    challenge(read(&app, &theirs.sign(&one.claims())).await);
    challenge(read(&app, &ours.sign(&two.claims())).await);
}

#[tokio::test]
async fn many_tokens_of_an_unknown_key_have_the_issuer_asked_once() {
    let (known, unknown) = (Key::es256("a"), Key::es256("b"));
    let issuer = TestIssuer::start(&[&known]).await;
    let app = trusting([issuer.trusted()]).await;
    let storm = async || {
        let token = unknown.sign(&issuer.claims());
        let all = (0..40).map(|_| read(&app, &token));
        futures_util::future::join_all(all).await
    };
    storm().await.into_iter().for_each(|answer| drop(challenge(answer)));
    assert_eq!(issuer.asked(), 1);
    seconds_later(&app, 1);
    storm().await;
    assert_eq!(issuer.asked(), 2, "it may have a new key");
    seconds_later(&app, limits::ISSUER_AGAIN_SECONDS);
    storm().await;
    assert_eq!(issuer.asked(), 2, "not again so soon");
    seconds_later(&app, limits::ISSUER_AGAIN_SECONDS + 1);
    storm().await;
    assert_eq!(issuer.asked(), 3);
    read(&app, &known.sign(&issuer.claims())).await.is(200);
    assert_eq!(issuer.asked(), 3, "what is known is not asked for");
}

#[tokio::test]
async fn keys_come_and_go_at_the_issuer() {
    let (old, new) = (Key::es256("old"), Key::eddsa("new"));
    let issuer = TestIssuer::start(&[&old]).await;
    let app = trusting([issuer.trusted()]).await;
    let claims = issuer.claims_with(json!({ "exp": now().ms() / 1_000 + 3_600 }));
    let (by_old, by_new) = (old.sign(&claims), new.sign(&claims));
    read(&app, &by_old).await.is(200);
    issuer.publish(&[&old, &new]);
    seconds_later(&app, 1);
    read(&app, &by_new).await.is(200);
    issuer.publish(&[&new]);
    read(&app, &by_old).await.is(200);
    seconds_later(&app, 1 + limits::ISSUER_SECONDS);
    challenge(read(&app, &by_old).await);
    read(&app, &by_new).await.is(200);
}

#[tokio::test]
async fn while_the_issuer_says_nothing_useful_what_was_known_holds() {
    let (key, other) = (Key::es256("a"), Key::es256("b"));
    let issuer = TestIssuer::start(&[&key]).await;
    let app = trusting([issuer.trusted()]).await;
    let claims = issuer.claims_with(json!({ "exp": now().ms() / 1_000 + 86_400 }));
    read(&app, &key.sign(&claims)).await.is(200);
    let huge = format!("{{\"keys\": [\"{}\"]}}", "x".repeat(limits::ISSUER_BYTES));
    let mut later = 0;
    for (said, keys) in [
        (issuer.url.clone(), huge),
        (issuer.url.clone(), "<html>".to_owned()),
        (issuer.url.clone(), "{\"keys\": 7}".to_owned()),
        ("https://example.org".to_owned(), json!({ "keys": [] }).to_string()),
    ] {
        issuer.change(|published| (published.issuer, published.keys) = (said, keys));
        later += limits::ISSUER_SECONDS;
        seconds_later(&app, later);
        read(&app, &key.sign(&claims)).await.is(200);
        // Perhaps it has another one by now.
        let unknown = read(&app, &other.sign(&claims)).await.refuses(503, "UNAVAILABLE");
        assert!(unknown.header("retry-after").is_some());
    }
    issuer.change(|published| published.issuer = issuer.url.clone());
    issuer.publish(&[&other]);
    seconds_later(&app, later + limits::ISSUER_AGAIN_SECONDS);
    read(&app, &other.sign(&claims)).await.is(200);
    challenge(read(&app, &key.sign(&claims)).await);
}

#[tokio::test]
async fn an_issuer_that_never_answered_is_waited_for() {
    let key = Key::es256("a");
    let issuer = TestIssuer::start(&[&key]).await;
    issuer.change(|published| published.keys = String::new());
    let app = trusting([issuer.trusted()]).await;
    read(&app, &key.sign(&issuer.claims())).await.refuses(503, "UNAVAILABLE");
    // Our own tokens hold.
    app.get("/agents/ana").await.is(200);
    issuer.publish(&[&key]);
    seconds_later(&app, limits::ISSUER_AGAIN_SECONDS);
    read(&app, &key.sign(&issuer.claims())).await.is(200);
}

#[tokio::test]
async fn keys_that_are_no_good_are_passed_over() {
    let key = Key::es256("a");
    let issuer = TestIssuer::start(&[&key]).await;
    let good = issuer.trusted();
    let other = |member: &str, value: &str| {
        let mut jwk = key.jwk();
        jwk[member] = json!(value);
        jwk
    };
    let short = URL_SAFE_NO_PAD.encode([0xff; 128]);
    let bad = [
        json!(7),
        json!({ "kty": "oct", "kid": "a", "k": "c2VjcmV0" }),
        json!({ "kty": "RSA", "kid": "a", "n": short, "e": "AQAB" }),
        other("use", "enc"),
        other("alg", "ES384"),
        other("crv", "P-521"),
        other("kty", "RSA"),
    ];
    for jwk in bad {
        issuer.change(|published| published.keys = json!({ "keys": [jwk] }).to_string());
        let app = trusting([good.clone()]).await;
        let answer = read(&app, &key.sign(&issuer.claims())).await;
        assert_eq!(answer.status.as_u16(), 401, "{jwk}: {}", answer.text);
    }
    let keys = json!({ "keys": [7, other("use", "enc"), key.jwk()] }).to_string();
    issuer.change(|published| published.keys = keys);
    assert_eq!(good.keys().await.unwrap(), 1);
}

#[tokio::test]
async fn an_issuer_is_asked_by_tls_or_on_this_machine_where_that_is_allowed() {
    let with = |url: &str, allow_http| {
        let url = url.to_owned();
        let (ca, audience) = (None, String::new());
        let (organizations, scope_claims) = Default::default();
        Issuer {
            url,
            audience,
            organizations,
            organization_claim: None,
            scope_claims,
            roles: None,
            agent_claim: None,
            ca,
            allow_http,
        }
    };
    for url in ["http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]/x"] {
        with(url, true).check().unwrap();
        assert!(with(url, false).check().unwrap_err().to_string().contains(url));
    }
    for url in ["http://example.org", "http://127.0.0.2", "ftp://localhost", "nothing", ""] {
        with(url, true).check().unwrap_err();
    }
    let silent = with("http://127.0.0.1:1", true).keys().await.unwrap_err().to_string();
    assert!(silent.contains("does not answer"), "{silent}");
}
