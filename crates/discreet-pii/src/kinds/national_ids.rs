//! Identity numbers of countries without a kind of their own, and the words for those of all countries.

use super::form::{Definition, define};
use super::score::only_near;
use super::{Group, germany};

/// Words for an identity number of any country.
pub(super) const ID_WORDS: &str = "nationalid identity idcard idno identification identitycard personalid citizenid \
    nationalidentity";

/// Words for a tax number of any country.
pub(super) const TAX_WORDS: &str = "taxid tax tin taxpayerid vat";

/// An identity number, of a country not listed.
pub(super) const NATIONAL_ID: Definition =
    define("national_id", "NATIONAL_ID", Group::NationalId).code(6, 16, only_near(61)).words(&[
        ID_WORDS,
        germany::ID_CARD_WORDS,
        "nid nationalidnumber idnumber idcardno idcardnumber documentnummer idkaart idkaartnummer \
        bilhetedeidentidade cartaodecidadao cidadao identificacao numerodeidentificacao \
        numerodocumento numerodedocumento ausweisnummer ausweisnr personalausweis personalausweisnummer identite cartedidentite carteidentite cni identidad cedula documento identita \
        documentodidentita identiteitskaart curp dnicard rg rfc rut cuit cuil rodnecislo",
    ]);
