//! Postal codes. British and German codes are kinds of their own.

use super::checksums::{mixed, varied};
use super::form::{Definition, define, form};
use super::score::{alone, only_near};
use super::{Group, canada};

/// Words for a postal code of any country.
pub(super) const POSTCODE_WORDS: &str = "zip zipcode postcode postalcode postal plz postleitzahl codepostal codigopostal cp cap \
    codicepostale postnummer pincode";

/// A postal code.
pub(super) const POSTCODE: Definition = define("postcode", "ZIP_CODE", Group::Place)
    .forms(&[
        form(r"\d{5}(?:-\d{4})?", alone(1).near(65)).check(varied).within(2),
        form(r"\d{4}", only_near(60)).check(varied).within(1),
        form(r"\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}", alone(5).near(65)).check(varied).within(2),
        form(r"[A-Z]{2} \d{5}(?:-\d{4})?", alone(45).near(70)).check(varied).skip(3),
        form(r"[A-Z]\d[A-Z] ?\d[A-Z]\d", alone(45).near(75)).check(canada::postcode),
        form(r"[1-9]\d{3} [A-Z]{2}", alone(15).near(65)).check(mixed),
    ])
    .words(&[POSTCODE_WORDS]);
