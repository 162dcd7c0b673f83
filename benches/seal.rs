//! `tools/bench seal`: nanoseconds and megabytes per second of sealing, next to the bare cipher of the same library.
//!
//! Variants: `bare` is the cipher alone, in place, with a nonce that counts and no associated data; `unsigned` and
//! `signed` are sealed messages; `open` and `open signed` are the cost to a reader. `readers` is the number of
//! stakeholders with the key: a message is sealed once for all of them. Variants take turns, so that their ratios
//! hold on a noisy machine, and the lower quartile counts, which other load disturbs least. Prints one JSON line
//! each.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use discreet_host::secret::Secret;
use discreet_seal::Suite;
use discreet_seal::identity::Identity;
use discreet_seal::{
    ContextDigest, Grant, GrantTerms, HEADROOM, MessageContext, OpeningKey, Padding, SealingKey, SenderKey,
    TAILROOM, issue,
};

const SIZES: [(&str, usize); 4] =
    [("100 B", 100), ("1 KiB", 1024), ("640x480x3", 640 * 480 * 3), ("1920x1080x3", 1920 * 1080 * 3)];
const NOW: i64 = 1_795_426_200;
/// Bytes that one run of one variant processes: few, so that a disturbance affects all variants.
const BYTES: usize = 4_000_000;
const RUNS: usize = 60;

fn main() -> anyhow::Result<()> {
    for suite in [Suite::ChaCha20Poly1305, Suite::Aes256Gcm] {
        for (name, length) in SIZES {
            let readers = if length > 1024 { &[1, 2, 4, 8][..] } else { &[1, 8] };
            for readers in readers {
                measure(suite, name, length, *readers)?;
            }
        }
    }
    Ok(())
}

/// The key of a group, and the keys of its readers.
struct KeyGroup {
    key: SealingKey,
    sender: SenderKey,
    context: ContextDigest,
    readers: Vec<OpeningKey>,
}

impl KeyGroup {
    fn new(suite: Suite, readers: usize) -> anyhow::Result<KeyGroup> {
        let robot = Identity::generate("robot")?;
        let (secret, sender) = (Secret::random()?, SenderKey::generate()?);
        let terms = GrantTerms {
            robot: "robot",
            group: [1; 16],
            class: "contextual",
            form: "clear",
            suite,
            key: 7,
            from: NOW - 10,
            until: NOW + 50,
            policy_version: 1,
            sender: sender.public(),
        };
        let who: Vec<_> =
            (0..readers).map(|number| Identity::generate(&number.to_string())).collect::<Result<_, _>>()?;
        let public: Vec<_> = who.iter().map(Identity::public).collect();
        let grant = Grant::read(&issue(&terms, &secret, &public, &robot)?, robot.public())?;
        let opened = who.iter().map(|me| grant.open(me)?.context("not a member"));
        let readers = opened.collect::<anyhow::Result<_>>()?;
        let context = MessageContext {
            robot: "robot",
            domain: 1,
            topic: "/camera/image_raw",
            type_name: "sensor_msgs/msg/Image",
            type_hash: "RIHS01_",
            class: "contextual",
            form: "clear",
            group: &[1; 16],
            policy_version: 1,
        };
        Ok(KeyGroup { key: SealingKey::new(suite, 7, &secret), sender, context: context.digest(), readers })
    }

    fn seal<'a>(&self, signed: bool, buffer: &'a mut [u8], length: usize) -> anyhow::Result<&'a [u8]> {
        Ok(self.key.seal(&self.context, signed.then_some(&self.sender), Padding::None, buffer, length)?)
    }

    fn open(&self, reader: usize, signed: bool, message: &mut [u8]) -> anyhow::Result<()> {
        let reader = self.readers.get(reader).context("no such reader")?;
        reader.open(&self.context, NOW, signed, message).map(drop).map_err(Into::into)
    }
}

