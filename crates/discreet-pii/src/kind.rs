//! The kinds of personal data that are told apart.

use std::fmt;

/// What kinds have in common. A policy may name a group for all of its kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Cards, accounts, wallets: `money`.
    Money,
    /// How to reach a person: `contact`.
    Contact,
    /// Addresses of devices: `network`.
    Network,
    /// What opens doors: `secret`.
    Secret,
    /// Who a person is: `about_person`.
    Person,
    /// Where a person is or lives: `location`.
    Place,
    /// What a hotel knows a guest by: `stay`.
    Stay,
    /// Passports, licences, registrations: `document`. Any passport counts as `passport` too, any driving licence as
    /// `driving_licence`, any registration as `vehicle_plate`.
    Document,
    /// Numbers that a state gives a person: `national_id`.
    NationalId,
    /// Numbers of patients, and of who treats them: `health`.
    Health,
    /// Numbers of firms, which are often one person's: `business`.
    Business,
}

macro_rules! kinds {
    ($($group:ident: $kind:ident $name:literal $label:literal $what:literal;)*) => {
        /// A kind of personal data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = $what] $kind,)*
        }

        impl Kind {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// As a policy writes it: `payment_card`.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name,)* }
            }

            /// As other tools say it, Presidio's word where it has one: `CREDIT_CARD`.
            pub const fn label(self) -> &'static str {
                match self { $(Kind::$kind => $label,)* }
            }

            /// What it is, in words.
            pub const fn what(self) -> &'static str {
                match self { $(Kind::$kind => $what,)* }
            }

            /// The group it belongs to.
            pub const fn group(self) -> Group {
                match self { $(Kind::$kind => Group::$group,)* }
            }
        }
    };
}

