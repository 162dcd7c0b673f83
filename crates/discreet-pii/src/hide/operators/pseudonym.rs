//! Tokens in the place of a value: the name of the kind `<phone>`, a pseudonym `<phone:7f3a9c21>`, a reversible token
//! `<phone~...>`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Operator, OperatorKeys};
use crate::Kind;
use crate::recognisers::names::fold;
use crate::view::View;

/// The longest value of a reversible token, in bytes. Longer values become the name of their kind.
const MOST: usize = 255;
/// Values are padded to a multiple of this, so that a token does not show the length.
const BLOCK: usize = 16;
const NONCE: usize = 12;
const TAG: usize = 16;

/// A token that gives no value back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRevealed {
    /// The text is not a token of the operator `reversible`.
    #[error("not a token of the operator `reversible`; such a token looks like <phone~...>")]
    NoToken,
    /// The token is that of another audience, or was changed.
    #[error("the token does not open with these keys: it was made for another stakeholder, or changed")]
    WrongKeys,
}

/// Is the output independent of the text of the value? Such output contains the value only by chance.
pub(super) fn is_token(operator: Operator) -> bool {
    matches!(operator, Operator::Pseudonym | Operator::Reversible | Operator::Remove)
}

/// Appends the name of the kind: `<phone>`.
pub(super) fn name(kind: Option<Kind>, out: &mut String) {
    out.push('<');
    out.push_str(word(kind));
    out.push('>');
}

fn word(kind: Option<Kind>) -> &'static str {
    kind.map_or("redacted", Kind::name)
}

/// Appends a pseudonym: `<phone:7f3a9c21>`. It is the same for all spellings of a value, see [`spelled`].
pub(super) fn pseudonym(
    kind: Option<Kind>,
    value: &str,
    keys: &OperatorKeys,
    out: &mut String,
) -> Option<()> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut mac = keyed(keys.pseudonym(), kind)?;
    let spelled = spelled(kind, value);
    mac.update(if spelled.is_empty() { value.as_bytes() } else { &spelled });
    let tag = mac.finalize().into_bytes();
    out.push('<');
    out.push_str(word(kind));
    out.push(':');
    for byte in tag.iter().take(4) {
        for digit in [byte >> 4, byte & 15] {
            out.push(HEX.get(usize::from(digit)).copied().unwrap_or_default().into());
        }
    }
    out.push('>');
    Some(())
}

/// The letters and digits of a value as all its spellings have them: without case, accents, blanks, signs and invisible
/// characters. `+44 7700` and `(+44)7700` are the same, and so are `Zoë Ávila`, `ZOE AVILA` and `Ávila, Zoë`: the words
/// of a name have no order. Empty if there are none.
fn spelled(kind: Option<Kind>, value: &str) -> Vec<u8> {
    let mut view = View::default();
    let seen = if view.read(value) { view.text() } else { value };
    let words = seen.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<Vec<u8>> = words
        .map(|word| {
            let mut bytes = Vec::with_capacity(word.len());
            fold(word, |byte| bytes.push(byte));
            bytes
        })
        .collect();
    if kind == Some(Kind::Person) {
        words.sort();
    }
    words.concat()
}

/// Appends a reversible token, `<phone~...>`: nonce and sealed value. The nonce is a MAC of the value. So the same
/// value gives the same token, and two values share a nonce with a chance of 2^-96.
pub(super) fn reversible(
    kind: Option<Kind>,
    value: &str,
    keys: &OperatorKeys,
    out: &mut String,
) -> Option<()> {
    let length = u8::try_from(value.len()).ok()?;
    let mut plain = Zeroizing::new(Vec::with_capacity(BLOCK * 17));
    plain.push(length);
    plain.extend_from_slice(value.as_bytes());
    let padded = plain.len().next_multiple_of(BLOCK);
    plain.resize(padded, 0);
    let mut mac = keyed(keys.nonce(), kind)?;
    mac.update(&plain);
    let tag = mac.finalize().into_bytes();
    let nonce: [u8; NONCE] = *tag.first_chunk()?;
    let payload = Payload { msg: &plain, aad: word(kind).as_bytes() };
    let sealed = cipher(keys).encrypt(&Nonce::from(nonce), payload).ok()?;
    out.push('<');
    out.push_str(word(kind));
    out.push('~');
    URL_SAFE_NO_PAD.encode_string([&nonce, sealed.as_slice()].concat(), out);
    out.push('>');
    Some(())
}

