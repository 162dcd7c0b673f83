//! The kinds of personal data. A family or a country has a file, and in it a constant [`Definition`] for each kind,
//! next to the checks and the tests.
//!
//! A new kind is a constant in such a file and a line in the list below.

mod calendar;
mod checksums;
mod form;
mod group;
mod score;
mod set;

mod australia;
mod austria;
mod banking;
mod belgium;
mod brazil;
mod canada;
mod cards;
mod china;
mod contact;
mod dates;
mod denmark;
mod documents;
mod finland;
mod france;
mod germany;
pub(crate) mod iban;
mod india;
mod ireland;
mod italy;
mod japan;
mod korea;
mod medical;
pub(crate) mod mrz;
mod national_ids;
mod netherlands;
mod network;
mod nigeria;
mod norway;
pub(crate) mod own;
mod person;
mod philippines;
mod places;
mod poland;
mod portugal;
pub(crate) mod position;
mod postcodes;
pub(crate) mod secrets;
mod singapore;
mod south_africa;
mod spain;
mod stay;
mod sweden;
mod switzerland;
mod thailand;
mod turkey;
mod united_kingdom;
mod united_states;
mod vehicles;
pub(crate) mod wallets;
mod work;

use std::fmt;

pub(crate) use cards::card as is_card;
pub(crate) use form::{Check, Code, Definition, Form, REACH};
pub use group::Group;
pub use own::NotAKind;
pub(crate) use score::{Score, Scores, alone, only_near};
pub use set::Kinds;

macro_rules! kinds {
    ($($kind:ident = $definition:path, $what:literal;)* => own: $($own:ident)*) => {
        /// A kind of personal data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = $what] $kind,)*
            $(#[doc = "A kind of a policy's own; see [`Kind::own`]."] $own,)*
        }

        impl Kind {
            /// The kinds that are built in, in the order of their numbers.
            pub const BUILT_IN: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The places for kinds of a policy's own, in the order of their numbers, which go on from the built-in ones.
            pub(crate) const OWN: &'static [Kind] = &[$(Kind::$own,)*];

            /// The number of all kinds. `kind as usize` is below it.
            pub const COUNT: usize = Kind::BUILT_IN.len() + Kind::OWN.len();

            /// A description in words: `a payment card's number`.
            pub const fn what(self) -> &'static str {
                match self { $(Kind::$kind => $what,)* $(Kind::$own)|* => "defined by the policy" }
            }

            /// Everything that is known of the kind.
            pub(crate) const fn definition(self) -> &'static Definition {
                match self { $(Kind::$kind => &$definition,)* $(Kind::$own)|* => &own::DEFINITION }
            }
        }
    };
}

