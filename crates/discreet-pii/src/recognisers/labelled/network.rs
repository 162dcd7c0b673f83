//! The code of a wireless network, as phones scan it: `WIFI:S:lobby;T:WPA;P:tulip;;`.

use std::ops::Range;

/// The password in the code whose first word ends at `end`.
pub(crate) fn password(text: &str, end: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 256;
    let rest = text.get(end..)?;
    let most = (0..=LONGEST.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at))?;
    let code = rest.get(..most)?.split(['\n', ' ']).next()?;
    let mark = if code.starts_with(":P:") { 0 } else { code.find(";P:")? };
    let value = code.get(mark + 3..)?.split(';').next()?;
    let from = end + mark + 3;
    (!value.is_empty()).then_some(from..from + value.len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_password_ends_with_a_semicolon() {
        let text = "WIFI:S:x;P:GrandHotel2026;;";
        assert_eq!(super::password(text, 4).map(|at| &text[at]), Some("GrandHotel2026"));
        assert_eq!(super::password("WIFI:S:x;;", 4), None);
    }
}
