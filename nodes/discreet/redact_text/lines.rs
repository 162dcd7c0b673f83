//! The lines of files, one after the other, each of bounded length.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The most bytes of a line, or of a key over several lines.
const LONGEST: usize = 16 << 20;
/// More lines than any private key has.
const MOST_LINES: usize = 512;

/// A line, or the few that belong together.
pub struct Piece {
    /// The name of the file.
    pub file: String,
    /// The number of its first line.
    pub line: usize,
    /// Without the end of the line.
    pub text: String,
    /// `\n`, `\r\n`, or nothing at the end of a file.
    pub end: &'static str,
}

impl Piece {
    /// Its place, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// Reads line by line.
pub struct Lines {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<OpenFile>,
    /// Lines that belong together are one piece.
    together: bool,
    ahead: Option<Piece>,
}

struct OpenFile {
    reader: BufReader<Box<dyn Read>>,
    name: String,
    line: usize,
}

impl Lines {
    pub fn new(files: &[PathBuf], together: bool) -> Lines {
        let files = if files.is_empty() { vec![PathBuf::from("-")] } else { files.to_vec() };
        Lines { files: files.into_iter(), open: None, together, ahead: None }
    }

    /// True if a read would wait.
    pub fn would_wait(&self) -> bool {
        self.ahead.is_none() && self.open.as_ref().is_none_or(|open| open.reader.buffer().is_empty())
    }

    /// The next piece; `None` at the end of the last file.
    pub fn next(&mut self) -> anyhow::Result<Option<Piece>> {
        let Some(mut piece) = self.line()? else { return Ok(None) };
        let mut lines = 1;
        while self.together && goes_on(&piece.text) && lines < MOST_LINES && piece.text.len() < LONGEST {
            match self.line()? {
                Some(next) if next.file == piece.file && continues(&piece.text, &next.text) => {
                    piece.text.push_str(piece.end);
                    piece.text.push_str(&next.text);
                    piece.end = next.end;
                    lines += 1;
                }
                other => {
                    self.ahead = other;
                    break;
                }
            }
        }
        Ok(Some(piece))
    }

    fn line(&mut self) -> anyhow::Result<Option<Piece>> {
        if let Some(piece) = self.ahead.take() {
            return Ok(Some(piece));
        }
        loop {
            if let Some(open) = &mut self.open {
                if let Some(piece) = open.line()? {
                    return Ok(Some(piece));
                }
                self.open = None;
            }
            match self.files.next() {
                Some(file) => self.open = Some(OpenFile::new(&file)?),
                None => return Ok(None),
            }
        }
    }
}

impl OpenFile {
    fn new(path: &Path) -> anyhow::Result<OpenFile> {
        let (name, reader): (_, Box<dyn Read>) = match path.to_str() {
            Some("-") => ("<stdin>".to_owned(), Box::new(io::stdin())),
            _ => {
                let name = path.display().to_string();
                let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
                (name, Box::new(file))
            }
        };
        Ok(OpenFile { reader: BufReader::new(reader), name, line: 0 })
    }

    fn line(&mut self) -> anyhow::Result<Option<Piece>> {
        let (mut bytes, name) = (Vec::new(), &self.name);
        let most = LONGEST as u64 + 1;
        let read = (&mut self.reader).take(most).read_until(b'\n', &mut bytes);
        if read.with_context(|| format!("cannot read {name}"))? == 0 {
            return Ok(None);
        }
        self.line += 1;
        let line = self.line;
        if bytes.len() > LONGEST {
            anyhow::bail!("{name}:{line}: the line has more than {} MiB", LONGEST >> 20);
        }
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let column = error.utf8_error().valid_up_to() + 1;
            anyhow::anyhow!("{name}:{line}: not UTF-8 text: byte {column} of the line begins no character")
        })?;
        let end = ["\r\n", "\n"].into_iter().find(|end| text.ends_with(end)).unwrap_or_default();
        text.truncate(text.len() - end.len());
        Ok(Some(Piece { file: name.clone(), line, text, end }))
    }
}

/// True if the next line may belong to it.
fn goes_on(text: &str) -> bool {
    let last = text.rsplit('\n').next().unwrap_or(text);
    (text.contains("-----BEGIN ") && !last.contains("-----END ")) || is_zone(last)
}

fn continues(text: &str, next: &str) -> bool {
    text.contains("-----BEGIN ") || is_zone(next)
}

/// A line of a machine-readable zone.
fn is_zone(line: &str) -> bool {
    let line = line.trim();
    matches!(line.len(), 30 | 36 | 44)
        && line.contains('<')
        && line.bytes().all(|byte| byte == b'<' || byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
