//! The extension of a telephone, which has a few digits: `Ext: 5521`, `Durchwahl 214`.

use std::ops::Range;

use super::ends::value_is_over;
use crate::detect::Firsts;

/// Labels of an extension.
pub(super) const LABELS: [&str; 10] =
    ["dect", "ext", "extn", "extension", "durchwahl", "nebenstelle", "apparat", "anexo", "toestel", "ramal"];
static FIRSTS: Firsts = Firsts::of(&LABELS);

/// The extension behind the label `start..end`.
#[inline]
pub(crate) fn extension(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let label = text.get(start..end).filter(|label| FIRSTS.may_have(label.as_bytes()))?;
    behind(text, label, end)
}

fn behind(text: &str, label: &str, end: usize) -> Option<Range<usize>> {
    LABELS.iter().any(|known| known.eq_ignore_ascii_case(label)).then_some(())?;
    let rest = text.get(end..)?;
    let value = rest.trim_start_matches(['.', ':', '=', '#', ' ']);
    let from = text.len() - value.len();
    let length = value.bytes().take_while(u8::is_ascii_digit).count();
    let behind = value.get(length..)?;
    // An arm has an extension too: `extension: 350 mm`.
    let sentence = behind.starts_with(". ") || behind.starts_with(" and ") || behind.starts_with(" or ");
    let fits =
        (3..=6).contains(&length) && rest.len() - value.len() <= 4 && (value_is_over(behind) || sentence);
    fits.then_some(from..from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_ends_its_clause() {
        let found =
            |text: &str| extension(text, 0, text.find([' ', ':', '.'])?).map(|at| text[at].to_owned());
        assert_eq!(found("Ext: 5521"), Some("5521".to_owned()));
        assert_eq!(found("ext. 214, please"), Some("214".to_owned()));
        for text in ["extension: 350 mm", "Ext: 55.2", "ext 12", "extensions 5521", "Ext: 5521000"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
