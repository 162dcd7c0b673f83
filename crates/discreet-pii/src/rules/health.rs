//! Numbers of patients, and of who treats them.

use super::super::check::health;
use super::{Rule, code};
use crate::Kind;

pub(super) const RULES: &[Rule] = &[
    code(Kind::UkNhs, r"\d{3}[ -]\d{3}[ -]\d{4}", 45, 92, health::uk_nhs),
    code(Kind::UkNhs, r"\d{10}", 12, 90, health::uk_nhs),
    code(Kind::AuMedicare, r"[2-6]\d{3}[ -]\d{5}[ -]\d(?:[ /-]?[1-9])?", 60, 92, health::au_medicare),
    code(Kind::AuMedicare, r"[2-6]\d{9,10}", 15, 88, health::au_medicare),
    code(Kind::UsMbi, r"\d[A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}", 60, 90, health::us_mbi),
    code(Kind::UsNpi, r"[12]\d{9}", 15, 88, health::us_npi),
    code(Kind::UsNpi, r"[12]\d{3}[ -]\d{3}[ -]\d{3}", 45, 90, health::us_npi),
    code(Kind::MedicalLicense, r"[A-Z][A-Z9]\d{7}", 35, 88, health::medical_license),
    code(Kind::DeHealthInsurance, r"[A-Z]\d{9}", 50, 90, health::de_health_insurance),
    code(Kind::DeLanr, r"\d{9}", 8, 85, health::de_lanr),
    code(Kind::DeBsnr, r"\d{9}", 4, 80, health::de_bsnr),
];
