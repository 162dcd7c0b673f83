//! The words. Lower case, without accents, several as one (`datofbirth`); endings such as `number` are added to each.

use crate::Kind::{self, *};

const ANY_PASSPORT: &[Kind] = &[
    Passport, UsPassport, UkPassport, InPassport, KrPassport, CnPassport, JpPassport, CaPassport, AuPassport,
    DePassport, FrPassport, EsPassport, ItPassport, NlPassport, PlPassport,
];
const ANY_LICENCE: &[Kind] =
    &[DrivingLicence, UsDriverLicense, UkDrivingLicence, DeFuehrerschein, ItDriverLicense, KrDriverLicense];
const ANY_PLATE: &[Kind] = &[
    VehiclePlate,
    DeKfz,
    UkVehicleRegistration,
    InVehicleRegistration,
    NgVehicleRegistration,
    TrLicensePlate,
];
const ANY_ID: &[Kind] = &[
    NationalId,
    DeIdCard,
    ItIdentityCard,
    EsNif,
    FrNir,
    NlBsn,
    BeNrn,
    PlPesel,
    SePersonnummer,
    NoFnr,
    DkCpr,
    FiPersonalIdentityCode,
    TrNationalId,
    InAadhaar,
    SgNricFin,
    KrRrn,
    KrFrn,
    ThTnin,
    CnId,
    NgNin,
    ZaIdNumber,
    PtNif,
    ChAhv,
];
const ANY_TAX: &[Kind] = &[
    UsItin,
    DeTaxId,
    DeTaxNumber,
    EsNif,
    PtNif,
    ItFiscalCode,
    InPan,
    PhTin,
    AuTfn,
    BrCpf,
    CaSin,
    DeVatId,
    ItVatCode,
    AuAbn,
];