kinds! {
    Money: PaymentCard "payment_card" "CREDIT_CARD" "a payment card's number";
    Money: CardSecurityCode "card_security_code" "CARD_CVV" "a payment card's security code";
    Money: Iban "iban" "IBAN_CODE" "an international bank account number";
    Money: BankAccount "bank_account" "US_BANK_NUMBER" "a national bank account number";
    Money: BankRouting "bank_routing" "ABA_ROUTING_NUMBER" "a bank's routing number";
    Money: Bic "bic" "SWIFT_CODE" "a bank's SWIFT code, beside an account";
    Money: CryptoWallet "crypto_wallet" "CRYPTO" "the address of a crypto wallet";
    Contact: Phone "phone" "PHONE_NUMBER" "a telephone number";
    Contact: Email "email" "EMAIL_ADDRESS" "an e-mail address";
    Contact: Url "url" "URL" "a web address or domain name";
    Contact: Username "username" "USERNAME" "an account's name";
    Network: Ip "ip" "IP_ADDRESS" "an IP address";
    Network: Mac "mac" "MAC_ADDRESS" "a network card's address";
    Network: Imei "imei" "IMEI" "a telephone's serial number";
    Secret: ApiKey "api_key" "API_KEY" "a key of a service's interface";
    Secret: Token "token" "ACCESS_TOKEN" "a bearer token, JWT or session";
    Secret: PrivateKey "private_key" "PRIVATE_KEY" "a private key, PEM or OpenSSH";
    Secret: Password "password" "PASSWORD" "a password or PIN";
    Person: Person "person" "PERSON" "a person's name";
    Person: DateOfBirth "date_of_birth" "DATE_OF_BIRTH" "a date of birth";
    Person: Date "date" "DATE_TIME" "any other date or time";
    Person: Age "age" "AGE" "an age";
    Person: Nationality "nationality" "NRP" "a nationality, religion or political group";
    Person: Title "title" "TITLE" "a form of address";
    Person: Organization "organization" "ORGANIZATION" "a company or institution";
    Place: Place "place" "LOCATION" "a city, region or country";
    Place: Address "address" "STREET_ADDRESS" "a street address";
    Place: Postcode "postcode" "ZIP_CODE" "a postal code";
    Place: UkPostcode "uk_postcode" "UK_POSTCODE" "a British postal code";
    Place: Position "position" "GPS_POSITION" "a position on Earth";
    Stay: Room "room" "ROOM_NUMBER" "a room number";
    Stay: Booking "booking" "BOOKING_NUMBER" "a booking, reservation, order or loyalty number";
    Document: Passport "passport" "PASSPORT" "a passport's number, of a country not listed";
    Document: UsPassport "us_passport" "US_PASSPORT" "a passport of the United States";
    Document: UkPassport "uk_passport" "UK_PASSPORT" "a British passport";
    Document: DePassport "de_passport" "DE_PASSPORT" "a German passport";
    Document: FrPassport "fr_passport" "FR_PASSPORT" "a French passport";
    Document: EsPassport "es_passport" "ES_PASSPORT" "a Spanish passport";
    Document: ItPassport "it_passport" "IT_PASSPORT" "an Italian passport";
    Document: NlPassport "nl_passport" "NL_PASSPORT" "a Dutch passport";
    Document: PlPassport "pl_passport" "PL_PASSPORT" "a Polish passport";
    Document: InPassport "in_passport" "IN_PASSPORT" "an Indian passport";
    Document: KrPassport "kr_passport" "KR_PASSPORT" "a Korean passport";
    Document: CnPassport "cn_passport" "CN_PASSPORT" "a Chinese passport";
    Document: JpPassport "jp_passport" "JP_PASSPORT" "a Japanese passport";
    Document: CaPassport "ca_passport" "CA_PASSPORT" "a Canadian passport";
    Document: AuPassport "au_passport" "AU_PASSPORT" "an Australian passport";
    Document: Mrz "mrz" "MRZ" "a machine-readable zone (ICAO 9303)";
    Document: DrivingLicence "driving_licence" "DRIVING_LICENSE" "a driving licence, of a country not listed";
    Document: UsDriverLicense "us_driver_license" "US_DRIVER_LICENSE" "a driver license of the United States";
    Document: UkDrivingLicence "uk_driving_licence" "UK_DRIVING_LICENCE" "a British driving licence";
    Document: DeFuehrerschein "de_fuehrerschein" "DE_FUEHRERSCHEIN" "a German driving licence";
    Document: ItDriverLicense "it_driver_license" "IT_DRIVER_LICENSE" "an Italian driving licence";
    Document: KrDriverLicense "kr_driver_license" "KR_DRIVER_LICENSE" "a Korean driving licence";
    Document: VehiclePlate "vehicle_plate" "VEHICLE_PLATE" "a vehicle's registration, of a country not listed";
    Document: DeKfz "de_kfz" "DE_KFZ" "a German vehicle registration";
    Document: UkVehicleRegistration "uk_vehicle_registration" "UK_VEHICLE_REGISTRATION" "a British vehicle registration";
    Document: InVehicleRegistration "in_vehicle_registration" "IN_VEHICLE_REGISTRATION" "an Indian vehicle registration";
    Document: NgVehicleRegistration "ng_vehicle_registration" "NG_VEHICLE_REGISTRATION" "a Nigerian vehicle registration";
    Document: TrLicensePlate "tr_license_plate" "TR_LICENSE_PLATE" "a Turkish vehicle registration";
    Document: Vin "vin" "VIN" "a vehicle's identification number";
    NationalId: NationalId "national_id" "NATIONAL_ID" "an identity number, of a country not listed";
    NationalId: UsSsn "us_ssn" "US_SSN" "a US social security number";
    NationalId: UsItin "us_itin" "US_ITIN" "a US taxpayer number";
    NationalId: CaSin "ca_sin" "CA_SIN" "a Canadian social insurance number";
    NationalId: UkNino "uk_nino" "UK_NINO" "a British national insurance number";
    NationalId: IePps "ie_pps" "IE_PPS" "an Irish public service number";
    NationalId: DeIdCard "de_id_card" "DE_ID_CARD" "a German identity card";
    NationalId: DeTaxId "de_tax_id" "DE_TAX_ID" "a German tax identification number";
    NationalId: DeTaxNumber "de_tax_number" "DE_TAX_NUMBER" "a German tax number";
    NationalId: DeSocialSecurity "de_social_security" "DE_SOCIAL_SECURITY" "a German pension insurance number";
    NationalId: DePlz "de_plz" "DE_PLZ" "a German postal code";
    NationalId: FrNir "fr_nir" "FR_NIR" "a French social security number";
    NationalId: EsNif "es_nif" "ES_NIF" "a Spanish tax number";
    NationalId: EsNie "es_nie" "ES_NIE" "a Spanish foreigner's number";
    NationalId: ItFiscalCode "it_fiscal_code" "IT_FISCAL_CODE" "an Italian fiscal code";
    NationalId: ItIdentityCard "it_identity_card" "IT_IDENTITY_CARD" "an Italian identity card";
    NationalId: NlBsn "nl_bsn" "NL_BSN" "a Dutch citizen service number";
    NationalId: BeNrn "be_nrn" "BE_NRN" "a Belgian national register number";
    NationalId: ChAhv "ch_ahv" "CH_AHV" "a Swiss social insurance number";
    NationalId: AtSvnr "at_svnr" "AT_SVNR" "an Austrian social insurance number";
    NationalId: PtNif "pt_nif" "PT_NIF" "a Portuguese tax number";
    NationalId: PlPesel "pl_pesel" "PL_PESEL" "a Polish identity number";
    NationalId: SePersonnummer "se_personnummer" "SE_PERSONNUMMER" "a Swedish identity number";
    NationalId: NoFnr "no_fnr" "NO_FNR" "a Norwegian identity number";
    NationalId: DkCpr "dk_cpr" "DK_CPR" "a Danish identity number";
    NationalId: FiPersonalIdentityCode "fi_personal_identity_code" "FI_PERSONAL_IDENTITY_CODE" "a Finnish identity code";
    NationalId: TrNationalId "tr_national_id" "TR_NATIONAL_ID" "a Turkish identity number";
    NationalId: InAadhaar "in_aadhaar" "IN_AADHAAR" "an Indian Aadhaar number";
    NationalId: InPan "in_pan" "IN_PAN" "an Indian tax number";
    NationalId: InVoter "in_voter" "IN_VOTER" "an Indian voter number";
    NationalId: SgNricFin "sg_nric_fin" "SG_NRIC_FIN" "a Singaporean identity number";
    NationalId: KrRrn "kr_rrn" "KR_RRN" "a Korean resident number";
    NationalId: KrFrn "kr_frn" "KR_FRN" "a Korean foreigner's number";
    NationalId: ThTnin "th_tnin" "TH_TNIN" "a Thai identity number";
    NationalId: CnId "cn_id" "CN_ID" "a Chinese identity number";
    NationalId: NgNin "ng_nin" "NG_NIN" "a Nigerian identity number";
    NationalId: ZaIdNumber "za_id_number" "ZA_ID_NUMBER" "a South African identity number";
    NationalId: PhTin "ph_tin" "PH_TIN" "a Philippine tax number";
    NationalId: BrCpf "br_cpf" "BR_CPF" "a Brazilian taxpayer number";
    NationalId: AuTfn "au_tfn" "AU_TFN" "an Australian tax file number";
    Health: UkNhs "uk_nhs" "UK_NHS" "an NHS number";
    Health: AuMedicare "au_medicare" "AU_MEDICARE" "an Australian Medicare number";
    Health: UsMbi "us_mbi" "US_MBI" "a US Medicare beneficiary number";
    Health: UsNpi "us_npi" "US_NPI" "a US health provider's number";
    Health: MedicalLicense "medical_license" "MEDICAL_LICENSE" "a US DEA certificate number";
    Health: MedicalRecord "medical_record" "MEDICAL_RECORD" "a medical record or patient number";
    Health: DeHealthInsurance "de_health_insurance" "DE_HEALTH_INSURANCE" "a German health insurance number";
    Health: DeLanr "de_lanr" "DE_LANR" "a German physician's number";
    Health: DeBsnr "de_bsnr" "DE_BSNR" "a German practice's number";
    Business: AuAbn "au_abn" "AU_ABN" "an Australian business number";
    Business: AuAcn "au_acn" "AU_ACN" "an Australian company number";
    Business: DeVatId "de_vat_id" "DE_VAT_ID" "a German VAT number";
    Business: DeHandelsregister "de_handelsregister" "DE_HANDELSREGISTER" "a German commercial register number";
    Business: ItVatCode "it_vat_code" "IT_VAT_CODE" "an Italian VAT number";
    Business: InGstin "in_gstin" "IN_GSTIN" "an Indian goods and services tax number";
    Business: KrBrn "kr_brn" "KR_BRN" "a Korean business number";
    Business: SeOrganisationsnummer "se_organisationsnummer" "SE_ORGANISATIONSNUMMER" "a Swedish organisation number";
    Business: SgUen "sg_uen" "SG_UEN" "a Singaporean entity number";
}

