//! Escapes of one layer: percent (RFC 3986), entities and inline tags of HTML, and the backslashes of JSON and of
//! programming languages.

mod wildcard;

use wildcard::is_wildcard;

/// The meaning of an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A character.
    Letter(char),
    /// Nothing: a tag that a reader does not see.
    Nothing,
}

/// The escape that begins at `at`: its meaning and its end.
pub(super) fn escape(text: &str, at: usize) -> Option<(Meaning, usize)> {
    let rest = text.get(at..)?;
    let (meaning, length) = match rest.as_bytes().first()? {
        b'%' if !is_wildcard(text, at) => percent(rest).map(letter)?,
        b'&' => entity(rest).map(letter)?,
        b'\\' => backslash(text, at).map(letter)?,
        b'+' => plus(text, at).map(letter)?,
        b'<' => tag(rest)?,
        _ => return None,
    };
    Some((meaning, at + length))
}

fn letter((c, length): (char, usize)) -> (Meaning, usize) {
    (Meaning::Letter(c), length)
}

/// One character in UTF-8, each byte as `%` and two digits. One byte of Latin-1 alone is read too.
fn percent(rest: &str) -> Option<(char, usize)> {
    let byte = |number: usize| {
        let at = number * 3;
        let digits = rest.get(at..at + 3)?.strip_prefix('%')?;
        if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            u8::from_str_radix(digits, 16).ok()
        } else {
            None
        }
    };
    let first = byte(0)?;
    let length = match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => 0,
    };
    let mut bytes = [0; 4];
    let whole = bytes.iter_mut().take(length).enumerate().all(|(number, to)| {
        byte(number).is_some_and(|byte| {
            *to = byte;
            true
        })
    });
    let utf8 =
        bytes.get(..length).filter(|_| whole && length > 0).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match utf8.and_then(|text| text.chars().next()) {
        Some(c) => Some((c, length * 3)),
        // A blank or a letter of Latin-1.
        None => (first >= 0xa0).then(|| (char::from(first), 3)),
    }
}

/// A `+` in the query of an address is a blank. In other text it is a sign.
fn plus(text: &str, at: usize) -> Option<(char, usize)> {
    const LONGEST: usize = 256;
    let bytes = text.as_bytes();
    let alnum = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if !alnum(at.checked_sub(1).and_then(|before| bytes.get(before))) || !alnum(bytes.get(at + 1)) {
        return None;
    }
    let inside = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'<' | b'>');
    let mut before = bytes.get(..at)?.iter().rev().take(LONGEST).take_while(inside);
    let mut behind = bytes.get(at..)?.iter().take(LONGEST).take_while(inside);
    // `mail=ada+hotel@example.com` has a plus of its own.
    (before.any(|byte| *byte == b'=') && !behind.any(|byte| *byte == b'@')).then_some((' ', 1))
}

/// `&#52;`, `&#x34;`, `&nbsp;`.
fn entity(rest: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = rest.get(1..end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = match hexadecimal {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)?
        }
        None => named(name)?,
    };
    Some((c, end + 1))
}

/// Characters with a name in HTML 4: signs, blanks, and Latin letters with accents, by letter and accent.
fn named(name: &str) -> Option<char> {
    const SIGNS: [(&str, char); 42] = [
        ("nbsp", '\u{a0}'),
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("ensp", '\u{2002}'),
        ("emsp", '\u{2003}'),
        ("thinsp", '\u{2009}'),
        ("hairsp", '\u{200a}'),
        ("numsp", '\u{2007}'),
        ("puncsp", '\u{2008}'),
        ("zwnj", '\u{200c}'),
        ("zwj", '\u{200d}'),
        ("lrm", '\u{200e}'),
        ("rlm", '\u{200f}'),
        ("shy", '\u{ad}'),
        ("hyphen", '-'),
        ("dash", '-'),
        ("minus", '-'),
        ("ndash", '-'),
        ("mdash", '-'),
        ("lsquo", '\''),
        ("rsquo", '\''),
        ("ldquo", '"'),
        ("rdquo", '"'),
        ("laquo", '"'),
        ("raquo", '"'),
        ("middot", '\u{b7}'),
        ("bull", '\u{2022}'),
        ("commat", '@'),
        ("period", '.'),
        ("comma", ','),
        ("colon", ':'),
        ("sol", '/'),
        ("plus", '+'),
        ("lowbar", '_'),
        ("num", '#'),
        ("szlig", 'ß'),
        ("aelig", 'æ'),
        ("oslash", 'ø'),
        ("aring", 'å'),
    ];
    const ACCENTS: [(&str, char); 6] = [
        ("uml", '\u{308}'),
        ("acute", '\u{301}'),
        ("grave", '\u{300}'),
        ("circ", '\u{302}'),
        ("tilde", '\u{303}'),
        ("cedil", '\u{327}'),
    ];
    if let Some((_, c)) = SIGNS.iter().find(|(known, _)| *known == name) {
        return Some(*c);
    }
    let mut letters = name.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    let (_, accent) = ACCENTS.iter().find(|(known, _)| *known == letters.as_str())?;
    unicode_normalization::char::compose(letter, *accent)
}

