//! Tokens of a real OpenID Connect provider: `oidc-provider` for Node, which `cargo xtask test`
//! installs into `target/issuer`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Run, Server, muster};

/// The provider; it ends with this.
struct Provider {
    child: Child,
    url: String,
}

impl Provider {
    fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let package = "../../target/issuer/node_modules/oidc-provider/lib/index.js";
        let package = here.join(package);
        assert!(package.exists(), "{} is not there: see xtask", package.display());
        let mut node = Command::new("node");
        node.arg(here.join("tests/field/issuer.mjs")).arg(package);
        let mut child = node.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    /// Has it do what real ones do by themselves, some day.
    async fn told(&self, what: &str) {
        let told = reqwest::get(format!("{}/test/{what}", self.url)).await.unwrap();
        assert!(told.status().is_success());
    }

    /// A token for somebody, signed by an algorithm.
    async fn token(&self, audience: &str, algorithm: &str) -> String {
        let form = format!(
            "grant_type=client_credentials&scope=wfm:agent:read wfm:agent:write\
             &resource=urn:{audience}:{algorithm}"
        );
        let ask = reqwest::Client::new().post(format!("{}/token", self.url));
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        let ask = ask.basic_auth("planner", Some("of%20the%20planner%2C%20and%20long%20enough"));
        let answer: Value =
            ask.body(form.replace(' ', "%20")).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks for an agent; the status, and what is said of the token when that is no good.
async fn read(server: &Server, token: &str) -> (u16, String) {
    let ask = reqwest::Client::new().get(format!("{}/api/v2/wfm/agents/ana", server.url));
    let answer = ask.header(AUTHORIZATION, format!("Bearer {token}")).send().await.unwrap();
    let challenge = answer.headers().get(WWW_AUTHENTICATE);
    let says = challenge.map(|says| says.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), says)
}

async fn is_refused(server: &Server, token: &str, why: &str) {
    let (status, says) = read(server, token).await;
    assert_eq!(status, 401);
    assert!(says.contains(why), "{says}");
}

#[tokio::test]
async fn tokens_of_a_real_provider_are_taken_until_it_has_other_keys() {
    let provider = Provider::start();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("muster.toml");
    let config = format!(
        "[issuer]\nurl = \"{}\"\naudience = \"muster\"\norganization = \"default\"\n\
         allow-http = true\n",
        provider.url
    );
    std::fs::write(&file, &config).unwrap();
    let mut serve = muster(folder.path());
    serve.env("MUSTER_CONFIG", &file);
    let server = Server::start_as(serve, folder);
    server.ok(&["unit", "create", "u1", "--time-zone", "Europe/Berlin"]);
    let checks = |config: &str| {
        let mut check = muster(server.folder());
        Run::of(check.args(["config", "check", "--connect", "--config", config]))
    };
    let file = file.display().to_string();
    let checked = checks(&file);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.out.contains(&provider.url), "{checked:?}");
    let other = server.write("other.toml", &config.replace("\"\naud", "/other\"\naud"));
    let refused = checks(&other.display().to_string());
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("/other/.well-known/openid-configuration"), "{refused:?}");

    let token = provider.token("muster", "RS256").await;
    let put = reqwest::Client::new().put(format!("{}/api/v2/wfm/agents/ana", server.url));
    let put = put.header(AUTHORIZATION, format!("Bearer {token}"));
    let ana = json!({ "businessUnitId": "u1", "name": "Ana" });
    let put = put.json(&ana).send().await.unwrap();
    assert!(put.status().is_success(), "{}", put.text().await.unwrap());
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        let token = provider.token("muster", algorithm).await;
        assert_eq!(read(&server, &token).await.0, 200, "{algorithm}");
    }
    is_refused(&server, &provider.token("other", "ES256").await, "for another audience").await;
    provider.told("behind/3600").await;
    is_refused(&server, &provider.token("muster", "ES256").await, "expired").await;
    provider.told("behind/0").await;
    provider.told("rotate").await;
    let anew = provider.token("muster", "EdDSA").await;
    assert_eq!(read(&server, &anew).await.0, 200);
    is_refused(&server, &token, "not valid").await;
    assert_eq!(server.stop(), 0);
}
