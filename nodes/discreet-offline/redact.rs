//! `discreet redact`: photographs without faces.

mod covers;
#[cfg(feature = "vision")]
mod tree;
#[cfg(feature = "vision")]
mod work;

use std::path::PathBuf;

use discreet_redact::Rotated;

use super::Answer;
use covers::Covers;

/// Covers faces, and other subjects on request, in photographs: as the guard does in a camera's images.
///
/// IN is a JPEG or PNG file, or a folder, whose tree is created again in OUT. The output has nothing but the
/// pixels: no EXIF, no thumbnail, no place; of several pictures in a file, such as an animation, the first. A picture
/// that is damaged or cannot be inspected is not written, and is reported.
///
/// No detector finds every face: look at the pictures before you pass them on.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  discreet redact party.jpg party-redacted.jpg
  discreet redact photos/ redacted/ --plates --text=pixelate
  discreet redact street.png out.png --boxes > boxes.json

Exit codes:
  0  all pictures are done
  1  some could not be read or inspected, are links or of another format, and are not in OUT; or there are none
  2  could not run: wrong usage, no models, OUT exists already (--force)")]
pub struct Redact {
    /// A JPEG or PNG file, or a folder.
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file or the folder to write.
    #[arg(value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    covers: Covers,
    /// Instead of areas, covers the whole picture: with a mosaic of six tiles along the short side.
    #[arg(long)]
    lowres: bool,
    /// The clockwise turn that makes the pictures upright, beyond what their EXIF says: 90, 180, 270, or `any`, which
    /// takes four times as long. The results are not turned.
    #[arg(long, value_name = "TURN", default_value = "0", hide_default_value = true, value_parser = turn)]
    rotated: Rotated,
    /// Prints the covered areas, a line of JSON for each picture: left, top, right and bottom in pixels of
    /// OUT. `--json` has them too.
    #[arg(long)]
    boxes: bool,
    /// Pictures in parallel. Default: one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Replaces existing files.
    #[arg(long)]
    force: bool,
    /// Answers with JSON.
    #[arg(long)]
    json: bool,
}

fn turn(word: &str) -> Result<Rotated, String> {
    let known = Rotated::ALL.into_iter().find(|turn| turn.name() == word);
    known.ok_or_else(|| "write 0, 90, 180, 270 or any".to_owned())
}

impl Redact {
    #[cfg(feature = "vision")]
    pub fn run(&self) -> anyhow::Result<Answer> {
        work::run(self)
    }

    #[cfg(not(feature = "vision"))]
    pub fn run(&self) -> anyhow::Result<Answer> {
        anyhow::bail!("this build cannot inspect images; build it with `--features vision`")
    }
}
