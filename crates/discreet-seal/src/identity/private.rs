//! Content of a private identity file, once it is open.
//!
//! ```text
//! discreet private identity 1
//! name: concierge-1
//! receive: <base64 of the X25519 private key>
//! sign: <base64 of the Ed25519 seed>
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize, Zeroizing};

use super::{Identity, is_name};
use discreet_host::secret::Secret;

/// The first line.
pub const FIRST: &str = "discreet private identity 1";
/// The length of 32 bytes in base64.
const ENCODED: usize = 44;

/// Writes the content. Zeroized when dropped.
pub fn write(identity: &Identity) -> Zeroizing<String> {
    let name = &identity.public().name;
    // With its full capacity: a string that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(200 + name.len()));
    for part in [FIRST, "\nname: ", name] {
        text.push_str(part);
    }
    for (key, secret) in [("receive", &identity.receive), ("sign", &identity.sign)] {
        for part in ["\n", key, ": "] {
            text.push_str(part);
        }
        let mut encoded = [0; ENCODED];
        if STANDARD.encode_slice(secret.expose(), &mut encoded).is_ok() {
            encoded.iter().for_each(|byte| text.push(char::from(*byte)));
        }
        encoded.zeroize();
    }
    text.push('\n');
    text
}

/// Reads the content. The reason of a failure is not reported: it would be part of a secret.
pub fn read(text: &[u8]) -> Option<Identity> {
    let mut lines = std::str::from_utf8(text).ok()?.lines();
    if lines.next()? != FIRST {
        return None;
    }
    let name = lines.next()?.strip_prefix("name: ").filter(|name| is_name(name))?;
    let receive = secret(lines.next()?.strip_prefix("receive: ")?)?;
    let sign = secret(lines.next()?.strip_prefix("sign: ")?)?;
    lines.next().is_none().then(|| Identity::from_secrets(name, receive, sign))
}

fn secret(text: &str) -> Option<Secret<32>> {
    // The decoder needs room for a whole last group.
    let mut decoded = Zeroizing::new([0; 33]);
    let length = STANDARD.decode_slice(text, decoded.as_mut_slice()).ok().filter(|length| *length == 32)?;
    Secret::fill(|bytes| {
        bytes.copy_from_slice(decoded.get(..length).unwrap_or_default());
        Ok::<(), ()>(())
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let identity = Identity::generate("concierge-1").unwrap();
        let again = read(write(&identity).as_bytes()).unwrap();
        assert_eq!(again.public(), identity.public());
        assert_eq!(again.sign(b"x"), identity.sign(b"x"));
    }

    #[test]
    fn anything_else_is_refused() {
        let text = write(&Identity::generate("a").unwrap());
        for cut in 0..text.len() - 1 {
            assert!(read(&text.as_bytes()[..cut]).is_none(), "{cut}");
        }
        assert!(read(format!("{}x", text.as_str()).as_bytes()).is_none());
    }
}
