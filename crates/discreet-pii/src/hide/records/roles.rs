//! The meaning that a key of JSON has for the values beside it and below it.

use crate::recognisers::labelled;

/// The most bytes of a key that has a meaning.
const LONGEST: usize = 40;

/// Meanings of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::hide) struct Roles(u32);

impl Roles {
    pub const NONE: Roles = Roles(0);
    /// The object is about a person.
    pub const PERSON: Roles = Roles(1);
    /// A name, of whatever the object is about.
    pub const NAME: Roles = Roles(1 << 1);
    /// A birth.
    pub const BIRTH: Roles = Roles(1 << 2);
    /// A year, a month or a day.
    pub const DAY: Roles = Roles(1 << 3);
    /// A part of a day under the key of a birth: `birth_year`.
    pub const BIRTH_DAY: Roles = Roles(1 << 4);
    pub const ADDRESS: Roles = Roles(1 << 5);
    pub const STREET: Roles = Roles(1 << 6);
    pub const CITY: Roles = Roles(1 << 7);
    pub const POSTCODE: Roles = Roles(1 << 8);
    /// The number of a house.
    pub const HOUSE: Roles = Roles(1 << 9);
    pub const PHONE: Roles = Roles(1 << 10);
    /// The code of a country or an area.
    pub const AREA: Roles = Roles(1 << 11);
    /// Another part of a telephone number.
    pub const LOCAL: Roles = Roles(1 << 12);
    pub const CARD: Roles = Roles(1 << 13);
    /// What a card has beside its number.
    pub const CARD_PART: Roles = Roles(1 << 14);
    pub const PASSWORD: Roles = Roles(1 << 15);
    /// A part of an address, if the key above is that of one.
    pub const IN_ADDRESS: Roles = Roles(1 << 16);

    /// A part of a name of a person, whatever its value is.
    pub const NAME_PART: Roles = Roles(1 << 17);
    /// A part of a name, if the key above is that of one.
    pub const IN_NAME: Roles = Roles(1 << 18);

    /// Both.
    pub const fn and(self, other: Roles) -> Roles {
        Roles(self.0 | other.0)
    }

    /// Is any of `other` in it?
    pub const fn any(self, other: Roles) -> bool {
        self.0 & other.0 != 0
    }

    /// The meanings of a key: `birth_year`, `houseNumber`, `PLZ`.
    pub fn of(key: &str) -> Roles {
        if key.len() > LONGEST {
            return Roles::NONE;
        }
        let letters = |c: &char| c.is_alphabetic();
        let whole: String = key.chars().filter(letters).flat_map(char::to_lowercase).collect();
        let whole = Roles::of_word(&whole).and(Roles::of_tail(&whole));
        let mut words = crate::detect::words(key);
        let (Some(first), Some(second), None) = (words.next(), words.next(), words.next()) else {
            return whole;
        };
        let pair =
            Roles::of_pair(Roles::of_word(&first.to_lowercase()), Roles::of_word(&second.to_lowercase()));
        whole.and(pair)
    }

    /// The meaning of the end of a key: `guest_last_name`.
    fn of_tail(word: &str) -> Roles {
        let part = labelled::named::LABELS.iter().any(|part| word.ends_with(part));
        if part { Roles::NAME_PART } else { Roles::NONE }
    }

    /// The meanings of two words: `birth_year`, `phone_prefix`.
    fn of_pair(first: Roles, second: Roles) -> Roles {
        const PAIRS: [(Roles, Roles); 4] = [
            (Roles::PHONE, Roles::AREA.and(Roles::LOCAL)),
            (Roles::CARD, Roles::CARD_PART),
            (Roles::ADDRESS, Roles::STREET.and(Roles::CITY).and(Roles::POSTCODE)),
            (Roles::STREET, Roles::HOUSE),
        ];
        if first.any(Roles::BIRTH) && second.any(Roles::DAY) {
            return second.and(Roles::BIRTH_DAY);
        }
        let fits = |(outer, inner): &(Roles, Roles)| first.any(*outer) && second.any(*inner);
        if PAIRS.iter().any(fits) { first.and(second) } else { Roles::NONE }
    }

    /// The meanings of a word in small letters, or of several without the signs between them.
    fn of_word(word: &str) -> Roles {
        let known = WORDS.iter().filter(|(_, words)| words.split(' ').any(|known| known == word));
        known.fold(Roles::NONE, |roles, (role, _)| roles.and(*role))
    }
}

