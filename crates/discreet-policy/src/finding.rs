//! Findings: mistakes in a file, with their place and remedy.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use discreet_host::steps;

/// A place in a file: its start, for people, and its bytes, for the renderer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is used; a person should read this.
    Warning,
}

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Error or warning.
    pub severity: Severity,
    /// A stable name for the rule that was broken, such as `unknown-class`.
    pub code: &'static str,
    /// The mistake.
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
    /// The place.
    #[serde(flatten)]
    pub span: Span,
}

impl Finding {
    /// An error: the file is refused.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), help: None, span }
    }

    /// A warning.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// True if one of them is an error.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Renders findings in the style of rustc: the offending line, marked, and the remedy.
pub fn render(findings: &[Finding], file: &str, text: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for finding in findings {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let span = marked_bytes(finding.span, text);
        let snippet = Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(span));
        let mut group =
            Group::with_title(level.primary_title(&finding.message).id(finding.code)).element(snippet);
        if let Some(help) = &finding.help {
            group = group.element(Level::HELP.message(help));
        }
        out.push_str(&renderer.render(&[group]));
        out.push_str("\n\n");
    }
    out
}

/// Findings with their places, for logs and answers that others read: without the file's lines, and without words of
/// the texts to hide, which are people's names.
pub(super) fn places(findings: &[Finding], file: &str, text: &str) -> String {
    let personal = personal(text).to_lowercase();
    let shown = findings.iter().map(|finding| {
        let Finding { severity, code, message, help, span } = finding;
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Span { line, column, .. } = span;
        let help = help.iter().map(|help| format!("; {}", masked(help, &personal)));
        let help = help.collect::<String>();
        format!("{file}:{line}:{column}: {severity}[{code}]: {}{help}", masked(message, &personal))
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// The part of a policy, perhaps with errors, that names personal texts, up to its end.
fn personal(text: &str) -> &str {
    let from = ["personal_data", "hide:", "allow:"].iter().filter_map(|key| text.find(key)).min();
    from.and_then(|from| text.get(from..)).unwrap_or_default()
}

/// A message in which quoted words are left out that stand in `personal`, which is in small letters.
fn masked(message: &str, personal: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut quoting = None;
    let mut inside = String::new();
    for letter in message.chars() {
        match quoting {
            Some(quote) if letter == quote => {
                let words = inside.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
                let mut words = words.map(str::to_lowercase);
                shown.push_str(if words.any(|word| personal.contains(&word)) { "…" } else { &inside });
                shown.push(letter);
                inside.clear();
                quoting = None;
            }
            Some(_) => inside.push(letter),
            None => {
                shown.push(letter);
                quoting = matches!(letter, '`' | '"').then_some(letter);
            }
        }
    }
    // A quotation without an end.
    shown + if inside.is_empty() { "" } else { "…" }
}

/// The bytes to mark: within the text, on character boundaries, and never more than the rest of the first line.
fn marked_bytes(span: Span, text: &str) -> std::ops::Range<usize> {
    let start = floor_boundary(text, span.start);
    let line_end =
        text.get(start..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |at| start + at);
    let end = floor_boundary(text, span.end).clamp(start, line_end.max(start));
    start..end
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Text from a file as it may be shown: control characters and characters that reorder or hide others are written out,
/// so that it cannot steer a terminal or look like another text.
pub fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || is_invisible(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Characters without a shape: separators of lines, marks and overrides of direction (Unicode Standard Annex 9), joiners
/// and blanks of no width, fillers, tags.
const fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A name from a file as it may be shown: in backticks, without control characters, cut when long.
pub fn quoted(name: &str) -> String {
    const SHOWN: usize = 80;
    let mut shown: String = plain(&name.chars().take(SHOWN).collect::<String>());
    if name.chars().count() > SHOWN {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The most names that are compared with a mistyped one. A file may have thousands of either.
const COMPARED: usize = 64;

/// The known name closest to a mistyped one, if one is close.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing is quadratic in length: longer than any real name is not a typing mistake.
    if name.len() > 256 {
        return None;
    }
    known
        .into_iter()
        .filter(|candidate| {
            candidate.len() <= 256 && candidate.len().abs_diff(name.len()) <= candidate.len() / 3 + 3
        })
        .take(COMPARED)
        .map(|candidate| {
            steps::count(name.len() * candidate.len());
            (strsim::damerau_levenshtein(name, candidate), candidate)
        })
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean …?", or else the names there are, or else `otherwise`.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone, otherwise: &str) -> String {
    if let Some(close) = closest(name, known.clone()) {
        return format!("did you mean {}?", quoted(close));
    }
    let mut names: Vec<String> = known.into_iter().take(9).map(quoted).collect();
    match names.len() {
        0 => otherwise.to_owned(),
        9 => {
            names.truncate(8);
            format!("known: {}, …", names.join(", "))
        }
        _ => format!("known: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_file_cannot_write_to_the_terminal() {
        assert_eq!(quoted("a\u{1b}[2Jb"), "`a\\u{1b}[2Jb`");
        assert!(quoted(&"x".repeat(1000)).chars().count() < 100);
    }

    #[test]
    fn what_others_read_says_where_and_what_and_no_name() {
        let text = "robot: r\npersonal_data:\n  hide: { persn: [Ada Lovelace] }\n";
        let span = Span { line: 3, column: 11, start: 0, end: 9 };
        let findings = [
            Finding::error("unknown-kind", span, "there is no kind `persn`").help("did you mean `person`?"),
            Finding::error("wrong-text", span, "`Ada` is not \"lovelace, ada\" in `topics`"),
            Finding::error("yaml", span, "unfinished `Lovelace"),
        ];
        let shown = places(&findings, "p.yaml", text);
        assert!(!shown.to_lowercase().contains("ada") && !shown.contains("ovelace"), "{shown}");
        assert!(shown.contains("p.yaml:3:11: error[unknown-kind]"), "{shown}");
        assert!(shown.contains("did you mean `person`?") || shown.contains("`…`"), "{shown}");
        assert!(shown.contains("in `topics`"), "{shown}");
    }

    #[test]
    fn a_span_beyond_the_text_still_renders() {
        let beyond = Span { line: 9, column: 9, start: 500, end: 900 };
        let shown = render(&[Finding::error("test", beyond, "wrong")], "f.yaml", "é", false);
        assert!(shown.contains("error[test]: wrong"), "{shown}");
    }
}