// The order decides between findings that are alike in every other respect, and is that of reports. New kinds of a
// group go to its end.
kinds! {
    PaymentCard = cards::PAYMENT_CARD, "a payment card's number";
    CardSecurityCode = cards::SECURITY_CODE, "a payment card's security code";
    Iban = iban::IBAN, "an international bank account number";
    BankAccount = banking::ACCOUNT, "a national bank account number";
    BankRouting = banking::ROUTING, "a bank's routing number";
    Bic = banking::BIC, "a bank's SWIFT code next to an account";
    CryptoWallet = wallets::WALLET, "the address of a crypto wallet";
    Phone = contact::PHONE, "a telephone number";
    Email = contact::EMAIL, "an e-mail address";
    Url = contact::URL, "a web address or domain name";
    Username = contact::USERNAME, "an account's name";
    Ip = network::IP, "an IP address";
    Mac = network::MAC, "a network card's address";
    Imei = network::IMEI, "a telephone's serial number";
    ApiKey = secrets::API_KEY, "a key of a programming interface";
    Token = secrets::TOKEN, "a bearer token, JWT or session";
    PrivateKey = secrets::PRIVATE_KEY, "a private key, PEM or OpenSSH";
    Password = secrets::PASSWORD, "a password or PIN";
    Person = person::PERSON, "a person's name";
    DateOfBirth = dates::DATE_OF_BIRTH, "a date of birth";
    Date = dates::DATE, "any other date or time";
    Age = dates::AGE, "an age";
    Nationality = person::NATIONALITY, "a nationality, religion or political group";
    Title = person::TITLE, "a form of address";
    Organization = person::ORGANIZATION, "a company or institution";
    Place = places::PLACE, "a city, region or country";
    Address = places::ADDRESS, "a street address";
    Postcode = postcodes::POSTCODE, "a postal code";
    UkPostcode = united_kingdom::POSTCODE, "a British postal code";
    Position = position::POSITION, "a position on Earth";
    Room = stay::ROOM, "a room number";
    Booking = stay::BOOKING, "a booking, reservation, order or loyalty number";
    Passport = documents::PASSPORT, "a passport's number, of a country not listed";
    UsPassport = united_states::PASSPORT, "a passport of the United States";
    UkPassport = united_kingdom::PASSPORT, "a British passport";
    DePassport = germany::PASSPORT, "a German passport";
    FrPassport = france::PASSPORT, "a French passport";
    EsPassport = spain::PASSPORT, "a Spanish passport";
    ItPassport = italy::PASSPORT, "an Italian passport";
    NlPassport = netherlands::PASSPORT, "a Dutch passport";
    PlPassport = poland::PASSPORT, "a Polish passport";
    InPassport = india::PASSPORT, "an Indian passport";
    KrPassport = korea::PASSPORT, "a Korean passport";
    CnPassport = china::PASSPORT, "a Chinese passport";
    JpPassport = japan::PASSPORT, "a Japanese passport";
    CaPassport = canada::PASSPORT, "a Canadian passport";
    AuPassport = australia::PASSPORT, "an Australian passport";
    EmployeeId = work::EMPLOYEE_ID, "an employee's number";
    ProfessionalLicence = work::PROFESSIONAL_LICENCE, "a number of a member of a regulated profession";
    Mrz = mrz::MRZ, "a machine-readable zone (ICAO 9303)";
    DrivingLicence = documents::DRIVING_LICENCE, "a driving licence, of a country not listed";
    UsDriverLicense = united_states::DRIVER_LICENSE, "a driver license of the United States";
    UkDrivingLicence = united_kingdom::DRIVING_LICENCE, "a British driving licence";
    DeFuehrerschein = germany::DRIVING_LICENCE, "a German driving licence";
    ItDriverLicense = italy::DRIVING_LICENCE, "an Italian driving licence";
    KrDriverLicense = korea::DRIVER_LICENSE, "a Korean driving licence";
    VehiclePlate = vehicles::PLATE, "a vehicle's registration, of a country not listed";
    DeKfz = germany::VEHICLE_REGISTRATION, "a German vehicle registration";
    UkVehicleRegistration = united_kingdom::VEHICLE_REGISTRATION, "a British vehicle registration";
    InVehicleRegistration = india::VEHICLE_REGISTRATION, "an Indian vehicle registration";
    NgVehicleRegistration = nigeria::VEHICLE_REGISTRATION, "a Nigerian vehicle registration";
    TrLicensePlate = turkey::LICENSE_PLATE, "a Turkish vehicle registration";
    Vin = vehicles::VIN, "a vehicle's identification number";
    NationalId = national_ids::NATIONAL_ID, "an identity number, of a country not listed";
    UsSsn = united_states::SSN, "a US social security number";
    UsItin = united_states::ITIN, "a US taxpayer number";
    CaSin = canada::SIN, "a Canadian social insurance number";
    UkNino = united_kingdom::NINO, "a British national insurance number";
    IePps = ireland::PPS, "an Irish public service number";
    DeIdCard = germany::ID_CARD, "a German identity card";
    DeTaxId = germany::TAX_ID, "a German tax identification number";
    DeTaxNumber = germany::TAX_NUMBER, "a German tax number";
    DeSocialSecurity = germany::PENSION_INSURANCE, "a German pension insurance number";
    // Of the group Place: it is here for the order of reports.
    DePlz = germany::POSTCODE, "a German postal code";
    FrNir = france::NIR, "a French social security number";
    EsNif = spain::NIF, "a Spanish tax number";
    EsNie = spain::NIE, "a Spanish foreigner's number";
    ItFiscalCode = italy::FISCAL_CODE, "an Italian fiscal code";
    ItIdentityCard = italy::IDENTITY_CARD, "an Italian identity card";
    NlBsn = netherlands::BSN, "a Dutch citizen service number";
    BeNrn = belgium::NRN, "a Belgian national register number";
    ChAhv = switzerland::AHV, "a Swiss social insurance number";
    AtSvnr = austria::SVNR, "an Austrian social insurance number";
    PtNif = portugal::NIF, "a Portuguese tax number";
    PlPesel = poland::PESEL, "a Polish identity number";
    SePersonnummer = sweden::PERSONNUMMER, "a Swedish identity number";
    NoFnr = norway::FNR, "a Norwegian identity number";
    DkCpr = denmark::CPR, "a Danish identity number";
    FiPersonalIdentityCode = finland::PERSONAL_IDENTITY_CODE, "a Finnish identity code";
    TrNationalId = turkey::NATIONAL_ID, "a Turkish identity number";
    InAadhaar = india::AADHAAR, "an Indian Aadhaar number";
    InPan = india::PAN, "an Indian tax number";
    InVoter = india::VOTER, "an Indian voter number";
    SgNricFin = singapore::NRIC_FIN, "a Singaporean identity number";
    KrRrn = korea::RRN, "a Korean resident number";
    KrFrn = korea::FRN, "a Korean foreigner's number";
    ThTnin = thailand::TNIN, "a Thai identity number";
    CnId = china::ID, "a Chinese identity number";
    NgNin = nigeria::NIN, "a Nigerian identity number";
    ZaIdNumber = south_africa::ID_NUMBER, "a South African identity number";
    PhTin = philippines::TIN, "a Philippine tax number";
    BrCpf = brazil::CPF, "a Brazilian taxpayer number";
    AuTfn = australia::TFN, "an Australian tax file number";
    UkNhs = united_kingdom::NHS, "an NHS number";
    AuMedicare = australia::MEDICARE, "an Australian Medicare number";
    UsMbi = united_states::MBI, "a US Medicare beneficiary number";
    UsNpi = united_states::NPI, "a US health provider's number";
    MedicalLicense = united_states::DEA_CERTIFICATE, "a US DEA certificate number";
    MedicalRecord = medical::MEDICAL_RECORD, "a medical record or patient number";
    HealthInsurance = medical::INSURANCE, "a health insurance or policy number, of a country not listed";
    DeHealthInsurance = germany::HEALTH_INSURANCE, "a German health insurance number";
    DeLanr = germany::PHYSICIAN, "a German physician's number";
    DeBsnr = germany::PRACTICE, "a German practice's number";
    AuAbn = australia::ABN, "an Australian business number";
    AuAcn = australia::ACN, "an Australian company number";
    DeVatId = germany::VAT_ID, "a German VAT number";
    DeHandelsregister = germany::COMMERCIAL_REGISTER, "a German commercial register number";
    ItVatCode = italy::VAT_CODE, "an Italian VAT number";
    InGstin = india::GSTIN, "an Indian goods and services tax number";
    KrBrn = korea::BRN, "a Korean business number";
    SeOrganisationsnummer = sweden::ORGANISATIONSNUMMER, "a Swedish organisation number";
    SgUen = singapore::UEN, "a Singaporean entity number";
    => own: Own0 Own1 Own2 Own3 Own4 Own5 Own6 Own7 Own8 Own9 Own10 Own11 Own12 Own13 Own14 Own15
         Own16 Own17 Own18 Own19 Own20 Own21 Own22 Own23 Own24 Own25 Own26 Own27 Own28 Own29 Own30 Own31
         Own32 Own33 Own34 Own35 Own36 Own37 Own38 Own39 Own40 Own41 Own42 Own43 Own44 Own45 Own46 Own47
         Own48 Own49 Own50 Own51 Own52 Own53 Own54 Own55 Own56 Own57 Own58 Own59 Own60 Own61 Own62 Own63
}

