//! Tags, line ends and characters that YAML takes, and that a person reads as something else. A policy needs none of
//! them.

use granit_parser::{Event, Parser, Span as Place};

use super::finding::{Finding, Span, quoted};
use super::tree::{self, FileLimits, Node};

/// A file as read, and the faults of its writing.
pub(super) struct Written {
    pub node: Node,
    pub findings: Vec<Finding>,
}

/// Reads a file into a tree. If that fails, the error comes with the characters that may be its cause.
pub(super) fn read(text: &str, limits: &FileLimits) -> Result<Written, Vec<Finding>> {
    let mut findings = characters(text);
    match tree::read(text, limits) {
        Ok(node) => {
            findings.extend(tags(text));
            Ok(Written { node, findings })
        }
        Err(finding) => {
            findings.push(finding);
            Err(findings)
        }
    }
}

/// Characters for which YAML and an editor disagree on the end of a line or on the order of its letters.
///
/// At most a hundred: each counts the letters before it in its line.
fn characters(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut line, mut line_start) = (1, 0);
    for (at, letter) in text.char_indices() {
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let span = || {
            let column = text.get(line_start..at).unwrap_or_default().chars().count() + 1;
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            Span { line, column, start: at, end: at + letter.len_utf8() }
        };
        let code = u32::from(letter);
        match letter {
            '\r' if !rest.starts_with('\n') => {
                let message = "a carriage return alone ends a line here, and most editors do not show it";
                let help = "what follows may look like a part of the line before it, such as its comment; end lines \
                            with a line feed";
                findings.push(Finding::error("hidden-line-end", span(), message).help(help));
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => {
                let message =
                    format!("U+{code:04X} looks like the end of a line in some editors; in YAML it is not");
                let help = format!("take it out; in a text write it as `\"\\u{code:04x}\"`");
                findings.push(Finding::error("hidden-line-end", span(), message).help(help));
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let message = format!(
                    "U+{code:04X} changes the order in which letters are shown, not that in which they are read"
                );
                let help = format!("take it out; in a text write it as `\"\\u{code:04x}\"`");
                findings.push(Finding::error("hidden-order", span(), message).help(help));
            }
            _ => {}
        }
        if findings.len() >= 100 {
            break;
        }
        if letter == '\n' || (letter == '\r' && !rest.starts_with('\n')) {
            (line, line_start) = (line + 1, at + 1);
        }
    }
    findings
}

/// Tags, `!foo` and `!!int`: no key of a policy takes one, and the parser ignores most of them.
fn tags(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The same text was read into a tree before, so the parser stays within the limits.
    for (event, place) in Parser::new_from_str(text).map_while(Result::ok) {
        let tag = match &event {
            Event::Scalar(_, _, _, tag)
            | Event::SequenceStart(_, _, tag)
            | Event::MappingStart(_, _, tag) => tag,
            _ => &None,
        };
        let Some(tag) = tag else { continue };
        let message = format!("{} is a tag, and a policy has none", quoted(&tag.original()));
        let help = "take it out; where text begins with `!`, put it in quotes";
        findings.push(Finding::error("tag", span(&place), message).help(help));
    }
    findings
}

fn span(place: &Place) -> Span {
    let place = place.tag_span().unwrap_or(*place);
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let start = place.start.byte_offset().unwrap_or_default();
    Span {
        line: narrow(place.start.line()),
        column: narrow(place.start.col() + 1),
        start,
        end: place.end.byte_offset().unwrap_or(start).max(start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(&'static str, u32, u32)> {
        let findings =
            read(text, &FileLimits::FILE).map_or_else(|findings| findings, |written| written.findings);
        findings.iter().map(|finding| (finding.code, finding.span.line, finding.span.column)).collect()
    }

    #[test]
    fn a_tag_is_found_wherever_it_stands() {
        assert_eq!(codes("a: 'no !tag'\nb: no!tag # !tag\n\"!c\": \"!tag\"\n"), []);
        for (text, place) in [
            ("a: !foo clear\n", ("tag", 1, 4)),
            ("a: !!int \"3\"\n", ("tag", 1, 4)),
            ("a:\n  - !<tag:example.com,2000:x> b\n", ("tag", 2, 5)),
            ("a: !m { b: c }\n", ("tag", 1, 4)),
            ("a: !l [b]\n", ("tag", 1, 4)),
            ("!key a: b\n", ("tag", 1, 1)),
            ("a: ! b\n", ("tag", 1, 4)),
        ] {
            assert_eq!(codes(text), [place], "{text}");
        }
    }

    #[test]
    fn a_line_end_that_editors_hide_is_found() {
        assert_eq!(codes("a: 1\r\nb: 2\r\n"), []);
        assert_eq!(codes("a: 1 # hidden\rb: 2\nc: 3\n"), [("hidden-line-end", 1, 14)]);
        assert_eq!(codes("a: 1\n# hidden\u{2028}b: 2\n"), [("hidden-line-end", 2, 9)]);
        assert_eq!(codes("a: \"x\u{202e}y\"\n"), [("hidden-order", 1, 6)]);
        assert_eq!(codes("a: \"x\\u202ey \\u2028\"\n"), [], "written out, everybody sees it");
    }
}