/// The value of a token that [`Operator::Reversible`] made. An error if `token` is something else, or was made with
/// other keys.
pub fn reveal(token: &str, keys: &OperatorKeys) -> Result<String, NotRevealed> {
    let inside = token.trim().strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let (kind, sealed) = inside.and_then(|inside| inside.split_once('~')).ok_or(NotRevealed::NoToken)?;
    if sealed.len() > (NONCE + MOST + 1 + TAG) * 4 / 3 + 4 {
        return Err(NotRevealed::NoToken);
    }
    let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| NotRevealed::NoToken)?;
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(NotRevealed::NoToken)?;
    let payload = Payload { msg: sealed, aad: kind.as_bytes() };
    let plain = cipher(keys).decrypt(&Nonce::from(*nonce), payload).map_err(|_| NotRevealed::WrongKeys)?;
    let plain = Zeroizing::new(plain);
    let value = plain.split_first().and_then(|(length, value)| value.get(..usize::from(*length)));
    let value = value.and_then(|value| std::str::from_utf8(value).ok());
    value.map(str::to_owned).ok_or(NotRevealed::WrongKeys)
}

fn cipher(keys: &OperatorKeys) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(*keys.reveal()))
}

/// A MAC that depends on the kind: a word that is a name and a place has two pseudonyms.
fn keyed(key: &[u8; 32], kind: Option<Kind>) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
    mac.update(word(kind).as_bytes());
    mac.update(b"\0");
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(audience: &str) -> OperatorKeys {
        OperatorKeys::derive(b"a secret of a robot, for tests", audience).unwrap()
    }

    fn pseudonym_for(audience: &str, value: &str) -> String {
        let mut out = String::new();
        pseudonym(Some(Kind::Person), value, &keys(audience), &mut out).unwrap();
        out
    }

    fn token(value: &str) -> Option<String> {
        let mut out = String::new();
        reversible(Some(Kind::Phone), value, &keys("desk"), &mut out).map(|()| out)
    }

    #[test]
    fn a_pseudonym_is_the_same_for_the_same_value_and_differs_for_each_audience() {
        let one = pseudonym_for("desk", "Ada Lovelace");
        assert_eq!(one, pseudonym_for("desk", "ada  lovelace"));
        assert_ne!(one, pseudonym_for("shop", "Ada Lovelace"));
        assert_ne!(one, pseudonym_for("desk", "Ada Byron"));
        assert!(one.len() == "<person:7f3a9c21>".len() && one.starts_with("<person:") && one.ends_with('>'));
    }

    #[test]
    fn all_spellings_of_a_name_have_one_pseudonym() {
        let one = pseudonym_for("desk", "Zoë Ávila");
        for other in [
            "ZOË ÁVILA",
            "Zoe Avila",
            "Zoe\u{308} A\u{301}vila",
            "Zoë\u{a0}Á\u{ad}vila",
            "Ávila, Zoë",
            "Ｚｏｅ Ａｖｉｌａ",
        ] {
            assert_eq!(pseudonym_for("desk", other), one, "{other:?}");
        }
        assert_ne!(pseudonym_for("desk", "Zoë Ávilar"), one);
        assert_ne!(pseudonym_for("desk", "田中"), pseudonym_for("desk", "田"));
    }

    #[test]
    fn only_the_holder_of_the_key_gets_the_value_back() {
        for value in ["", "+44 7700 900123", "ünlü", &"x".repeat(255)] {
            assert_eq!(reveal(&token(value).unwrap(), &keys("desk")).as_deref(), Ok(value));
            assert_eq!(reveal(&token(value).unwrap(), &keys("shop")), Err(NotRevealed::WrongKeys));
        }
        assert_eq!(token(&"x".repeat(256)), None);
    }

    #[test]
    fn a_token_hides_the_length_and_cannot_be_changed() {
        let (short, long) = (token("a").unwrap(), token("fifteen letters").unwrap());
        assert_eq!(short.len(), long.len());
        assert_eq!(short, token("a").unwrap());
        assert_eq!(reveal(&short.replace("phone", "email"), &keys("desk")), Err(NotRevealed::WrongKeys));
        for wrong in
            ["", "<phone>", "<phone:7f3a9c21>", "<phone~>", "<phone~AAAA>", "<phone~!>", &"<a~".repeat(999)]
        {
            assert_eq!(reveal(wrong, &keys("desk")), Err(NotRevealed::NoToken), "{wrong}");
        }
    }
}
