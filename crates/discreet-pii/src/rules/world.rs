//! Numbers that states of other continents give people.

use super::super::check::world;
use super::{Rule, code, form};
use crate::Kind;

pub(super) const RULES: &[Rule] = &[
    code(Kind::UsSsn, r"\d{3}-\d{2}-\d{4}", 85, 95, world::us_ssn),
    code(Kind::UsSsn, r"\d{3} \d{2} \d{4}|\d{3}\.\d{2}\.\d{4}", 50, 90, world::us_ssn),
    code(Kind::UsSsn, r"\d{9}", 5, 85, world::us_ssn),
    code(Kind::UsSsn, r"\d{3}-\d{6}|\d{5}-\d{4}", 5, 80, world::us_ssn),
    code(Kind::UsItin, r"9\d{2}[- ]\d{2}[- ]\d{4}", 60, 92, world::us_itin),
    code(Kind::UsItin, r"9\d{8}", 30, 86, world::us_itin),
    code(Kind::UsItin, r"9\d{2}-\d{6}|9\d{4}-\d{4}", 30, 86, world::us_itin),
    code(Kind::CaSin, r"\d{3} \d{3} \d{3}|\d{3}-\d{3}-\d{3}", 50, 90, world::ca_sin),
    code(Kind::CaSin, r"\d{9}", 10, 85, world::ca_sin),
    code(Kind::BrCpf, r"\d{3}\.\d{3}\.\d{3}-\d{2}", 90, 95, world::br_cpf),
    code(Kind::BrCpf, r"\d{11}", 30, 90, world::br_cpf),
    code(Kind::InAadhaar, r"\d{12}", 20, 90, world::in_aadhaar),
    code(Kind::InAadhaar, r"\d{4}[ :-]\d{4}[ :-]\d{4}", 60, 92, world::in_aadhaar),
    code(Kind::InPan, r"[A-Z]{5}\d{4}[A-Z]", 60, 90, world::in_pan),
    form(Kind::InPan, r"[A-Z]{5}\d{4}[A-Z]", 20, 85),
    form(Kind::InVoter, r"[A-Z]{3}\d{7}", 30, 85),
    code(Kind::SgNricFin, r"[STFGM]\d{7}[A-Z]", 75, 92, world::sg_nric),
    form(Kind::SgNricFin, r"[A-Z]\d{7}[A-Z]", 10, 30),
    code(Kind::KrRrn, r"\d{6}-\d{7}", 60, 90, world::kr_rrn),
    code(Kind::KrRrn, r"\d{13}", 10, 85, world::kr_rrn),
    code(Kind::KrRrn, r"\d{6}-?\d{7}", 45, 92, |code| world::kr_rrn(code) && world::kr_checked(code)),
    code(Kind::KrFrn, r"\d{6}-\d{7}", 60, 90, world::kr_frn),
    code(Kind::KrFrn, r"\d{13}", 10, 85, world::kr_frn),
    code(Kind::KrFrn, r"\d{6}-?\d{7}", 45, 92, |code| world::kr_frn(code) && world::kr_checked(code)),
    code(Kind::ThTnin, r"\d{13}", 25, 90, world::th_tnin),
    code(Kind::ThTnin, r"\d-\d{4}-\d{5}-\d{2}-\d", 90, 95, world::th_tnin),
    code(Kind::CnId, r"\d{17}[0-9Xx]", 85, 95, world::cn_id).as_written(),
    code(Kind::NgNin, r"\d{11}", 6, 82, world::ng_nin),
    code(Kind::ZaIdNumber, r"\d{13}", 40, 92, world::za_id_number),
    code(Kind::ZaIdNumber, r"\d{6} \d{4} \d{3}|\d{6} \d{4} \d{2} \d", 70, 92, world::za_id_number),
    code(Kind::PhTin, r"\d{3}-\d{3}-\d{3}(?:-\d{3,5})?", 12, 85, world::ph_tin),
    code(Kind::PhTin, r"\d{12}|\d{9}", 2, 80, world::ph_tin),
    code(Kind::AuTfn, r"\d{3} \d{3} \d{3}", 30, 90, world::au_tfn),
    code(Kind::AuTfn, r"\d{9}", 10, 85, world::au_tfn),
];
