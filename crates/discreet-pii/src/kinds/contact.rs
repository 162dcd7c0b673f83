//! Telephones, e-mail, the web and account names. The recognisers `telephone.rs` and `web.rs` find them; they
//! have no pattern.

use super::Group;
use super::form::{Definition, define};

/// A telephone number.
pub(super) const PHONE: Definition = define("phone", "PHONE_NUMBER", Group::Contact).words(&[
    "answeringat answeringon answerat textmeat textmeon texthimat textheron textto messagesto messageto smsto \
        callson reachmeat reachmeon reachhimon reachheron registeredunder registeredto registeredwith \
        registerednumber ournumber theirnumber snumber numbersare voicemail erreichbar erreichenunter joindreau \
        joignableau localizableen alnumero alnumerode numeroes numeroe numeroest \
        mycell hiscell hercell micel mycel tucel sucel monnum minum mynum mijnnr mijnnum meinenr cellno cellnumber cellnr \
        mynumber yournumber hisnumber hernumber mijnnummer meunumero meinenummer monnumero minumero mionumero \
        phone telephone tel telefon telefonnummer telefono telefonica fon mobile mobil \
        mobiltelefon mobilnummer cellphone cellular cellulare handy handynummer fax telefax \
        telephonique portable movil celular llamar llame llamada llamame chiama chiamare \
        chiamami chiamata appeler appelez appelle rappeler rappelez anrufen anruf ruf rufen \
        ruckruf ruckrufnummer call calling callme callback called caller dial whatsapp sms \
        hotline contact contactnumber contacto kontakt contatto contattare contactar phones \
        desk office landline festnetz festnetznummer durchwahl rufnummer numerodetelephone \
        numerodetelefono numeroditelefono telepono numara numaram telefonu ceptelefonu cep \
        gsm telefoon telefone ligar ring reach extension ext switchboard pager msisdn \
        telefonnumer komorka sim ph mob mobilenumber telemovel numerodetelemovel 电话 電話 手机 手機 \
        電話番号 전화 전화번호 휴대폰 телефон тел мобильный телефону هاتف جوال الهاتف फोन फ़ोन मोबाइल",
]);

/// An e-mail address.
pub(super) const EMAIL: Definition = define("email", "EMAIL_ADDRESS", Group::Contact)
    .words(&["email mail emailaddress mailto courriel correo correoelectronico posta \
        postaelettronica"]);

/// A web address or domain name.
pub(super) const URL: Definition = define("url", "URL", Group::Contact)
    .words(&["url website web site link homepage webseite internetseite siteweb sitioweb paginaweb \
        sitoweb sito visit visited domain domains webpage blog www browse browsing"]);

/// An account's name.
pub(super) const USERNAME: Definition = define("username", "USERNAME", Group::Contact)
    .words(&["username user login userid benutzer benutzername nutzername utilisateur \
        nomdutilisateur identifiant usuario utente nomeutente handle userid accountname loginname benutzerkonto anmeldename kennung \
        benutzerkennung nomdutilisateur compteutilisateur nombredeusuario gebruiker gebruikersnaam \
        inlognaam utilizador nomedeutilizador nomedeusuario"]);
