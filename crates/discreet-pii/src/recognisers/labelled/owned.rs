//! The owner or the place between a label and its value: `PIN for the safe: 4471`, `mot de passe du wifi : Mirabelle`.

/// Prepositions, which begin the words between.
const OF: &str = "for of to on für vom von der des zum zur fürs de del della dello dell' du da do dos das van voor per para \
    por pour al au";
/// The most words between, and their most bytes.
const MOST: usize = 5;
const LONGEST: usize = 48;

/// The length of ` for the safe` at the beginning of the text behind a label; a sign or a verb follows.
pub(crate) fn length(behind: &str) -> Option<usize> {
    const VERBS: [&str; 7] = [" is ", " ist ", " lautet ", " est ", " es ", " è ", " é "];
    let rest = behind.strip_prefix(' ')?;
    let first = rest.split(' ').next()?;
    OF.split(' ').filter(|_| first.len() < 6).any(|of| of.eq_ignore_ascii_case(first)).then_some(())?;
    let mut at = 1 + first.len();
    for _ in 0..MOST {
        let rest = behind.get(at..).filter(|_| at <= LONGEST)?;
        let signed = rest.starts_with([':', '=']) || rest.starts_with(" : ") || rest.starts_with(" = ");
        if signed || VERBS.iter().any(|verb| rest.starts_with(verb)) {
            return Some(at);
        }
        let word = rest.strip_prefix(' ')?;
        let length =
            word.find(|c: char| !(c.is_alphabetic() || matches!(c, '-' | '\''))).unwrap_or(word.len());
        if length == 0 {
            return None;
        }
        at += 1 + length;
    }
    let rest = behind.get(at..)?;
    let signed = rest.starts_with([':', '=']) || rest.starts_with(" : ");
    (signed || VERBS.iter().any(|verb| rest.starts_with(verb))).then_some(at)
}

/// Is this all that stands between a label and its value?
pub(crate) fn is_between(between: &str) -> bool {
    between.len() <= LONGEST + 8
        && length(between).is_some_and(|length| {
            let sign = between.get(length..).unwrap_or_default();
            sign.split_whitespace().count() <= 1
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_stands_between_a_label_and_a_sign() {
        for text in
            [" for the safe: ", " della cassaforte è ", " für den Safe ist ", " do cofre é ", " du wifi : "]
        {
            assert!(is_between(text), "{text}");
        }
        for text in [" was changed in ", " for the safe ", ": ", " for 12 nights: ", ""] {
            assert!(!is_between(text), "{text}");
        }
    }
}
