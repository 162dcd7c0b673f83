//! Less exact values, for statistics.

use std::fmt::Write;
use std::net::IpAddr;

use crate::Kind;

/// Appends a less exact value. `None` if the kind has none, or the value has an unknown form.
pub(super) fn generalise(kind: Option<Kind>, value: &str, out: &mut String) -> Option<()> {
    match kind? {
        Kind::DateOfBirth | Kind::Date => year(value, out),
        Kind::Age => decade(value, out),
        Kind::Position => grid(value, out),
        Kind::Postcode | Kind::UkPostcode | Kind::DePlz => district(value, out),
        Kind::Ip => network(value, out),
        _ => None,
    }
}

/// `12 May 1985` to `1985`.
fn year(value: &str, out: &mut String) -> Option<()> {
    let mut numbers = value.split(|c: char| !c.is_ascii_digit());
    let year =
        numbers.find(|number| number.len() == 4 && matches!(number.get(..2), Some("18" | "19" | "20")))?;
    out.push_str(year);
    Some(())
}

/// `34 years` to `30-39`. Few people are over ninety: they share a group.
fn decade(value: &str, out: &mut String) -> Option<()> {
    let number = value.split(|c: char| !c.is_ascii_digit()).find(|number| !number.is_empty())?;
    match number.parse::<u8>().ok()? {
        age @ 0..90 => write!(out, "{}-{}", age / 10 * 10, age / 10 * 10 + 9).ok(),
        90..=130 => write!(out, "90+").ok(),
        _ => None,
    }
}

/// A position to a thousandth of a degree, at most 111 metres.
fn grid(value: &str, out: &mut String) -> Option<()> {
    let mut numbers =
        value.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|part| !part.is_empty());
    let (latitude, longitude) = (numbers.next()?.parse::<f64>().ok()?, numbers.next()?.parse::<f64>().ok()?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    if numbers.next().is_some() || !on_earth {
        return None;
    }
    write!(out, "{latitude:.3}, {longitude:.3}").ok()
}

/// `SW1A 1AA` to `SW1A`, `80331` to `80***`.
fn district(value: &str, out: &mut String) -> Option<()> {
    let characters = value.chars().filter(char::is_ascii_alphanumeric).count();
    let letters = value.chars().any(|c| c.is_ascii_alphabetic());
    let kept = match characters {
        // The last three characters of British and Canadian codes are a street.
        5..=7 if letters => characters - 3,
        4..=9 if !letters => 2,
        _ => return None,
    };
    out.extend(value.chars().filter(char::is_ascii_alphanumeric).take(kept));
    if !letters {
        out.extend(std::iter::repeat_n('*', characters.min(5) - kept));
    }
    Some(())
}

/// IPv4 to its /24, IPv6 to its /48.
fn network(value: &str, out: &mut String) -> Option<()> {
    match value.trim_matches(['[', ']']).parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            write!(out, "{a}.{b}.{c}.0/24").ok()
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            write!(out, "{a:x}:{b:x}:{c:x}::/48").ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn general(kind: Kind, value: &str) -> Option<String> {
        let mut out = String::new();
        generalise(Some(kind), value, &mut out).map(|()| out)
    }

    #[test]
    fn values_become_less_exact() {
        let general = |kind, value| general(kind, value).unwrap();
        assert_eq!(general(Kind::Date, "2024-02-29 10:30"), "2024");
        assert_eq!(
            (general(Kind::Age, "34 years old"), general(Kind::Age, "101")),
            ("30-39".into(), "90+".into())
        );
        assert_eq!(general(Kind::Position, "48.137154, 11.576124"), "48.137, 11.576");
        assert_eq!(
            (general(Kind::UkPostcode, "EC1A 1BB"), general(Kind::Postcode, "K1A0B6")),
            ("EC1A".into(), "K1A".into())
        );
        assert_eq!(
            (general(Kind::Postcode, "12345-6789"), general(Kind::DePlz, "80331")),
            ("12***".into(), "80***".into())
        );
        assert_eq!(general(Kind::Ip, "203.0.113.7"), "203.0.113.0/24");
        assert_eq!(general(Kind::Ip, "2001:db8:85a3::8a2e:370:7334"), "2001:db8:85a3::/48");
    }

    #[test]
    fn a_value_of_unknown_form_is_not_guessed() {
        for (kind, value) in [
            (Kind::Date, "12/05/85"),
            (Kind::Age, "thirty four"),
            (Kind::Age, "999"),
            (Kind::Position, "48° 8' N"),
            (Kind::Position, "148.1, 11.5"),
            (Kind::Postcode, "X"),
            (Kind::Ip, "203.0.113"),
            (Kind::Phone, "+44 7700 900123"),
        ] {
            assert_eq!(general(kind, value), None, "{kind} {value}");
        }
    }
}