/// `\u00e9`, `\u{e9}`, `\U000000e9`, `\xe9`, `\033`, `\"`, `\/`, and `\n` outside of a path. More backslashes are one: each
/// layer of JSON doubles them.
fn backslash(text: &str, at: usize) -> Option<(char, usize)> {
    const MOST: usize = 8;
    let rest = text.get(at..)?;
    let bytes = rest.as_bytes();
    let slashes = bytes.iter().take(MOST).take_while(|byte| **byte == b'\\').count();
    let behind = |count: usize| {
        let digits = rest.get(slashes + 1..slashes + 1 + count)?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let coded = |count: usize| Some((behind(count)?, slashes + 1 + count));
    let (code, length) = match bytes.get(slashes)? {
        b'u' if bytes.get(slashes + 1) == Some(&b'{') => {
            let digits = rest.get(slashes + 2..)?.split('}').next().filter(|digits| digits.len() <= 6)?;
            (u32::from_str_radix(digits, 16).ok()?, slashes + 3 + digits.len())
        }
        b'u' => surrogates(rest, slashes).or_else(|| coded(4))?,
        b'U' => coded(8)?,
        b'x' => coded(2)?,
        quote @ (b'"' | b'\'' | b'/') => (u32::from(*quote), slashes + 1),
        b'n' | b'r' if !is_folder(text, at, slashes) => (u32::from('\n'), slashes + 1),
        b't' if !is_folder(text, at, slashes) => (u32::from('\t'), slashes + 1),
        b'e' if bytes.get(slashes + 1) == Some(&b'[') => (0x1b, slashes + 1),
        b'0' if rest.get(slashes..).is_some_and(|rest| rest.starts_with("033[")) => (0x1b, slashes + 3),
        _ => return None,
    };
    Some((char::from_u32(code)?, length))
}

/// Is the small letter behind the backslashes at `at` the first of a folder, and not `n`, `r` or `t` as an escape: in
/// `C:\temp\new`, `\\server\new`, or `\temp\cells` at the beginning of a text?
fn is_folder(text: &str, at: usize, slashes: usize) -> bool {
    const LONGEST: usize = 128;
    let bytes = text.as_bytes();
    if !bytes.get(at + slashes + 1).is_some_and(u8::is_ascii_lowercase) {
        return false;
    }
    let head = bytes.get(..at).unwrap_or_default();
    let outside =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'=' | b'(' | b',' | b';');
    let length = head.iter().rev().take(LONGEST).take_while(|byte| !outside(byte)).count();
    let path = head.get(at - length..).unwrap_or_default();
    at == 0 && is_path(bytes.get(slashes..).unwrap_or_default())
        || matches!(path, [b'a'..=b'z' | b'A'..=b'Z', b':', ..] | [b'\\', b'\\', ..] | [b'/', ..])
}

/// Is a text behind a backslash a path: `temp`, `temp\\cells x`? That of an escape goes on behind its first word,
/// `nroom 412`, and has no other backslash in that word but those of escapes.
fn is_path(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b':' | b'='));
    let word = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let other =
        |pair: &[u8]| matches!(pair, [b'\\', next] if !matches!(next, b'n' | b'r' | b't' | b'\\' | b'"'));
    end.is_none() || word.windows(2).any(other)
}

/// The end of a colour or another instruction for a console, behind its escape character at `at`: `[1;31m`.
pub(super) fn colour(text: &str, at: usize) -> usize {
    const LONGEST: usize = 32;
    let Some(rest) = text.as_bytes().get(at..).and_then(|rest| rest.strip_prefix(b"[")) else { return at };
    let inside = |byte: &&u8| matches!(byte, b'0'..=b'9' | b';' | b':' | b'?');
    let length = rest.iter().take(LONGEST).take_while(inside).count();
    // A longer number is not hidden in it.
    let short = rest
        .get(..length)
        .is_some_and(|all| all.split(|byte| !byte.is_ascii_digit()).all(|one| one.len() < 4));
    let ends = rest.get(length).is_some_and(u8::is_ascii_alphabetic);
    if short && ends { at + length + 2 } else { at }
}

/// A character beyond U+FFFF, as two units of UTF-16.
fn surrogates(rest: &str, slashes: usize) -> Option<(u32, usize)> {
    let unit = |at: usize| u32::from_str_radix(rest.get(at..at + 4)?, 16).ok();
    let high = unit(slashes + 1).filter(|unit| (0xd800..0xdc00).contains(unit))?;
    let second = slashes + 5;
    let more = rest.as_bytes().get(second..)?.iter().take_while(|byte| **byte == b'\\').count();
    let low = unit(second + more + 1).filter(|unit| (0xdc00..0xe000).contains(unit))?;
    let is_unit = (1..=8).contains(&more) && rest.as_bytes().get(second + more) == Some(&b'u');
    is_unit.then_some((0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), second + more + 5))
}

