//! Entity tags: strong, and they name a base.

use muster_core::Revision;
use sha2::{Digest, Sha256};

/// The tag of a representation: its version and a hash of exactly its bytes, in quotes as the
/// header has them.
#[must_use]
pub fn etag(bytes: &[u8], version: Revision) -> String {
    format!("\"{version}.{}\"", hash(bytes))
}

/// The tag of something that is read and never written: a hash of exactly its bytes, in quotes as
/// the header has them. It names no base.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    format!("\"{}\"", hash(bytes))
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The version that a tag names, weak or strong; `None` when it is not one of ours.
#[must_use]
pub fn version(tag: &str) -> Option<Revision> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
    let (version, hash) = tag.split_once('.')?;
    let is_hex = hash.len() == 24 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| version.parse().ok().map(Revision)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_version_and_its_bytes() {
        let tag = etag(b"{}", Revision(811));
        assert_eq!(tag, "\"811.44136fa355b3678a1146ad16\"");
        assert_eq!(version(&tag), Some(Revision(811)));
        assert_eq!(version(&format!("W/{tag}")), Some(Revision(811)));
        assert_ne!(etag(b"{ }", Revision(811)), tag);
    }

    #[test]
    fn a_tag_without_a_version_names_no_base() {
        let tag = of_bytes(b"{}");
        assert_eq!(tag, "\"44136fa355b3678a1146ad16\"");
        assert_eq!(version(&tag), None);
    }

    #[test]
    fn a_foreign_tag_names_no_version() {
        for tag in ["", "*", "811", "\"811\"", "\"x.44136fa355b3678a1146ad16\"", "\"811.zz\""] {
            assert_eq!(version(tag), None, "{tag}");
        }
    }
}
