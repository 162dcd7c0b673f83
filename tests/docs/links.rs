//! Links point to existing files and headings.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::pages::{Page, files, pages, root};

/// Targets of the links and images of a page, with their lines.
fn links(page: &Page) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in &page.prose {
        let line = without_code(line);
        let mut rest = line.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let (target, after) = after.split_once(')').unwrap_or((after, ""));
            found.push((*number, target.to_owned()));
            rest = after;
        }
    }
    found
}

/// A link within backticks is not one; the backticks of a link's own text stay out as well.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The anchors of a page, as GitHub makes them.
fn anchors(page: &Page) -> HashSet<String> {
    let mut times: HashMap<String, usize> = HashMap::new();
    let headings = page.prose.iter().filter_map(|(_, line)| {
        let text = line.trim_start_matches('#');
        (line.starts_with('#') && text.starts_with(' ')).then_some(text.trim())
    });
    headings
        .map(|heading| {
            let anchor = anchor(heading);
            let before = times.entry(anchor.clone()).or_default();
            *before += 1;
            if *before == 1 { anchor } else { format!("{anchor}-{}", *before - 1) }
        })
        .collect()
}

/// Lower case; letters, digits, `-` and `_` stay, a space becomes `-`, the rest goes.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// `docs/../README.md` becomes `README.md`; nothing if it leaves the repository.
fn resolved(page: &str, target: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in Path::new(page).parent()?.join(target).components() {
        match part {
            Component::ParentDir => path.pop().then_some(())?,
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(path)
}

#[test]
fn every_relative_link_points_to_a_file_and_a_heading_that_are_there() {
    let pages = pages();
    let anchors: HashMap<&str, HashSet<String>> =
        pages.iter().map(|page| (page.name.as_str(), anchors(page))).collect();
    let (mut broken, mut checked) = (Vec::new(), 0);
    for page in &pages {
        for (line, target) in links(page) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, heading) =
                target.split_once('#').map_or((target.as_str(), None), |(f, h)| (f, Some(h)));
            let path =
                if file.is_empty() { Some(page.name.clone().into()) } else { resolved(&page.name, file) };
            let Some(path) = path.filter(|path| root().join(path).exists()) else {
                broken.push(format!("{}:{line}: {target}: there is no such file", page.name));
                continue;
            };
            let has =
                |heading: &str| anchors.get(path.to_str().unwrap()).is_some_and(|all| all.contains(heading));
            if heading.is_some_and(|heading| !has(heading)) {
                broken.push(format!("{}:{line}: {target}: there is no such heading", page.name));
            }
        }
    }
    assert!(checked > 100, "only {checked} links were found: does the search work?");
    println!("{checked} links");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_of_docs_is_in_the_index_of_the_readme() {
    let readme = crate::pages::page("README.md");
    let linked: HashSet<String> = links(&readme).into_iter().map(|(_, target)| target).collect();
    for page in pages().iter().filter(|page| page.name.starts_with("docs/")) {
        assert!(linked.contains(&page.name), "README.md does not link to {}", page.name);
    }
}

#[test]
fn code_and_messages_name_pages_that_are_there() {
    let (mut broken, mut checked) = (Vec::new(), 0);
    let kinds = ["rs", "py", "sh", "xml", "yaml", "service", "msg", "srv", "toml", "txt"];
    let tools = fs::read_dir(root().join("tools")).unwrap().map(|entry| entry.unwrap().path());
    let tools = tools
        .filter(|path| path.is_file())
        .map(|path| format!("tools/{}", path.file_name().unwrap().to_str().unwrap()));
    for name in files(&kinds).into_iter().chain(tools) {
        let Ok(text) = fs::read_to_string(root().join(&name)) else { continue };
        for (at, _) in text.match_indices("docs/") {
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
            let word: String = text[at..].chars().take_while(|c| is_word(*c)).collect();
            let Some(end) = word.find(".md") else { continue };
            checked += 1;
            if !root().join(&word[..end + 3]).exists() {
                broken.push(format!("{name}: {word}"));
            }
        }
    }
    assert!(checked > 20, "only {checked} names of pages were found: does the search work?");
    println!("{checked} names of pages in code");
    assert!(broken.is_empty(), "these pages are not there: {broken:#?}");
}

#[test]
fn every_path_in_backticks_exists() {
    const FOLDERS: [&str; 12] = [
        "crates/",
        "tests/",
        "nodes/",
        "launch/",
        "policies/",
        "interfaces/",
        "examples/",
        "demo/",
        "sim/",
        "docs/",
        "python/",
        "data/",
    ];
    let (mut absent, mut checked) = (Vec::new(), 0);
    for page in pages() {
        for (line, span) in crate::pages::code_spans(&page) {
            let is_path =
                FOLDERS.iter().any(|folder| span.starts_with(folder)) && !span.contains([' ', '*', '<', '{']);
            if !is_path {
                continue;
            }
            checked += 1;
            if !root().join(&span).exists() {
                absent.push(format!("{}:{line}: {span}", page.name));
            }
        }
    }
    println!("{checked} paths");
    assert!(checked > 50, "only {checked} paths were found: does the search work?");
    assert!(absent.is_empty(), "these are not there: {absent:#?}");
}

#[test]
fn anchors_are_made_as_github_makes_them() {
    for (heading, expected) in [
        ("QoS and loss", "qos-and-loss"),
        ("The format, to the byte", "the-format-to-the-byte"),
        ("`Denied`: why?", "denied-why"),
        ("What it protects, and what it does not", "what-it-protects-and-what-it-does-not"),
    ] {
        assert_eq!(anchor(heading), expected);
    }
}