/// A tag of HTML that stands inside of a line, or ends one.
fn tag(rest: &str) -> Option<(Meaning, usize)> {
    const LONGEST: usize = 256;
    const INLINE: [&str; 22] = [
        "b", "i", "u", "s", "em", "strong", "span", "font", "a", "mark", "sub", "sup", "small", "big",
        "code", "tt", "del", "ins", "wbr", "abbr", "kbd", "bdi",
    ];
    const BLOCK: [&str; 16] = [
        "br", "p", "div", "td", "th", "tr", "li", "ul", "ol", "h1", "h2", "h3", "h4", "table", "tbody", "hr",
    ];
    let inner = rest.get(1..)?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name_end = inner.bytes().take(8).position(|byte| !byte.is_ascii_alphanumeric())?;
    let name = inner.get(..name_end).filter(|name| !name.is_empty())?;
    if !matches!(inner.as_bytes().get(name_end), Some(b'>' | b' ' | b'/')) {
        return None;
    }
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b'>')? + 1;
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    if INLINE.iter().any(is) {
        Some((Meaning::Nothing, end))
    } else if BLOCK.iter().any(is) {
        Some((Meaning::Letter(if name.eq_ignore_ascii_case("td") { '\t' } else { '\n' }), end))
    } else {
        None
    }
}

/// The text between the `<` and `>` of the escape at `at`, if it is a tag with more than a name.
pub(super) fn content(text: &str, at: std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    let inner = text.get(at.clone())?.strip_prefix('<')?.strip_suffix('>')?;
    let name = inner.trim_matches(['/', ' ']);
    let more = name.contains(|c: char| !c.is_ascii_alphanumeric());
    more.then_some(at.start + 1..at.end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_start(text: &str) -> Option<(Meaning, usize)> {
        escape(text, 0)
    }

    #[test]
    fn each_escape_has_its_meaning_and_its_end() {
        for (text, c, length) in [
            ("%34x", '4', 3),
            ("%C3%A9", 'é', 6),
            ("%F0%9D%9F%99", '𝟙', 12),
            ("%A0", '\u{a0}', 3),
            ("&#52;", '4', 5),
            ("&#x34;", '4', 6),
            ("&nbsp;", '\u{a0}', 6),
            ("&eacute;", 'é', 8),
            ("&Ouml;", 'Ö', 6),
            ("\\u0034", '4', 6),
            ("\\\\u0034", '4', 7),
            ("\\ud835\\udfd9", '𝟙', 12),
            ("\\u{34}", '4', 6),
            ("\\x34", '4', 4),
            ("\\U00000034", '4', 10),
            ("\\\"", '"', 2),
            ("\\nAnna", '\n', 2),
            ("\\033[1m", '\u{1b}', 4),
            ("\\e[1m", '\u{1b}', 2),
        ] {
            assert_eq!(at_start(text), Some((Meaning::Letter(c), length)), "{text}");
        }
        for text in [
            "%",
            "%4",
            "%zz",
            "%89",
            "&",
            "&amp",
            "&unknown;",
            "\\new",
            "\\",
            "\\u12",
            "<person>",
            "<",
            "a<b",
            "+",
        ] {
            assert_eq!(at_start(text), None, "{text}");
        }
        assert_eq!(at_start("</b>"), Some((Meaning::Nothing, 4)));
        assert_eq!(at_start("<td class=\"x\">"), Some((Meaning::Letter('\t'), 14)));
    }

    #[test]
    fn a_line_break_is_none_in_a_path() {
        for text in ["a\\ncard", "a \\ncard", "{\"a\":\"\\ncard", "a\\nb\\ncard", "ab:\\ncard"] {
            let at = text.rfind('\\').unwrap();
            assert_eq!(escape(text, at), Some((Meaning::Letter('\n'), at + 2)), "{text}");
        }
        for text in ["\\nroom 412", "\\nroom: 412", "\\nguest\\npassport: X"] {
            assert_eq!(escape(text, 0), Some((Meaning::Letter('\n'), 2)), "{text}");
        }
        assert_eq!(escape("\\temp\\cells are", 0), None);
        for text in ["C:\\a\\ncard", "\"c:\\ncard", "\\\\a\\ncard", "/a\\ncard", "\\ncard"] {
            assert_eq!(escape(text, text.rfind('\\').unwrap()), None, "{text}");
        }
    }

    #[test]
    fn a_wildcard_of_sql_and_the_sign_of_a_stripe_are_no_escapes() {
        for text in ["LIKE '%4111 1111%'", "like \"%4111\"", "x '%41 Elm%'", "%B4242424242424242^DOE/J^27"] {
            assert_eq!(escape(text, text.find('%').unwrap()), None, "{text}");
        }
        for text in ["x '%41da'", "'%41%64%61'", "%41da", "%B4424"] {
            assert!(escape(text, text.find('%').unwrap()).is_some(), "{text}");
        }
    }

    #[test]
    fn a_plus_is_a_blank_in_the_query_of_an_address_only() {
        assert_eq!(escape("?q=ada+lovelace", 6), Some((Meaning::Letter(' '), 7)));
        assert_eq!(escape("mail=ada+x@example.com", 8), None);
        assert_eq!(escape("c+d", 1), None);
    }
}
