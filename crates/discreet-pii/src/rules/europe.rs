//! Numbers that European states give people.

use super::super::check::documents::de_document;
use super::super::check::{europe, north};
use super::{Rule, code, form, raw};
use crate::Kind;

pub(super) const RULES: &[Rule] = &[
    code(Kind::UkNino, r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", 60, 90, europe::uk_nino),
    code(Kind::IePps, r"\d{7}[A-W][A-IW]?", 50, 85, europe::ie_pps),
    code(Kind::DeIdCard, r"[A-Z][A-Z0-9]{7}\d", 30, 85, de_document),
    form(Kind::DeIdCard, r"T\d{8}", 5, 70),
    code(Kind::DeTaxId, r"\d{11}", 25, 90, europe::de_tax_id),
    code(Kind::DeTaxId, r"\d{2} \d{3} \d{3} \d{3}", 60, 90, europe::de_tax_id),
    code(Kind::DeTaxNumber, r"\d{2,3}/\d{3,4}/\d{4,5}", 50, 85, europe::de_tax_number),
    code(Kind::DeTaxNumber, r"\d{13}", 5, 75, europe::de_tax_number),
    code(Kind::DeSocialSecurity, r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", 80, 95, europe::de_social_security),
    code(Kind::FrNir, r"[1-478] ?\d{2} ?\d{2} ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}", 75, 95, europe::fr_nir),
    code(Kind::EsNif, r"\d{8}-?[A-Z]", 55, 90, europe::es_nif),
    code(Kind::EsNif, r"\d{7}-?[A-Z]", 5, 80, europe::es_nif),
    code(Kind::EsNie, r"[XYZ]-?\d{7,8}-?[A-Z]", 65, 90, europe::es_nie),
    code(
        Kind::ItFiscalCode,
        r"[A-Z]{6}[A-Z0-9]{2}[A-Z][A-Z0-9]{2}[A-Z][A-Z0-9]{3}[A-Z]",
        90,
        95,
        europe::it_fiscal_code,
    ),
    code(
        Kind::ItFiscalCode,
        r"[A-Z]{6}[A-Z0-9]{2}[A-Z][A-Z0-9]{2}[A-Z][A-Z0-9]{3}[A-Z]",
        50,
        85,
        europe::it_fiscal_form,
    ),
    form(Kind::ItIdentityCard, r"[A-Z]{2}\d{5}[A-Z]{2}", 4, 75),
    form(Kind::ItIdentityCard, r"[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2}", 3, 72),
    code(Kind::NlBsn, r"\d{9}", 10, 85, europe::nl_bsn),
    code(Kind::NlBsn, r"\d{4}[. ]\d{2}[. ]\d{3}", 30, 85, europe::nl_bsn),
    code(Kind::BeNrn, r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", 90, 95, europe::be_nrn),
    code(Kind::BeNrn, r"\d{11}", 20, 85, europe::be_nrn),
    code(Kind::ChAhv, r"756\.?\d{4}\.?\d{4}\.?\d{2}", 85, 95, europe::ch_ahv),
    code(Kind::AtSvnr, r"\d{4}[ -]?\d{6}", 12, 85, europe::at_svnr),
    code(Kind::PtNif, r"\d{9}|\d{3} \d{3} \d{3}", 10, 85, europe::pt_nif),
    code(Kind::PlPesel, r"\d{11}", 30, 90, europe::pl_pesel),
    code(Kind::SePersonnummer, r"(?:\d{2})?\d{6}[-+]\d{4}", 75, 92, north::se_personnummer),
    code(Kind::SePersonnummer, r"\d{10}|\d{12}", 25, 90, north::se_personnummer),
    code(Kind::NoFnr, r"\d{11}", 35, 92, north::no_fnr),
    code(Kind::NoFnr, r"\d{6} \d{5}", 70, 92, north::no_fnr),
    code(Kind::DkCpr, r"\d{6}-\d{4}", 35, 85, north::dk_cpr),
    code(Kind::DkCpr, r"\d{10}", 4, 75, north::dk_cpr),
    raw(
        Kind::FiPersonalIdentityCode,
        r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",
        85,
        95,
        north::fi_personal_identity_code,
    ),
    code(Kind::TrNationalId, r"\d{11}", 40, 92, europe::tr_national_id),
];
