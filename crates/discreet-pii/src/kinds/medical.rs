//! Medical records and health insurance.

use super::Group;
use super::form::{Definition, define};
use super::score::only_near;

/// A medical record or patient number.
pub(super) const MEDICAL_RECORD: Definition = define("medical_record", "MEDICAL_RECORD", Group::Health)
    .code(4, 14, only_near(72))
    .words(&["mrn fallnr historia numerodedossier processo numerodeprocesso medicalrecord patient patientid patientno patientnumber patientin patienten \
        patientennummer patientenid fallnummer krankenakte dossiermedical historiaclinica \
        cartellaclinica paciente paziente numerodepatient healthrecord hospitalnumber chart \
        healthid nationalhealthid nationalhealth nhc numerodehistoria numerohistoria cipa \
        episodio numerodeepisodio episodeid encounterid visitid admissionid prescription rx \
        rxnumber ipp numerodossier numerocartella patientnummer dossiernummer processoclinico \
        aufnahmenummer aufnahmenr patid ndedossier ndossier npatient n\u{b0}dedossier n\u{b0}dossier \
        numerodeutente patnr patientennr prontuario numerodoprontuario expediente numerodeexpediente"]);

/// A health insurance or policy number, of a country not listed.
pub(super) const INSURANCE: Definition = define("health_insurance", "HEALTH_INSURANCE", Group::Health)
    .code_within(2, (5, 20), only_near(72))
    .words(&["insurance insuranceid insurancepolicy insuranceno insurancenumber ins hin policyid \
        policynumber policyno policyholder policyholderid policy pol subscriberid \
        healthinsurance healthplan versicherung versicherungsnummer versichertennummer \
        versicherten krankenversicherung krankenversicherungsnummer policennummer policennr \
        versicherungsschein assurance numerodassure numeroassure assuresocial mutuelle \
        numerodepolice carnetdesante seguro numerodeseguro poliza numerodepoliza \
        aseguramiento asegurado nass nuss numerodeafiliacion afiliacion afiliado numerodeafiliado codiceassistito assistito seguridadsocial \
        assicurazione numerodipolizza polizza tesserasanitaria verzekering \
        verzekeringsnummer polisnummer zorgverzekering polis apolice numerodaapolice \
        segurosaude krankenkassennummer verzekerdennummer verzekerde adherent numeroadherent \
        numerodadherent assicurato codiceassicurato beneficiario numerodebeneficiario \
        npolice ndepolice npoliza ndepoliza nassure ndassure versnr versnummer versichnr vsnr n\u{b0}depolice n\u{ba}poliza n\u{b0}assure n\u{b0}adherent \
        contrat numerodecontrat numerodasegurado membershipid memberid"]);
