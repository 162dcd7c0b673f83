//! The part of age's file format that a passphrase needs: one scrypt recipient, one chunk.
//! <https://c2sp.org/age>
//!
//! Any age program opens these files, and files that it seals with a passphrase are read here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use discreet_host::secret::{NoRandomness, Secret};

/// The first line of every age file.
pub const FIRST: &str = "age-encryption.org/v1";
/// The default work of scrypt, as a power of two: half a second and 128 MiB.
pub const WORK: u8 = 17;
/// The most work that a file may ask for: a gigabyte. A file that asks for more is an attack, or not meant
/// for a robot.
pub const MOST_WORK: u8 = 20;
/// The most bytes of a file. An identity has a tenth of it.
pub const MOST_BYTES: usize = 4096;

const SALT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const TAG: usize = 16;

/// Why a file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It is not an age file.
    #[error("it is not a file in age's format")]
    AnotherFile,
    /// It is sealed for a key, or has more parts than an identity.
    #[error("it is an age file, but not with a single passphrase and a few lines")]
    AnotherKind,
    /// It asks for more work than the limit.
    #[error("it asks for 2^{0} units of work; the limit is 2^{MOST_WORK}")]
    TooMuchWork(u8),
    /// It does not open with this passphrase.
    #[error("the passphrase is wrong, or the file is damaged")]
    WrongPassphrase,
    /// It opens with this passphrase, but was changed.
    #[error("the file was changed")]
    Changed,
}

/// Seals `plain` with a passphrase, at `work` (a power of two, at most [`MOST_WORK`]).
pub fn seal(plain: &[u8], passphrase: &[u8], work: u8) -> Result<Vec<u8>, NoRandomness> {
    let (file_key, work) = (Secret::<16>::random()?, work.clamp(1, MOST_WORK));
    let (mut salt, mut nonce) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).map_err(|_| NoRandomness)?;
    getrandom::fill(&mut nonce).map_err(|_| NoRandomness)?;
    // Neither fails: both have a fixed, short length.
    let wrapped = wrapping_key(passphrase, &salt, work)
        .and_then(|key| cipher(&key).encrypt(&Nonce::default(), file_key.expose().as_slice()).ok())
        .ok_or(NoRandomness)?;
    let (salt, wrapped) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(wrapped));
    let header = format!("{FIRST}\n-> scrypt {salt} {work}\n{wrapped}\n---");
    let mac = header_mac(&file_key, header.as_bytes()).map(|mac| mac.finalize().into_bytes());
    let mac = STANDARD_NO_PAD.encode(mac.ok_or(NoRandomness)?);
    let body = payload_key(&file_key, &nonce)
        .and_then(|key| cipher(&key).encrypt(&last_chunk(), plain).ok())
        .ok_or(NoRandomness)?;
    Ok([header.as_bytes(), b" ", mac.as_bytes(), b"\n", &nonce, &body].concat())
}

/// Opens a file that a passphrase has sealed.
pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    open_within(file, passphrase, MOST_WORK)
}

/// The same, with another limit of work.
pub fn open_within(file: &[u8], passphrase: &[u8], most: u8) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let sealed = Sealed::read(file)?;
    if sealed.work > most.min(MOST_WORK) {
        return Err(NotOpened::TooMuchWork(sealed.work));
    }
    let wrapping = wrapping_key(passphrase, &sealed.salt, sealed.work).ok_or(NotOpened::AnotherKind)?;
    let unwrapped = cipher(&wrapping).decrypt(&Nonce::default(), sealed.wrapped.as_slice());
    let unwrapped = Zeroizing::new(unwrapped.map_err(|_| NotOpened::WrongPassphrase)?);
    let file_key = Secret::<16>::fill(|key| {
        let bytes = unwrapped.as_slice().try_into().map_err(|_| NotOpened::AnotherKind)?;
        *key = bytes;
        Ok(())
    })?;
    let mac = header_mac(&file_key, sealed.header).ok_or(NotOpened::AnotherKind)?;
    mac.verify_slice(&sealed.mac).map_err(|_| NotOpened::Changed)?;
    let payload = payload_key(&file_key, &sealed.nonce).ok_or(NotOpened::AnotherKind)?;
    let plain = cipher(&payload).decrypt(&last_chunk(), sealed.body);
    Ok(Zeroizing::new(plain.map_err(|_| NotOpened::Changed)?))
}

