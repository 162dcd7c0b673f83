//! The pictures to redact, and the place of each result.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use discreet_redact::{CompressedFormat, kind};

use crate::new_file::are_same;

const IN_PLACE: &str = "pictures are never redacted in place";

/// A picture and the path of its result.
pub struct Job {
    /// The picture.
    pub from: PathBuf,
    /// The path of its result.
    pub to: PathBuf,
}

/// All pictures, and the files that are skipped.
#[derive(Default)]
pub struct Jobs {
    /// The pictures.
    pub pictures: Vec<Job>,
    /// Files that are neither JPEG nor PNG, and links, which are not followed.
    pub skipped: Vec<Skipped>,
}

/// A file that is not in OUT.
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub why: &'static str,
    /// True if it may be a picture, which the user expects in OUT.
    pub may_be_picture: bool,
}

/// Finds the pictures in `input`: itself, or all in the folder.
pub fn jobs(input: &Path, output: &Path) -> anyhow::Result<Jobs> {
    let shown = input.display();
    let found = fs::metadata(input).with_context(|| format!("cannot read {shown}"))?;
    if are_same(input, output) {
        bail!("IN and OUT are the same; {IN_PLACE}");
    }
    if output == Path::new("-") {
        bail!("OUT is a file or a folder; standard output is not possible");
    }
    let mut jobs = Jobs::default();
    if !found.is_dir() {
        if !found.is_file() {
            bail!("{shown} is neither a file nor a folder");
        }
        if format(input).with_context(|| format!("cannot read {shown}"))?.is_none() {
            bail!("{shown} is neither JPEG nor PNG");
        }
        // As `cp` does.
        let name = input.file_name().filter(|_| output.is_dir());
        let to = name.map_or_else(|| output.to_owned(), |name| output.join(name));
        if are_same(input, &to) {
            bail!("{} is IN itself; {IN_PLACE}", to.display());
        }
        if to.extension().is_some() && format_of(&to).is_none() {
            bail!("{} is not named as a JPEG or PNG file, and only these are written", to.display());
        }
        jobs.pictures.push(Job { from: input.to_owned(), to });
        return Ok(jobs);
    }
    if is_within(output, input)? || is_within(input, output)? {
        bail!("one of IN and OUT is inside the other");
    }
    if output.exists() && !output.is_dir() {
        bail!("IN is a folder, and {} is not", output.display());
    }
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let place = input.join(&folder);
        let entries = fs::read_dir(&place).with_context(|| format!("cannot read {}", place.display()))?;
        for entry in entries {
            let entry = entry?;
            let (name, kind) = (folder.join(entry.file_name()), entry.file_type()?);
            let from = input.join(&name);
            if kind.is_dir() {
                if output.join(&name).is_symlink() {
                    // It may lead to IN.
                    bail!("{} is a link, and OUT may have no links to folders", output.join(&name).display());
                }
                folders.push(name);
            } else if kind.is_file() && is_picture(&from) {
                jobs.pictures.push(Job { to: output.join(&name), from });
            } else {
                jobs.skipped.push(skipped(from, kind));
            }
        }
    }
    jobs.pictures.sort_by(|one, other| one.from.cmp(&other.from));
    jobs.skipped.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(jobs)
}

fn skipped(path: PathBuf, kind: fs::FileType) -> Skipped {
    let (why, may_be_picture) = if kind.is_symlink() {
        ("a link, and links are not followed", true)
    } else if !kind.is_file() {
        ("neither file nor folder", false)
    } else if is_of_other_format(&path) {
        ("a picture or video of another format: only JPEG and PNG are redacted", true)
    } else {
        ("not a picture", false)
    };
    Skipped { path, why, may_be_picture }
}

/// By its name or its first bytes: the formats of cameras and telephones, and those that people send each other.
fn is_of_other_format(path: &Path) -> bool {
    is_called_so(path) || first_bytes(path).is_ok_and(|start| begins_so(&start))
}

/// WebP, BMP, TIFF in either byte order, GIF, HEIF and AVIF.
fn begins_so(start: &[u8]) -> bool {
    let family = start.get(4..8) == Some(b"ftyp");
    let webp = start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP");
    let others: [&[u8]; 4] = [b"BM", b"II*\0", b"MM\0*", b"GIF8"];
    family || webp || others.iter().any(|other| start.starts_with(other))
}

fn is_called_so(path: &Path) -> bool {
    const OTHERS: [&str; 24] = [
        "webp", "gif", "tif", "tiff", "bmp", "heic", "heif", "avif", "jxl", "jp2", "svg", "ppm", "pgm",
        "dng", "cr2", "nef", "arw", "raw", "mp4", "mov", "avi", "mkv", "webm", "pdf",
    ];
    let extension = path.extension().map(|name| name.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| OTHERS.contains(&extension.as_str()))
}

/// By its first bytes. A file that cannot be opened, or has the name of a picture without being one, counts
/// too, so that its failure is reported.
fn is_picture(path: &Path) -> bool {
    format_of(path).is_some() || format(path).is_ok_and(|format| format.is_some())
}

/// The format that a file's name asks for.
pub fn format_of(path: &Path) -> Option<CompressedFormat> {
    match path.extension()?.to_string_lossy().to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => Some(CompressedFormat::Jpeg),
        "png" => Some(CompressedFormat::Png),
        _ => None,
    }
}

fn format(path: &Path) -> std::io::Result<Option<CompressedFormat>> {
    Ok(kind(&first_bytes(path)?))
}

fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut start)?;
    Ok(start)
}

/// Is `inner`, which may not exist yet, in the folder `outer`?
fn is_within(inner: &Path, outer: &Path) -> anyhow::Result<bool> {
    let Ok(outer) = outer.canonicalize() else { return Ok(false) };
    let inner = std::path::absolute(inner)?;
    let there = inner.ancestors().find_map(|part| part.canonicalize().ok());
    Ok(there.is_some_and(|there| there.starts_with(&outer)))
}
