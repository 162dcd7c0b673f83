//! Stands in for the redactor in tests/redactor: finds one area in each picture, and misbehaves as it is told to.
//!
//! The first four bytes of a picture are its number, and the area says which: its left edge is the number, modulo 100.
//! `odd_redactor [sleep MS] [start MS] [FAULT N] [random SEED] ...`: the fault comes at every Nth image that it looks at.

// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Duration;

use discreet_host::secret::in_private_process;
use discreet_redact::protocol::{Hello, Reply};
use discreet_redact::serve::{end_with_guard, guard_socket, serve};
use discreet_redact::{
    Area, BlankReason, Cause, CompressedFormat, Found, ImageInspector, ImageRules, Picture, Subject, Subjects,
};

const FAULTS: [&str; 12] = [
    "crash",
    "panic",
    "fail",
    "hang",
    "late",
    "wrong_id",
    "outside",
    "garbage",
    "huge",
    "truncated",
    "twice",
    "exit",
];

fn main() -> ExitCode {
    // As the real one does.
    in_private_process(run).unwrap()
}

fn run() -> ExitCode {
    let mut socket = guard_socket().expect("started by the guard");
    let mut odd = Odd { socket: socket.try_clone().unwrap(), ..Odd::default() };
    let mut arguments = std::env::args().skip(1);
    let mut engine = "odd".to_string();
    let mut subjects = Subjects::from_iter(Subject::ALL);
    while let Some(what) = arguments.next() {
        let value = arguments.next().expect("a value");
        match what.as_str() {
            "sleep" => odd.sleep = Duration::from_millis(value.parse().unwrap()),
            "start" => std::thread::sleep(Duration::from_millis(value.parse().unwrap())),
            "random" => odd.seed = Some(value.parse().unwrap()),
            "subjects" => subjects = Subjects::from_bits(value.parse().unwrap()).unwrap(),
            "engine" => engine = value,
            "hello" if value == "garbage" => socket.write_all(b"hello there, how do you do?").unwrap(),
            fault => {
                odd.fault =
                    Some((FAULTS.iter().position(|known| *known == fault).unwrap(), value.parse().unwrap()))
            }
        }
    }
    if engine == "environment" {
        // Said as its engine's name, which has room for a few: only what it should not know.
        let kinds = ["LD_LIBRARY", "AMENT_PREFIX", "DISCREET", "TZ", "LANG", "LC_ALL"];
        let names = std::env::vars().map(|(name, _)| name);
        let names: Vec<_> = names.filter(|name| !kinds.iter().any(|kind| name.starts_with(kind))).collect();
        engine = format!("{} {}", std::env::current_dir().unwrap().display(), names.join(","));
    }
    end_with_guard(&socket).unwrap();
    let hello = Hello { pid: std::process::id(), engine, subjects };
    let mut odd = Some(odd);
    let _ = serve(&mut socket, &hello, |_| {
        odd.take().map(|odd| Box::new(odd) as Box<dyn ImageInspector>).ok_or("once".into())
    });
    ExitCode::SUCCESS
}

struct Odd {
    socket: UnixStream,
    sleep: Duration,
    fault: Option<(usize, u32)>,
    looked_at: u32,
    seed: Option<u32>,
    found: Vec<Found>,
    remade: Vec<u8>,
}

impl Default for Odd {
    fn default() -> Odd {
        let (socket, _) = UnixStream::pair().unwrap();
        Odd {
            socket,
            sleep: Duration::ZERO,
            fault: None,
            looked_at: 0,
            seed: None,
            found: vec![],
            remade: vec![],
        }
    }
}

impl ImageInspector for Odd {
    fn look(&mut self, _: &ImageRules, picture: Picture<'_>, stamp: i64) -> Result<&[Found], BlankReason> {
        let number = u32::from_le_bytes(*picture.bgr.first_chunk().unwrap());
        let area = Area { left: number % 100, top: 1, right: number % 100 + 1, bottom: 2 };
        self.found = vec![Found { subject: Subject::Faces, area, score: 0.5, why: Cause::Seen }];
        std::thread::sleep(self.sleep);
        self.misbehave(number, stamp as u64)?;
        Ok(&self.found)
    }

    fn remake(
        &mut self,
        _: &ImageRules,
        image: &[u8],
        _: CompressedFormat,
        stamp: i64,
    ) -> Result<&[u8], BlankReason> {
        let number = u32::from_le_bytes(*image.first_chunk().unwrap());
        self.remade = image.to_vec();
        std::thread::sleep(self.sleep);
        self.misbehave(number, stamp as u64)?;
        Ok(&self.remade)
    }
}

impl Odd {
    /// The test hands over the question's number as the image's stamp: it counts its frames from 1, as `Remote` does.
    fn misbehave(&mut self, number: u32, id: u64) -> Result<(), BlankReason> {
        self.looked_at += 1;
        let fault = match (self.fault, self.seed) {
            (Some((fault, every)), _) if self.looked_at.is_multiple_of(every) => fault,
            // One image in forty, whichever process looks at it.
            (_, Some(seed)) => scramble(number ^ seed) as usize % (FAULTS.len() * 40),
            _ => return Ok(()),
        };
        let mut reply = Vec::new();
        match FAULTS.get(fault).copied() {
            None => {}
            Some("crash") => std::process::abort(),
            Some("exit") => std::process::exit(0),
            Some("panic") => panic!("as the test wants it"),
            Some("fail") => return Err(BlankReason::Failed),
            Some("hang") => std::thread::sleep(Duration::from_secs(3600)),
            Some("late") => std::thread::sleep(Duration::from_millis(150)),
            Some("wrong_id") => {
                Reply::write_found(&mut reply, id.wrapping_sub(1), &self.found);
            }
            Some("outside") => self.found.iter_mut().for_each(|found| found.area.right = 100_000),
            Some("garbage") => reply = scrambled(1000),
            Some("huge") => reply = vec![0xff, 0xff, 0xff, 0xff, 2],
            Some("truncated") => {
                Reply::write_found(&mut reply, id, &self.found);
                reply.truncate(reply.len() - 7);
            }
            Some("twice") => {
                Reply::write_found(&mut reply, id, &self.found);
            }
            Some(other) => panic!("no fault {other}"),
        }
        self.socket.write_all(&reply).map_err(|_| BlankReason::Failed)
    }
}

fn scrambled(count: u32) -> Vec<u8> {
    (0..count).map(|at| scramble(at) as u8).collect()
}

/// A number that looks nothing like `number`.
fn scramble(number: u32) -> u32 {
    let mixed = (number ^ (number >> 16)).wrapping_mul(0x7feb_352d);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x846c_a68b);
    mixed ^ (mixed >> 16)
}