/// The words of each meaning.
const WORDS: [(Roles, &str); 20] = [
    (Roles::IN_NAME, "family given first last middle"),
    (
        Roles::PERSON,
        "firstname lastname surname givenname familyname middlename maidenname vorname nachname prenom prénom \
         nomdefamille apellido apellidos cognome voornaam achternaam sobrenome passport passportno passportnumber ssn \
         email emailaddress phone phonenumber telephone telefon telefono teléfono telefoon telefone sex gender \
         nationality maritalstatus guest patient gast huesped huésped hóspede ospite paciente paziente",
    ),
    (
        Roles::PERSON.and(Roles::BIRTH),
        "dob dateofbirth birthdate birthday birth born geburtsdatum geburtstag",
    ),
    (
        Roles::PERSON.and(Roles::BIRTH),
        "fechadenacimiento fechanacimiento datedenaissance naissance datadinascita",
    ),
    (
        Roles::PERSON.and(Roles::BIRTH),
        "geboortedatum datadenascimento nascimento geboren geburt nacimiento nascita",
    ),
    (Roles::NAME, "name nom nombre nome naam fullname"),
    (
        Roles::DAY,
        "year month day y m d yyyy yy mm dd jahr monat tag año mes día dia annee année mois jour anno mese giorno \
         ano mês jaar maand dag",
    ),
    (
        Roles::ADDRESS,
        "address addr adresse anschrift direccion dirección indirizzo endereco endereço adres domicilio homeaddress \
         postaladdress billingaddress shippingaddress deliveryaddress mailingaddress wohnadresse location residence",
    ),
    (
        Roles::STREET,
        "street streetname streetaddress streetnumber strasse straße rue calle straat rua addressline streetline",
    ),
    (Roles::CITY, "city town ort wohnort stadt ville ciudad localidad citta città comune woonplaats cidade"),
    (
        Roles::POSTCODE,
        "zip zipcode postalcode postcode postleitzahl plz codepostal codigopostal codicepostale cep",
    ),
    (Roles::IN_ADDRESS, "line via str cap cp"),
    (
        Roles::HOUSE,
        "no nr num number house houseno housenumber hausnummer nummer numero número huisnummer unit apt apartment \
         civico numerocivico",
    ),
    (
        Roles::PHONE,
        "phone phonenumber telephone tel telefon telefonnummer telefono teléfono telefoon telefone mobile",
    ),
    (Roles::PHONE, "mobilephone cell cellphone handy rufnummer festnetz fax whatsapp téléphone"),
    (
        Roles::AREA,
        "prefix area areacode vorwahl countrycode dialcode callingcode cc ndc indicatif prefijo prefisso",
    ),
    (Roles::LOCAL, "number num no nr local sn subscriber extension ext national line"),
    (Roles::CARD, "card cardnumber cardno creditcard pan paymentcard kreditkarte tarjeta karte carte carta"),
    (
        Roles::CARD_PART,
        "exp expiry expires expiration expirydate expirationdate expmonth expyear validthru validuntil lastfour last \
         expirationmonth expirationyear expirymonth expiryyear ablaufmonat ablaufjahr ablaufdatum cardexpiry cardexpiration",
    ),
    (
        Roles::PASSWORD,
        "password passwords passwd pwd passphrase passcode passwort kennwort contraseña contrasena motdepasse \
         wachtwoord senha secret clientsecret psk wpapsk presharedkey",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_any_case_have_a_meaning() {
        for (key, role) in [
            ("birth_year", Roles::BIRTH_DAY),
            ("birthDate", Roles::PERSON),
            ("birth_day", Roles::BIRTH_DAY),
            ("PLZ", Roles::POSTCODE),
            ("houseNumber", Roles::HOUSE),
            ("address_city", Roles::CITY),
            ("phonePrefix", Roles::AREA),
            ("card_last4", Roles::CARD_PART),
            ("address_line_1", Roles::STREET),
        ] {
            assert!(Roles::of(key).any(role), "{key}");
        }
        for key in ["battery", "map_name", "order_number", "seq", "frame_id", "", "part_number", "day_count"]
        {
            assert_eq!(Roles::of(key), Roles::NONE, "{key}");
        }
    }
}