fn measure(suite: Suite, name: &str, length: usize, readers: usize) -> anyhow::Result<()> {
    let group = KeyGroup::new(suite, readers)?;
    let mut buffer = vec![0x5a; HEADROOM + length + TAILROOM];
    // Every reader opens the sealed message once.
    for signed in [false, true] {
        let sealed = group.seal(signed, &mut buffer, length)?.to_vec();
        (0..readers).try_for_each(|reader| group.open(reader, signed, &mut sealed.clone()))?;
    }
    let bare = Bare::new(suite)?;
    let mut counter = 0_u64;
    let rounds = (BYTES / length).clamp(1, 400);
    let variants = ["bare", "unsigned", "signed", "open", "open signed"];
    let mut times = [const { Vec::new() }; 5];
    let mut buffers = vec![buffer.clone(); 4.min(rounds)];
    for run in 0..=RUNS {
        for (variant, times) in variants.iter().zip(&mut times) {
            let mut spent = 0.0;
            let mut done = 0;
            while done < rounds {
                let signed = variant.ends_with("signed") && *variant != "unsigned";
                if variant.starts_with("open") {
                    for buffer in &mut buffers {
                        group.seal(signed, buffer, length)?;
                    }
                }
                let started = Instant::now();
                for buffer in &mut buffers {
                    match *variant {
                        "bare" => {
                            counter += 1;
                            let text = buffer.get_mut(HEADROOM..HEADROOM + length).context("too short")?;
                            black_box(bare.encrypt(counter, text)?);
                        }
                        "unsigned" | "signed" => drop(black_box(group.seal(signed, buffer, length)?)),
                        _ => {
                            let end = HEADROOM + length + if signed { TAILROOM } else { 16 };
                            group.open(0, signed, buffer.get_mut(..end).context("too short")?)?;
                        }
                    }
                }
                spent += started.elapsed().as_secs_f64();
                done += buffers.len();
            }
            if run > 0 {
                times.push(spent * 1e9 / done as f64); // the first run warms up
            }
        }
    }
    let quartiles = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(RUNS / 4).copied().unwrap_or(f64::NAN)
    });
    let [bare, ..] = quartiles;
    for (variant, ns) in variants.iter().zip(quartiles) {
        println!(
            "{{\"bench\":\"seal\",\"case\":\"{name} {}\",\"variant\":\"{variant}\",\"ns\":{ns:.0},\"mb_s\":{:.0},\
             \"readers\":{readers},\"of_bare\":{:.3}}}",
            suite.name(),
            length as f64 * 1e3 / ns,
            ns / bare
        );
    }
    Ok(())
}

/// The library's cipher alone.
enum Bare {
    ChaCha(Box<ChaCha20Poly1305>),
    Aes(Box<LessSafeKey>),
}

impl Bare {
    fn new(suite: Suite) -> anyhow::Result<Bare> {
        let key = Secret::<32>::random()?;
        Ok(match suite {
            Suite::ChaCha20Poly1305 => Bare::ChaCha(Box::new(ChaCha20Poly1305::new(key.expose().into()))),
            Suite::Aes256Gcm => {
                let key = UnboundKey::new(&AES_256_GCM, key.expose()).map_err(|_| anyhow!("no key"))?;
                Bare::Aes(Box::new(LessSafeKey::new(key)))
            }
        })
    }

    fn encrypt(&self, counter: u64, text: &mut [u8]) -> anyhow::Result<[u8; 16]> {
        let [a, b, c, d, e, f, g, h] = counter.to_be_bytes();
        let nonce = [0, 0, 0, 0, a, b, c, d, e, f, g, h];
        let refused = || anyhow!("the cipher refused");
        match self {
            Bare::ChaCha(key) => {
                let tag =
                    key.encrypt_inout_detached(&nonce.into(), &[], text.into()).map_err(|_| refused())?;
                Ok(tag.into())
            }
            Bare::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(nonce);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), text).map_err(|_| refused())?;
                tag.as_ref().first_chunk().copied().ok_or_else(refused)
            }
        }
    }
}