impl Group {
    /// All of them.
    pub const ALL: [Group; 11] = [
        Group::Money,
        Group::Contact,
        Group::Network,
        Group::Secret,
        Group::Person,
        Group::Place,
        Group::Stay,
        Group::Document,
        Group::NationalId,
        Group::Health,
        Group::Business,
    ];

    /// As a policy writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Money => "money",
            Group::Contact => "contact",
            Group::Network => "network",
            Group::Secret => "secret",
            Group::Person => "about_person",
            Group::Place => "location",
            Group::Stay => "stay",
            Group::Document => "document",
            Group::NationalId => "national_id",
            Group::Health => "health",
            Group::Business => "business",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Kinds([u64; 2]);

const _: () = assert!(Kind::ALL.len() <= 128, "a set has a bit for each kind");

impl Kinds {
    /// None.
    pub const NONE: Kinds = Kinds([0; 2]);

    /// Every kind there is.
    pub fn all() -> Kinds {
        Kind::ALL.iter().copied().collect()
    }

    /// What a policy's word stands for: a kind, a group, or `all`; `None` if it is no such word.
    pub fn named(word: &str) -> Option<Kinds> {
        if word == "all" {
            return Some(Kinds::all());
        }
        let chosen: Kinds = Kind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.name() == word || kind.group().name() == word || kind.wider() == Some(word))
            .collect();
        (!chosen.is_empty()).then_some(chosen)
    }

