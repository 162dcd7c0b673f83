//! Names of persons and organizations, titles, nationalities. The recogniser `names.rs` finds them by word lists
//! and context.

use super::Group;
use super::form::{Definition, define};

/// A person's name.
pub(super) const PERSON: Definition = define("person", "PERSON", Group::Person).words(&[
    "firstname lastname surname familyname givenname fullname middlename maidenname secondname \
        forename cardholdername accountholder vorname nachname familienname prenom nomdefamille \
        apellido apellidos nombrecompleto primerapellido cognome nomecognome voornaam \
        achternaam sobrenome apelido nomecompleto",
]);

/// A nationality, religion or political group.
pub(super) const NATIONALITY: Definition = define("nationality", "NRP", Group::Person);

/// A form of address.
pub(super) const TITLE: Definition = define("title", "TITLE", Group::Person);

/// A company or institution.
pub(super) const ORGANIZATION: Definition = define("organization", "ORGANIZATION", Group::Person);