/// The kinds whose label announces a number of a form that cannot be known: what an authority, a bank, an insurer or an
/// employer gave to a person. The order is that of [`Kind::BUILT_IN`].
pub(crate) fn labelled() -> Kinds {
    use Kind::*;
    [
        PaymentCard,
        Iban,
        BankAccount,
        Passport,
        DrivingLicence,
        EmployeeId,
        ProfessionalLicence,
        NationalId,
        UsSsn,
        UsItin,
        UkNino,
        DeIdCard,
        DeTaxId,
        DeTaxNumber,
        DeSocialSecurity,
        FrNir,
        EsNif,
        EsNie,
        ItFiscalCode,
        ItIdentityCard,
        NlBsn,
        BeNrn,
        ChAhv,
        AtSvnr,
        PtNif,
        PlPesel,
        SePersonnummer,
        NoFnr,
        DkCpr,
        FiPersonalIdentityCode,
        TrNationalId,
        InAadhaar,
        InPan,
        BrCpf,
        UkNhs,
        AuMedicare,
        UsMbi,
        UsNpi,
        MedicalRecord,
        HealthInsurance,
        DeHealthInsurance,
    ]
    .into_iter()
    .collect()
}

impl Kind {
    /// The kind with this number.
    pub(crate) fn numbered(number: usize) -> Option<Kind> {
        let own = number.checked_sub(Kind::BUILT_IN.len());
        own.map_or_else(|| Kind::BUILT_IN.get(number), |own| Kind::OWN.get(own)).copied()
    }

    /// All kinds in the order of their numbers, those of a policy's own without a name too.
    pub(crate) fn all() -> impl Iterator<Item = Kind> {
        Kind::BUILT_IN.iter().chain(Kind::OWN).copied()
    }

    /// The word in a policy: `payment_card`.
    pub fn name(self) -> &'static str {
        own::names(self).map_or(self.definition().name, |names| &names.name)
    }

    /// The word in other tools, Presidio's where it has one: `CREDIT_CARD`.
    pub fn label(self) -> &'static str {
        own::names(self).map_or(self.definition().label, |names| &names.label)
    }

    /// The group that it belongs to.
    pub const fn group(self) -> Group {
        self.definition().group
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_a_country_is_covered_by_a_kind_of_the_same_group() {
        for kind in Kind::BUILT_IN {
            if let Some(name) = kind.definition().covered_by {
                let wider = Kind::BUILT_IN.iter().find(|other| other.name() == name).unwrap();
                assert_eq!((kind.group(), wider.definition().covered_by), (wider.group(), None), "{kind}");
            }
        }
    }

    #[test]
    fn context_words_are_lower_case_without_accents() {
        for kind in Kind::BUILT_IN {
            for word in kind.definition().words.iter().flat_map(|words| words.split(' ')) {
                let plain =
                    !word.is_empty() && !word.bytes().any(|byte| byte.is_ascii_uppercase() || byte == 0xC3);
                assert!(plain, "{kind}: {word:?}");
            }
        }
    }
}