    /// The words that [`named`](Kinds::named) knows.
    pub fn words() -> impl Iterator<Item = &'static str> + Clone {
        let kinds = Kind::ALL.iter().map(|kind| kind.name());
        // A group and a kind of the same name are one word.
        let groups =
            Group::ALL.iter().map(|group| group.name()).filter(|name| *name != Kind::NationalId.name());
        ["all"].into_iter().chain(groups).chain(kinds)
    }

    /// Adds a kind.
    pub fn insert(&mut self, kind: Kind) {
        let (word, bit) = Self::place(kind);
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }

    /// Takes a kind out.
    pub fn remove(&mut self, kind: Kind) {
        let (word, bit) = Self::place(kind);
        if let Some(bits) = self.0.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// Is it in the set?
    pub fn contains(self, kind: Kind) -> bool {
        let (word, bit) = Self::place(kind);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Is none in the set?
    pub fn is_empty(self) -> bool {
        self.0 == [0; 2]
    }

    /// What is in either.
    pub fn union(self, other: Kinds) -> Kinds {
        let (Kinds([a, b]), Kinds([c, d])) = (self, other);
        Kinds([a | c, b | d])
    }

    /// Is everything that is in `other` in this one too?
    pub fn covers(self, other: Kinds) -> bool {
        self.union(other) == self
    }

    /// Those in the set.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }

    fn place(kind: Kind) -> (usize, u64) {
        let number = kind as usize;
        (number / 64, 1 << (number % 64))
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Kinds {
        let mut set = Kinds::NONE;
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}

impl Kind {
    /// The kind that stands for this one in a policy that does not care for countries.
    const fn wider(self) -> Option<&'static str> {
        match self {
            Kind::UsPassport
            | Kind::UkPassport
            | Kind::DePassport
            | Kind::FrPassport
            | Kind::EsPassport
            | Kind::ItPassport
            | Kind::NlPassport
            | Kind::PlPassport
            | Kind::InPassport
            | Kind::KrPassport
            | Kind::CnPassport
            | Kind::JpPassport
            | Kind::CaPassport
            | Kind::AuPassport
            | Kind::Mrz => Some("passport"),
            Kind::UsDriverLicense
            | Kind::UkDrivingLicence
            | Kind::DeFuehrerschein
            | Kind::ItDriverLicense
            | Kind::KrDriverLicense => Some("driving_licence"),
            Kind::DeKfz
            | Kind::UkVehicleRegistration
            | Kind::InVehicleRegistration
            | Kind::NgVehicleRegistration
            | Kind::TrLicensePlate => Some("vehicle_plate"),
            Kind::UkPostcode | Kind::DePlz => Some("postcode"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_word_of_a_policy_stands_for_something_and_no_two_kinds_share_a_name() {
        let words: Vec<&str> = Kinds::words().collect();
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
        assert!(words.into_iter().all(|word| Kinds::named(word).is_some()));
        assert_eq!(Kinds::named("nonsense"), None);
    }

    #[test]
    fn a_word_for_any_country_stands_for_each_country() {
        let passports = Kinds::named("passport").unwrap();
        assert!(passports.contains(Kind::DePassport) && passports.contains(Kind::Passport));
        assert!(Kinds::named("national_id").unwrap().contains(Kind::EsNif));
        assert!(Kinds::all().covers(passports) && !passports.covers(Kinds::all()));
    }

    #[test]
    fn sets_keep_what_is_put_in() {
        let mut set: Kinds = [Kind::Phone, Kind::SgUen].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Kind::Phone, Kind::SgUen]);
        set.remove(Kind::Phone);
        assert!(!set.contains(Kind::Phone) && set.contains(Kind::SgUen) && !set.is_empty());
    }
}
