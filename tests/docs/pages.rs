//! The Markdown files of the repository, taken apart: fences, headings, prose.

use std::fs;
use std::path::{Path, PathBuf};

/// A Markdown file.
pub struct Page {
    /// Relative to the repository: `docs/lock.md`.
    pub name: String,
    /// All of its text.
    pub text: String,
    /// Its fenced blocks, in order.
    pub fences: Vec<Fence>,
    /// Lines outside of fences, with their numbers from 1.
    pub prose: Vec<(usize, String)>,
}

/// A fenced block.
pub struct Fence {
    /// The info string: `sh`, `yaml fragment`.
    pub info: String,
    /// The number of the line that opens it, from 1.
    pub line: usize,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Fence {
    /// The file that a comment in its first line names: `# porter.yaml`.
    pub fn file_name(&self) -> Option<&str> {
        let name = self.lines.first()?.strip_prefix("# ")?;
        (name.ends_with(".yaml") && !name.contains(' ')).then_some(name)
    }

    /// The file whose sections it changes, by its first line: `# into new.yaml`.
    pub fn edited_file(&self) -> Option<&str> {
        self.lines.first()?.strip_prefix("# into ")
    }

    /// The section that each top-level key begins: its first line, and the others.
    pub fn sections(&self) -> Vec<(&str, &[String])> {
        let is_key = |line: &String| line.starts_with(|c: char| c.is_ascii_lowercase());
        let starts: Vec<usize> = (0..self.lines.len()).filter(|at| is_key(&self.lines[*at])).collect();
        let ends = starts.iter().skip(1).copied().chain([self.lines.len()]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| (self.lines[*start].as_str(), &self.lines[start + 1..end]))
            .collect()
    }

    /// Its text, each line with its end.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the repository.
pub fn pages() -> Vec<Page> {
    let mut found = files(&["md"]).iter().map(|name| page(name)).collect::<Vec<_>>();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(found.iter().any(|page| page.name == "README.md"), "the repository has a README.md");
    found
}

/// One page.
pub fn page(name: &str) -> Page {
    let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (mut fences, mut prose, mut open) = (Vec::new(), Vec::new(), None::<Fence>);
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                open = Some(Fence { info: info.trim().into(), line: index + 1, lines: Vec::new() });
            }
            (Some(_), Some(fence)) => fences.push(fence),
            (None, Some(mut fence)) => {
                fence.lines.push(line.to_owned());
                open = Some(fence);
            }
            (None, None) => prose.push((index + 1, line.to_owned())),
        }
    }
    assert!(open.is_none(), "{name}: a fence is not closed");
    Page { name: name.to_owned(), text, fences, prose }
}

/// Names of the files with one of these extensions, relative to the repository. Made and hidden folders are left out.
pub fn files(extensions: &[&str]) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                let is_made =
                    ["target", "out", "build", "install", "log", "node_modules"].contains(&name.as_str());
                if !is_made && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extensions.iter().any(|one| extension == *one))
            {
                found.push(relative(&path));
            }
        }
    }
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

/// Code spans of the prose, with the number of the line at which their paragraph begins.
pub fn code_spans(page: &Page) -> Vec<(usize, String)> {
    let mut spans = Vec::new();
    for (line, paragraph) in paragraphs(page) {
        spans.extend(paragraph.split('`').skip(1).step_by(2).map(|span| (line, span.replace("\\|", "|"))));
    }
    spans
}

/// Paragraphs of the prose, each in one line. A row of a table is a paragraph.
fn paragraphs(page: &Page) -> Vec<(usize, String)> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut last = 0;
    for (number, line) in &page.prose {
        let continues = last + 1 == *number && !line.starts_with('|') && !line.starts_with('#');
        match paragraphs
            .last_mut()
            .filter(|(_, text)| continues && !text.is_empty() && !text.starts_with('|'))
        {
            Some((_, text)) if !line.trim().is_empty() => *text += &format!(" {}", line.trim()),
            _ => paragraphs.push((*number, line.trim().to_owned())),
        }
        last = *number;
    }
    paragraphs
}

#[test]
fn every_fence_says_what_it_is() {
    const KNOWN: [&str; 8] = ["yaml", "yaml fragment", "sh", "console", "text", "python", "xml", "rust"];
    // Its diagrams need none, and it is not a page for users.
    for page in pages().iter().filter(|page| page.name != "ARCHITECTURE.md") {
        for fence in &page.fences {
            assert!(
                KNOWN.contains(&fence.info.as_str()),
                "{}:{}: a fence has one of these info strings: {KNOWN:?}",
                page.name,
                fence.line
            );
        }
    }
}

#[test]
fn code_is_in_fences_where_it_is_checked() {
    for page in pages() {
        let mut blank = true;
        for (number, line) in &page.prose {
            assert!(
                !(blank && line.starts_with("    ")),
                "{}:{number}: put code into a fence with an info string",
                page.name
            );
            blank = line.trim().is_empty();
        }
    }
}

#[test]
fn every_page_opens_with_a_line_for_its_reader() {
    for page in pages().iter().filter(|page| page.name.starts_with("docs/")) {
        let mut prose = page.prose.iter().map(|(_, line)| line.as_str()).filter(|line| !line.is_empty());
        assert!(
            prose.next().is_some_and(|line| line.starts_with("# ")),
            "{} begins with its title",
            page.name
        );
        let opening = prose.next().unwrap_or_default();
        assert!(
            opening.starts_with("For ") && opening.contains(':'),
            "{}: the line after the title says who needs the page and why: `For the operator: ...`",
            page.name
        );
    }
}

#[test]
fn the_first_page_stays_short() {
    let lines = page("README.md").text.lines().count();
    assert!(lines <= 150, "README.md has {lines} lines; a first page has at most 150");
}
