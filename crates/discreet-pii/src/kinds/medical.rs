//! Medical records.

use super::Group;
use super::form::{Definition, define};
use super::score::only_near;

/// A medical record or patient number.
pub(super) const MEDICAL_RECORD: Definition = define("medical_record", "MEDICAL_RECORD", Group::Health)
    .code(4, 14, only_near(72))
    .words(&["mrn medicalrecord patient patientid patientno patientnumber patientin patienten \
        patientennummer patientenid fallnummer krankenakte dossiermedical historiaclinica \
        cartellaclinica paciente paziente numerodepatient healthrecord hospitalnumber chart"]);
