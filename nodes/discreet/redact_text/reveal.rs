//! The way back from tokens to their values.

use discreet_pii::{OperatorKeys, reveal};

/// The text with values instead of tokens. A token that does not open stays.
pub fn revealed(text: &str, keys: &OperatorKeys) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find('<') {
        let (before, behind) = rest.split_at(start);
        out.push_str(before);
        let token = behind.find('>').and_then(|end| behind.split_at_checked(end + 1));
        match token.and_then(|(token, behind)| Some((reveal(token, keys).ok()?, behind))) {
            Some((value, behind)) => {
                out.push_str(&value);
                rest = behind;
            }
            None => {
                out.push('<');
                rest = behind.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}