/// A file, split into its parts.
struct Sealed<'a> {
    salt: [u8; 16],
    work: u8,
    wrapped: [u8; 16 + TAG],
    /// All bytes up to and including `---`.
    header: &'a [u8],
    mac: [u8; 32],
    nonce: [u8; 16],
    body: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn read(file: &'a [u8]) -> Result<Sealed<'a>, NotOpened> {
        let mut rest = file;
        if line(&mut rest).ok_or(NotOpened::AnotherFile)? != FIRST {
            return Err(NotOpened::AnotherFile);
        }
        let kind = NotOpened::AnotherKind;
        if file.len() > MOST_BYTES {
            return Err(kind);
        }
        let stanza = line(&mut rest).and_then(|line| line.strip_prefix("-> scrypt ")).ok_or(kind)?;
        let (salt, work) = stanza.split_once(' ').ok_or(kind)?;
        // No sign, no leading zero: the format has one way to write a number.
        if work.starts_with('0') || work.len() > 2 || !work.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(kind);
        }
        let work: u8 = work.parse().map_err(|_| kind)?;
        let salt = decode(salt).ok_or(kind)?;
        let wrapped = line(&mut rest).and_then(decode).ok_or(kind)?;
        let last = line(&mut rest).and_then(|line| line.strip_prefix("--- ")).ok_or(kind)?;
        let mac = decode(last).ok_or(kind)?;
        let dashes = (file.len() - rest.len()).saturating_sub(last.len() + 2);
        let header = file.get(..dashes).ok_or(kind)?;
        let (nonce, body) = rest.split_first_chunk::<16>().ok_or(kind)?;
        Ok(Sealed { salt, work, wrapped, header, mac, nonce: *nonce, body })
    }
}

/// The next line of the header, which is text.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().take(200).position(|byte| *byte == b'\n')?;
    let (line, after) = (rest.get(..end)?, rest.get(end + 1..)?);
    *rest = after;
    std::str::from_utf8(line).ok()
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn wrapping_key(passphrase: &[u8], salt: &[u8; 16], work: u8) -> Option<Secret<32>> {
    let parameters = scrypt::Params::new(work, 8, 1).ok()?;
    let salt = [SALT_LABEL, salt].concat();
    Secret::fill(|key| scrypt::scrypt(passphrase, &salt, &parameters, key)).ok()
}

fn header_mac(file_key: &Secret<16>, header: &[u8]) -> Option<Hmac<Sha256>> {
    let key = derive(file_key, None, b"header")?;
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key.expose()).ok()?;
    mac.update(header);
    Some(mac)
}

fn payload_key(file_key: &Secret<16>, nonce: &[u8; 16]) -> Option<Secret<32>> {
    derive(file_key, Some(nonce), b"payload")
}

fn derive(file_key: &Secret<16>, salt: Option<&[u8]>, info: &[u8]) -> Option<Secret<32>> {
    let hkdf = Hkdf::<Sha256>::new(salt, file_key.expose());
    Secret::fill(|key| hkdf.expand(info, key)).ok()
}

fn cipher(key: &Secret<32>) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(*key.expose()))
}

/// The nonce of the first chunk, which is also the last.
fn last_chunk() -> Nonce {
    let mut nonce = [0; 12];
    if let Some(last) = nonce.last_mut() {
        *last = 1;
    }
    Nonce::from(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_passphrase_and_no_other() {
        let file = seal(b"hello", b"correct horse", 2).unwrap();
        assert_eq!(open(&file, b"correct horse").unwrap().as_slice(), b"hello");
        assert_eq!(open(&file, b"wrong").err(), Some(NotOpened::WrongPassphrase));
        assert_ne!(file, seal(b"hello", b"correct horse", 2).unwrap());
    }

    #[test]
    fn no_byte_can_be_changed_and_nothing_cut_off_or_added() {
        let file = seal(b"hello", b"p", 1).unwrap();
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(open(&changed, b"p").is_err(), "byte {at}");
            assert!(open(&file[..at], b"p").is_err(), "cut at {at}");
        }
        assert!(open(&[file.as_slice(), b"x"].concat(), b"p").is_err());
    }

    #[test]
    fn a_file_cannot_ask_for_all_memory() {
        let file = String::from_utf8_lossy(&seal(b"", b"p", 1).unwrap()).replacen(" 1\n", " 21\n", 1);
        assert_eq!(open(file.as_bytes(), b"p").err(), Some(NotOpened::TooMuchWork(21)));
        let file = file.replacen(" 21\n", " 021\n", 1);
        assert_eq!(open(file.as_bytes(), b"p").err(), Some(NotOpened::AnotherKind));
        let file = seal(b"hello", b"p", 2).unwrap();
        assert!(open_within(&file, b"p", 2).is_ok());
        assert_eq!(open_within(&file, b"p", 1).err(), Some(NotOpened::TooMuchWork(2)));
    }

    #[test]
    fn other_files_are_named_as_such() {
        assert_eq!(open(b"hello", b"p").err(), Some(NotOpened::AnotherFile));
        let x25519 = b"age-encryption.org/v1\n-> X25519 abc\nabc\n--- abc\n";
        assert_eq!(open(x25519, b"p").err(), Some(NotOpened::AnotherKind));
    }
}
