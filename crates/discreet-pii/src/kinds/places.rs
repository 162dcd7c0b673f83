//! Places and street addresses. The recogniser `names.rs` finds them by word lists and context.

use super::Group;
use super::form::{Definition, define};

/// A city, region or country.
pub(super) const PLACE: Definition = define("place", "LOCATION", Group::Place);

/// A street address.
pub(super) const ADDRESS: Definition = define("address", "STREET_ADDRESS", Group::Place)
    .words(&["address addr domicilio direccion adresse anschrift indirizzo adres morada endereco \
        homeaddress postaladdress streetaddress wohnadresse domicile"]);
