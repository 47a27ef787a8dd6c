//! An issuer of our own, of which tests say what it publishes and signs: for what a real one does
//! not do. A real one is in the tests of the program.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use muster_core::id::OrganizationId;
use muster_server::Settings;
use muster_server::access::Issuer;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::{TestApp, now};

/// A key that it signs with.
pub(crate) struct Key {
    pub(crate) kid: &'static str,
    pub(crate) algorithm: Algorithm,
    pair: KeyPair,
}

impl Key {
    pub(crate) fn es256(kid: &'static str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        Self { kid, algorithm: Algorithm::ES256, pair }
    }

    pub(crate) fn eddsa(kid: &'static str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        Self { kid, algorithm: Algorithm::EdDSA, pair }
    }

    /// What everybody may know of it.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.der_bytes()
    }

    /// As it is published.
    pub(crate) fn jwk(&self) -> Value {
        let raw = self.public();
        let code = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self.algorithm {
            Algorithm::EdDSA => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": code(raw) })
            }
            _ => json!({ "kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig",
                "alg": "ES256", "x": code(&raw[1..33]), "y": code(&raw[33..]) }),
        }
    }

    pub(crate) fn header(&self) -> Header {
        Header { kid: Some(self.kid.to_owned()), ..Header::new(self.algorithm) }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.header(), claims)
    }

    pub(crate) fn sign_as(&self, header: &Header, claims: &Value) -> String {
        let der = self.pair.serialize_der();
        let key = match self.algorithm {
            Algorithm::EdDSA => EncodingKey::from_ed_der(&der),
            _ => EncodingKey::from_ec_der(&der),
        };
        jsonwebtoken::encode(header, claims, &key).unwrap()
    }
}

/// What it publishes, and how often it was asked for its keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Published {
    /// The issuer it says to be.
    pub(crate) issuer: String,
    pub(crate) keys: String,
    pub(crate) asked: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct TestIssuer {
    pub(crate) url: String,
    published: Arc<Mutex<Published>>,
}

impl TestIssuer {
    pub(crate) async fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/realm", listener.local_addr().unwrap());
        let published = Published { issuer: url.clone(), ..Published::default() };
        let issuer = Self { url, published: Arc::new(Mutex::new(published)) };
        issuer.publish(keys);
        let routes = Router::new()
            .route("/realm/.well-known/openid-configuration", get(configuration))
            .route("/realm/keys", get(keys_of))
            .with_state(issuer.clone());
        tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        issuer
    }

    pub(crate) fn publish(&self, keys: &[&Key]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
        self.change(|published| published.keys = json!({ "keys": keys }).to_string());
    }

    pub(crate) fn change(&self, how: impl FnOnce(&mut Published)) {
        how(&mut self.published.lock().unwrap());
    }

    /// How often it was asked for its keys.
    pub(crate) fn asked(&self) -> usize {
        self.published.lock().unwrap().asked
    }

    /// What a server is told of it: its tokens are of acme.
    pub(crate) fn trusted(&self) -> Issuer {
        Issuer {
            url: self.url.clone(),
            audience: "muster".to_owned(),
            organizations: [OrganizationId::parse("acme").unwrap()].into(),
            organization_claim: None,
            scope_claims: ["scope", "scp"].map(str::to_owned).into(),
            roles: None,
            agent_claim: None,
            ca: None,
            allow_http: true,
        }
    }

    /// Claims of a token that is good.
    pub(crate) fn claims(&self) -> Value {
        let now = now().ms() / 1_000;
        json!({ "iss": self.url, "aud": "muster", "sub": "5f0c|ana@example.org", "azp": "desk app",
            "iat": now, "nbf": now, "exp": now + 300,
            "scope": "openid wfm:agent:read wfm:made-up" })
    }

    /// The same, with other members; null takes one out.
    pub(crate) fn claims_with(&self, other: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in other.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    }
}

async fn configuration(State(issuer): State<TestIssuer>) -> String {
    let said = issuer.published.lock().unwrap().issuer.clone();
    json!({ "issuer": said, "jwks_uri": format!("{}/keys", issuer.url) }).to_string()
}

async fn keys_of(State(issuer): State<TestIssuer>) -> String {
    let mut published = issuer.published.lock().unwrap();
    published.asked += 1;
    published.keys.clone()
}

/// A server with unit u1 that trusts issuers.
pub(crate) async fn trusting(issuers: impl Into<Vec<Issuer>>) -> TestApp {
    TestApp::with_settings(Settings { issuers: issuers.into(), ..Settings::default() }).await
}