/// What each word speaks for.
pub(super) const WORDS: &[(&[Kind], &str)] = &[
    // Money.
    (
        &[PaymentCard],
        "card creditcard debitcard credit visa mastercard maestro amex americanexpress diners discover jcb cc pan \
        karte kreditkarte kartennummer bankkarte girokarte carte cartebancaire cartecredit cartedecredit tarjeta tarjetadecredito \
        carta cartadicredito bancomat",
    ),
    (
        &[CardSecurityCode],
        "cvv cvc cvv2 cvc2 csc cid securitycode verificationcode cardcode prufziffer prufnummer kartenprufnummer \
        sicherheitscode cryptogramme codedesecurite codigodeseguridad codicedisicurezza",
    ),
    (&[Iban], "iban"),
    (
        &[BankAccount],
        "bankaccount account acct accountno banking bank checking savings konto kontonummer bankkonto bankverbindung \
        compte comptebancaire cuenta cuentabancaria conto contocorrente debit transfer wire deposit",
    ),
    (&[BankRouting], "routing aba abarouting rtn transit sortcode bankleitzahl blz codebanque"),
    (&[Bic], "bic swift swiftcode biccode swiftbic codebic codicebic codigobic iban"),
    (&[CryptoWallet], "bitcoin btc wallet crypto ethereum eth geldborse portefeuille cartera portafoglio"),
    // Contact.
    (
        &[Phone],
        "mynumber yournumber hisnumber hernumber meinenummer monnumero minumero mionumero phone telephone tel telefon telefonnummer telefono telefonica fon mobile mobil mobiltelefon mobilnummer cellphone cellular \
        cellulare handy handynummer fax telefax telephonique portable movil celular llamar llame llamada llamame chiama \
        chiamare chiamami chiamata appeler appelez appelle rappeler rappelez anrufen anruf ruf rufen ruckruf ruckrufnummer call calling callme callback \
        called caller dial whatsapp sms hotline contact contactnumber contacto kontakt contatto contattare contactar phones desk \
        office landline festnetz festnetznummer durchwahl rufnummer numerodetelephone numerodetelefono numeroditelefono \
        telepono numara numaram telefonu ceptelefonu cep gsm telefoon telefone ligar ring reach extension ext switchboard pager msisdn \
        telefonnumer komorka sim",
    ),
    (&[Email], "email mail emailaddress mailto courriel correo correoelectronico posta postaelettronica"),
    (
        &[Url],
        "url website web site link homepage webseite internetseite siteweb sitioweb paginaweb sitoweb sito visit visited domain \
        domains webpage blog www browse browsing",
    ),
    (
        &[Username],
        "username user login userid benutzer benutzername nutzername utilisateur nomdutilisateur identifiant usuario utente \
        nomeutente handle",
    ),
    (
        &[Ip],
        "ip ipv4 ipv6 ipaddress ipadresse adresseip direccionip indirizzoip host hostname server gateway subnet ping",
    ),
    (&[Mac], "mac macaddress ethernet hardware hardwareaddress physicaladdress wifi bluetooth bssid wlan"),
    (&[Imei], "imei imeisv handset serialnumber"),
    // Secrets.
    (
        &[ApiKey],
        "apikey apitoken secretkey accesskey apisecret clientsecret secret privatekey awssecretaccesskey accesskeyid \
        apischlussel cleapi clavedeapi claveapi chiaveapi",
    ),
    (
        &[Token],
        "token accesstoken authtoken bearer sessionid sessiontoken refreshtoken jwt cookie authorization jeton",
    ),
    (
        &[Password],
        "password passwort passwd pwd passcode passphrase pin pincode kennwort motdepasse mdp contrasena clave parola \
        parolachiave codepin geheimzahl wifipassword wlanpasswort codicepin doorcode accesscode turcode zugangscode",
    ),
    // Person.
    (
        &[DateOfBirth],
        "birth birthday birthdate dateofbirth dob born bornon geboren geburtsdatum geburtstag geb gebdatum geburt \
        naissance datedenaissance ne nee neele neeele anniversaire nacimiento fechadenacimiento nacido nacida cumpleanos \
        nascita datadinascita natoil natail nato nata compleanno geboortedatum nascimento",
    ),
    (&[Age], "age aged alter alters jahrgang edad agede eta ageof turned turns turn turning"),
    // Places and stays.
    (
        &[Postcode, UkPostcode, DePlz],
        "zip zipcode postcode postalcode postal plz postleitzahl codepostal codigopostal cp cap \
        codicepostale postnummer pincode",
    ),
    (&[UkPostcode], "address live lives"),
    (
        &[Position],
        "gps coordinates coordinate coords latitude longitude lat lon lng latlon latlng geolocation \
        koordinaten breitengrad langengrad coordonnees coordenadas latitud longitud coordinate gnss wgs navsat",
    ),
    (
        &[Room],
        "room roomno rooms suite zimmer zimmernummer raum chambre chambres habitacion habitaciones cuarto stanza \
        camerad numerodicamera camerano kamer ward bed bett rm",
    ),
    (
        &[Booking],
        "booking bookingref bookingcode bookingreference reservation reservationcode confirmation confirmationcode confirmationnumber pnr recordlocator \
        order ordernumber loyalty loyaltynumber membership member frequentflyer ticket itinerary buchung buchungsnummer buchungscode \
        reservierung reservierungsnummer bestellung bestellnummer bestatigung bestatigungsnummer auftrag auftragsnummer \
        reference commande numerodecommande confirmacion reserva reservacion pedido prenotazione \
        ordine conferma numerodiprenotazione kundennummer customernumber customerid vorgangsnummer ticketnumber mitgliedsnummer bonusnummer",
    ),
    // Documents.
    (ANY_PASSPORT, "passport passports travelpassport traveldocument"),
    (&[DePassport, Passport], "reisepass pass reisepassnummer passnummer ausweisnummer"),
    (&[FrPassport, Passport], "passeport passeports"),
    (&[EsPassport, Passport], "pasaporte pasaportes"),
    (&[ItPassport, Passport], "passaporto passaporti"),
    (&[NlPassport, Passport], "paspoort reisdocument"),
    (&[PlPassport, Passport], "paszport paszportu"),
    (&[KrPassport], "여권번호는 여권 여권번호"),
    (&[UsPassport], "uspassport americanpassport unitedstates"),
    (&[UkPassport], "ukpassport britishpassport"),
    (&[Mrz], "mrz"),
    (
        ANY_LICENCE,
        "license licence driverlicense driverlicence driverslicense driverslicence drivinglicence drivinglicense permit dl \
        driverid driving driver dlno",
    ),
    (&[DeFuehrerschein, DrivingLicence], "fuhrerschein fuhrerscheinnummer fahrerlaubnis"),
    (&[ItDriverLicense, DrivingLicence], "patente patentediguida"),
    (
        &[DrivingLicence],
        "permis permisdeconduire permisodeconducir carnetdeconducir licenciadeconducir rijbewijs",
    ),
    (&[UkDrivingLicence], "dvla"),
    (
        ANY_PLATE,
        "plate plates licenseplate licenceplate numberplate registration reg vehicle car carreg vehicleregistration regno tag",
    ),
    (&[DeKfz, VehiclePlate], "kennzeichen kfz kfzkennzeichen autokennzeichen nummernschild fahrzeug auto"),
    (&[VehiclePlate], "immatriculation plaque matricula targa kenteken voiture coche macchina"),
    (&[TrLicensePlate], "plaka"),
    (
        &[Vin],
        "vin chassis vehicleidentification fahrgestellnummer fahrzeugidentifizierungsnummer fin telaio bastidor",
    ),
    // National numbers.
    (
        ANY_ID,
        "nationalid identity idcard idno identification identitycard personalid citizenid nationalidentity",
    ),
    (&[UsSsn], "ssn ssns socialsecurity social ss"),
    (&[UsItin], "itin taxpayer individualtaxpayer"),
    (ANY_TAX, "taxid tax tin taxpayerid vat"),
    (&[CaSin], "sin socialinsurance nas assurancesociale"),
    (&[UkNino], "nino nationalinsurance ni insurance"),
    (&[IePps], "pps ppsn publicservice"),
    (&[DeIdCard, NationalId], "personalausweis ausweis personalausweisnummer ausweisnummer"),
    (&[DeTaxId], "steuerid steueridentifikationsnummer idnr steuer identifikationsnummer steueridnr"),
    (&[DeTaxNumber], "steuernummer stnr steuer finanzamt"),
    (
        &[DeSocialSecurity],
        "rvnr rentenversicherung rentenversicherungsnummer sozialversicherung sozialversicherungsnummer svnr \
        versicherungsnummer sozialversicherungsausweis",
    ),
    (&[FrNir], "nir securitesociale numerodesecuritesociale secu insee"),
    (&[EsNif], "nif dni documentonacional documentodeidentidad"),
    (&[EsNie], "nie extranjero"),
    (&[ItFiscalCode], "codicefiscale fiscale cf"),
    (&[ItIdentityCard], "cartadidentita identita cie"),
    (&[NlBsn], "bsn burgerservicenummer sofinummer burgerservice"),
    (&[BeNrn], "rijksregisternummer rijksregister registrenational nrn niss insz"),
    (&[ChAhv], "ahv ahvnummer avs navs sozialversicherungsnummer"),
    (&[AtSvnr], "svnr sozialversicherungsnummer sozialversicherung versicherungsnummer svnummer"),
    (&[PtNif], "nif contribuinte numerodecontribuinte"),
    (&[PlPesel], "pesel"),
    (&[SePersonnummer], "personnummer pnr samordningsnummer swedishid"),
    (&[NoFnr], "fodselsnummer fnr personnummer dnummer"),
    (&[DkCpr], "cpr cprnummer personnummer"),
    (&[FiPersonalIdentityCode], "henkilotunnus hetu personalidentitycode personbeteckning finnishid"),
    (&[TrNationalId], "tckn tckimlik kimlik kimlikno turkishid tcno vatandaslik"),
    (&[InAadhaar], "aadhaar aadhar uidai uid"),
    (&[InPan], "pan permanentaccount pancard permanentaccountnumber"),
    (&[InVoter], "voter epic elector vote voterid"),
    (&[SgNricFin], "nric fin singapore"),
    (&[KrRrn], "rrn residentregistration korean resident 주민등록번호 주민번호"),
    (&[KrFrn], "frn foreignerregistration korean foreigner 외국인등록번호"),
    (&[ThTnin], "thai thaiid เลขประจำตัวประชาชน บัตรประชาชน"),
    (&[CnId], "chineseid residentidentity chinese 身份证 身份证号 身份证号码"),
    (&[NgNin], "nin nimc nigerian nigeria"),
    (&[ZaIdNumber], "southafrican southafricanid rsaid resident"),
    (&[PhTin], "bir philippine birtin"),
    (&[BrCpf], "cpf cadastro"),
    (&[AuTfn], "tfn taxfile taxfilenumber"),
    (
        &[NationalId],
        "identite cartedidentite carteidentite cni identidad cedula documento identita documentodidentita \
        identiteitskaart curp dnicard rg",
    ),
    // Health.
    (&[UkNhs], "nhs nationalhealth"),
    (&[AuMedicare], "medicare medicarecard"),
    (&[UsMbi], "mbi medicare beneficiary medicarebeneficiary"),
    (&[UsNpi], "npi provider nationalprovider"),
    (&[MedicalLicense], "dea deanumber medicallicense certificate"),
    (
        &[MedicalRecord],
        "mrn medicalrecord patient patientid patientno patientnumber patientin patienten patientennummer patientenid fallnummer krankenakte \
        dossiermedical historiaclinica cartellaclinica paciente paziente numerodepatient healthrecord hospitalnumber chart",
    ),
    (
        &[DeHealthInsurance],
        "kvnr krankenkasse krankenversicherung krankenversichertennummer versichertennummer versichertenkarte \
        gesundheitskarte krankenversicherungsnummer",
    ),
    (&[DeLanr], "lanr arztnummer arzt arztnr lebenslangearztnummer"),
    (&[DeBsnr], "bsnr betriebsstatte betriebsstattennummer betriebsstatten praxis"),
    // Business.
    (&[AuAbn], "abn australianbusiness"),
    (&[AuAcn], "acn australiancompany"),
    (&[DeVatId], "ustid ustidnr umsatzsteuer umsatzsteueridentifikationsnummer mwst vatid"),
    (&[DeHandelsregister], "handelsregister amtsgericht registergericht handelsregisternummer"),
    (&[ItVatCode], "partitaiva piva iva partita"),
    (&[InGstin], "gstin gst goodsandservices"),
    (&[KrBrn], "brn businessregistration 사업자등록번호"),
    (&[SeOrganisationsnummer], "organisationsnummer orgnr organisation company foretag companyidentity"),
    (&[SgUen], "uen uniqueentity entity"),
];
