//! `discreet redact`: photographs without faces.

mod covers;
#[cfg(feature = "vision")]
mod tree;
#[cfg(feature = "vision")]
mod work;

use std::path::PathBuf;

use super::Answer;
use covers::Covers;

/// Covers faces, and other subjects on request, in photographs: as the guard does in a camera's images.
///
/// IN is a JPEG or PNG file, or a folder, whose tree is created again in OUT. The output has nothing but the
/// pixels: no EXIF, no thumbnail, no place. A picture that cannot be read or inspected is not written, and is
/// reported.
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
    /// Prints the covered areas, a line of JSON for each picture: left, top, right and bottom in pixels of
    /// OUT.
    #[arg(long, conflicts_with = "json")]
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
