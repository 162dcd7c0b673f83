//! Numbers of firms.

use super::super::check::{business, europe, north};
use super::{Rule, code, form};
use crate::Kind;

pub(super) const RULES: &[Rule] = &[
    code(Kind::AuAbn, r"\d{2} \d{3} \d{3} \d{3}", 70, 92, business::au_abn),
    code(Kind::AuAbn, r"\d{11}", 15, 88, business::au_abn),
    code(Kind::AuAcn, r"\d{3} \d{3} \d{3}", 30, 90, business::au_acn),
    code(Kind::AuAcn, r"\d{9}", 8, 85, business::au_acn),
    code(Kind::DeVatId, r"(?i)de ?\d{3}[ .-]?\d{3}[ .-]?\d{3}", 70, 92, business::de_vat).as_written(),
    form(Kind::DeHandelsregister, r"(?i)hr[ab] ?\d{1,6}(?: [a-z]{1,2})?", 65, 85),
    form(Kind::DeHandelsregister, r"(?i)hr[ab] ?\d{1,6}", 66, 86).as_written(),
    code(Kind::ItVatCode, r"\d{11}|\d{8}[_-]\d{3}|\d{5}_?\d{3}_?\d{3}", 20, 90, europe::it_vat),
    code(Kind::ItVatCode, r"IT ?\d{11}", 75, 92, europe::it_vat),
    code(Kind::InGstin, r"(?i)\d{2}[a-z]{5}\d{4}[a-z][1-9a-z]z[0-9a-z]", 80, 92, business::in_gstin)
        .as_written(),
    code(Kind::KrBrn, r"\d{3}-\d{2}-\d{5}", 60, 90, business::kr_brn),
    code(Kind::KrBrn, r"\d{10}", 10, 86, business::kr_brn),
    code(Kind::SeOrganisationsnummer, r"\d{6}-\d{4}", 50, 90, north::se_organisationsnummer),
    code(Kind::SeOrganisationsnummer, r"\d{10}", 10, 86, north::se_organisationsnummer),
    code(Kind::SgUen, r"\d{8}[A-Z]|\d{9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]", 50, 90, business::sg_uen),
];
