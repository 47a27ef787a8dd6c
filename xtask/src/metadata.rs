//! What `cargo metadata` says, as far as the checks need it.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::cargo::{capture, cargo};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
    /// Where it comes from; nothing for a crate of this repository.
    pub(crate) source: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only tests and examples of the package use it.
    pub(crate) is_dev: bool,
}

/// The crates of this repository.
pub(crate) fn ours() -> Result<Vec<Package>> {
    read(&["metadata", "--format-version", "1", "--no-deps"])
}

/// Every crate that any feature on any platform can bring in.
pub(crate) fn everything() -> Result<Vec<Package>> {
    read(&["metadata", "--format-version", "1", "--all-features"])
}

fn read(args: &[&str]) -> Result<Vec<Package>> {
    parse(&capture(&mut cargo(args.iter().copied()))?)
}

fn parse(json: &str) -> Result<Vec<Package>> {
    let json: Value = serde_json::from_str(json).context("read the output of `cargo metadata`")?;
    let packages = json["packages"].as_array().context("`cargo metadata` names no packages")?;
    Ok(packages.iter().map(package).collect())
}

fn package(json: &Value) -> Package {
    let dependencies = json["dependencies"].as_array().into_iter().flatten();
    Package {
        name: text(&json["name"]),
        version: text(&json["version"]),
        licence: text(&json["license"]),
        source: json["source"].as_str().map(str::to_owned),
        dependencies: dependencies
            .map(|json| Dependency { name: text(&json["name"]), is_dev: json["kind"] == "dev" })
            .collect(),
    }
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_with_the_kind_of_their_dependencies() {
        let json = r#"{"packages": [{"name": "a", "version": "1.0.0", "license": "MIT",
            "source": null, "dependencies": [
                {"name": "b", "kind": null}, {"name": "c", "kind": "dev"}]}]}"#;
        let packages = parse(json).unwrap();
        assert_eq!(packages[0].name, "a");
        assert_eq!(packages[0].source, None);
        let dev = packages[0].dependencies.iter().map(|d| d.is_dev).collect::<Vec<_>>();
        assert_eq!(dev, [false, true]);
        assert!(parse("{}").is_err());
    }
}
