//! What may stand between a label and its value beside one sign: a number or a remark, `Password (new): tulip`, `Guest 2: `,
//! dots or blanks in front of the sign, `password := tulip`, and weaker signs, `password - Tulip7!`.

/// The longest remark, and the most dots or blanks.
const LONGEST: usize = 32;
const MOST: usize = 24;

/// Words between a password and what it became.
const SET: [&[u8]; 2] = [b" set to ", b" to "];

/// May such a gap begin at the end of a word? A fast test.
#[inline]
pub(crate) fn may_follow(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end..).unwrap_or_default() {
        [b' ', b'(' | b'#' | b' ' | b'0'..=b'9' | b'.', ..] | [b' ', b'-', b' ', ..] => true,
        // `password set to Tulip7!`
        [b' ', b's', b'e', b't', b' ', ..] | [b' ', b't', b'o', b' ', ..] => true,
        // `guest[name]: `, and not `[INFO] [`
        [b']', b':' | b'=' | b'.', ..] | [b']', b' ', b':' | b'=' | b'.' | b' ' | b'-', ..] => true,
        [b'(' | b'[', ..]
        | [b'.', b'.', ..]
        | [b'.', b' ', b'0'..=b'9', ..]
        | [b':', b'=', ..]
        | [b',', b' ', _, ..] => true,
        _ => false,
    }
}

/// The beginning of the value behind the label that ends at `end`, and whether a sign of values stands there; a weak one may
/// stand between words as well. `None` if the gap is a usual one.
pub(crate) fn behind(text: &str, end: usize) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    if !may_follow(bytes, end) {
        return None;
    }
    if let Some(length) = SET.iter().find(|set| bytes.get(end..).is_some_and(|rest| rest.starts_with(set))) {
        return Some((end + length.len(), false));
    }
    let remark = remark_end(bytes, end);
    let at = remark.unwrap_or(end);
    let rest = bytes.get(at..)?;
    let lead = rest.iter().take(MOST).take_while(|byte| matches!(byte, b'.' | b' ')).count();
    let odd = remark.is_some() || lead > 1;
    let from = match rest.get(lead..)? {
        [b':', b'=', ..] => at + lead + 2,
        [b':' | b'=', next, ..] if odd && !matches!(next, b':' | b'=') => at + lead + 1,
        [b'-', b' ', ..] if rest.starts_with(b" - ") && lead == 1 => return Some((at + 3, false)),
        _ if rest.starts_with(b", ") && remark.is_none() => return Some((at + 2, false)),
        _ => return None,
    };
    let blanks = bytes.get(from..)?.iter().take(MOST).take_while(|byte| **byte == b' ').count();
    Some((from + blanks, true))
}

/// The end of a number or a remark behind a label: ` 2`, ` #2`, `(s)`, ` (as in passport)`, `[0]`, `]`.
fn remark_end(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let blank = usize::from(rest.first() == Some(&b' '));
    let inner = rest.get(blank..)?;
    let length = match inner.first()? {
        open @ (b'(' | b'[') => {
            let close = if *open == b'(' { b')' } else { b']' };
            let inside = inner.iter().take(LONGEST).skip(1);
            let length = inside.take_while(|byte| !matches!(byte, b'\n' | b'(' | b'[' | b')' | b']')).count();
            (inner.get(length + 1) == Some(&close)).then_some(length + 2)?
        }
        b']' if blank == 0 => 1,
        b'#' | b'0'..=b'9' if blank == 1 => {
            let sign = usize::from(inner.first() == Some(&b'#'));
            let digits = inner.iter().skip(sign).take(3).take_while(|byte| byte.is_ascii_digit()).count();
            (1..=2).contains(&digits).then_some(sign + digits)?
        }
        _ => return None,
    };
    Some(end + blank + length)
}

/// A label without the number or the remark at its end: `Guest 2`, `Guest name(s)`.
pub(crate) fn without_remark(label: &str) -> Option<&str> {
    let bare = match label.as_bytes().last()? {
        close @ (b')' | b']') => {
            let from =
                (label.len().saturating_sub(LONGEST)..label.len()).find_map(|from| label.get(from..))?;
            let open = from.rfind(if *close == b')' { '(' } else { '[' })?;
            label.get(..label.len() - from.len() + open)?
        }
        b'0'..=b'9' => {
            let bare = label.trim_end_matches(|c: char| c.is_ascii_digit());
            let bare = bare.strip_suffix('#').unwrap_or(bare);
            (label.len() - bare.len() <= 3).then_some(bare)?.strip_suffix([' ', '_'])?
        }
        _ => return None,
    };
    Some(bare.trim_end_matches(' ')).filter(|bare| bare.ends_with(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_a_remark_may_stand_in_front_of_the_sign() {
        for (text, from, signed) in [
            ("word (new): x", 12, true),
            ("word(s): x", 9, true),
            ("word 2: x", 8, true),
            ("word #12 = x", 11, true),
            ("word[0]=x", 8, true),
            ("word]=x", 6, true),
            ("word....: x", 10, true),
            ("word    : x", 10, true),
            ("word:=x", 6, true),
            ("word - x", 7, false),
            ("word, x", 6, false),
            ("word to x", 8, false),
            ("word set to x", 12, false),
            ("word 2 - x", 9, false),
        ] {
            assert_eq!(behind(text, 4), Some((from, signed)), "{text}");
        }
        for text in
            ["word: x", "word = x", "word is x", "word (new) x", "word 200: x", "word -x", "word", "word ("]
        {
            assert_eq!(behind(text, 4), None, "{text}");
        }
    }

    #[test]
    fn a_label_has_a_number_or_a_remark_at_its_end() {
        for label in ["Guest 2", "Guest #2", "Guest(s)", "Guest (VIP)", "Guest_2", "Guest[0]"] {
            assert_eq!(without_remark(label), Some("Guest"), "{label}");
        }
        for label in ["Guest", "Guest2", "Guest 2000", "2", "(s)", ""] {
            assert_eq!(without_remark(label), None, "{label}");
        }
    }
}
