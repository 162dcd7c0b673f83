//! Credentials: keys, tokens, passwords. Services give their keys prefixes so that scanners find them. The recogniser
//! `labelled.rs` finds those that only their label tells.

use memchr::memmem;

use super::Group;
use super::form::{Definition, Form, define, form};
use super::score::{Scores, alone, only_near};

/// A prefix that its service reserves for this purpose: context adds nothing.
const RESERVED_PREFIX: Scores = alone(95).always();

/// A credential with a reserved prefix, of at least so many bytes.
const fn prefixed(pattern: &'static str, least: u8) -> Form {
    form(pattern, RESERVED_PREFIX).at_least(least).case_sensitive()
}

/// A key of a programming interface.
pub(super) const API_KEY: Definition = define("api_key", "API_KEY", Group::Secret)
    .forms(&[
        prefixed(r"A(?:KIA|SIA|ROA|IDA)[A-Z0-9]+", 20), // Amazon
        prefixed(r"gh[pousr]_[A-Za-z0-9]+", 34),        // GitHub
        prefixed(r"github_pat_[A-Za-z0-9_]+", 33),      // GitHub
        prefixed(r"glpat-[A-Za-z0-9_-]+", 26),          // GitLab
        prefixed(r"AIza[A-Za-z0-9_-]+", 39),            // Google
        prefixed(r"GOCSPX-[A-Za-z0-9_-]+", 35),         // Google
        prefixed(r"ya29\.[A-Za-z0-9_-]+", 25),          // Google
        prefixed(r"xox[abeoprs]-[A-Za-z0-9-]+", 15),    // Slack
        prefixed(r"xapp-\d-[A-Za-z0-9-]+", 27),         // Slack
        prefixed(r"(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]+", 18), // Stripe
        prefixed(r"whsec_[A-Za-z0-9]+", 30),            // Stripe
        prefixed(r"sk-[A-Za-z0-9_-]+", 24),             // model services
        prefixed(r"hf_[A-Za-z0-9]+", 33),               // Hugging Face
        prefixed(r"npm_[A-Za-z0-9]+", 40),              // npm
        prefixed(r"pypi-[A-Za-z0-9_-]+", 55),           // PyPI
        prefixed(r"dop_v1_[a-f0-9]+", 71),              // DigitalOcean
        prefixed(r"SG\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", 36), // SendGrid
        prefixed(r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]+", 38), // Shopify
        prefixed(r"AGE-SECRET-KEY-1[0-9A-Z]+", 74),     // age (the encryption tool)
    ])
    .code(20, 100, only_near(80))
    .words(&["apikey apitoken secretkey accesskey apisecret clientsecret secret privatekey \
        awssecretaccesskey accesskeyid apischlussel cleapi clavedeapi claveapi chiaveapi"]);

/// A bearer token, JWT or session.
pub(super) const TOKEN: Definition = define("token", "ACCESS_TOKEN", Group::Secret)
    .forms(&[
        prefixed(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", 20), // RFC 7519
        prefixed(r"[Bb]earer [A-Za-z0-9._~+/-]+=*", 23).skip(7),            // RFC 6750
        prefixed(r"[Bb]asic [A-Za-z0-9+/]+=*", 22).skip(6),                 // RFC 7617
        form(r"[Bb]asic [A-Za-z0-9+/]+=*", only_near(80))
            .check_text(is_short_pair)
            .within(1)
            .skip(6)
            .case_sensitive(),
    ])
    .code(16, 100, only_near(75))
    .words(&["token accesstoken authtoken bearer sessionid sessiontoken refreshtoken jwt cookie \
        authorization jeton csrf csrftoken xsrftoken"]);

/// A private key, PEM or OpenSSH.
pub(super) const PRIVATE_KEY: Definition = define("private_key", "PRIVATE_KEY", Group::Secret);

/// A password or PIN.
pub(super) const PASSWORD: Definition = define("password", "PASSWORD", Group::Secret)
    .forms(&[
        form(r"\d{4,8}", only_near(70)).check(|code| code.len() >= 4).within(2),
        // `G-448812`, `771-204`
        form(r"[A-Z]-\d{6}|\d{3}-\d{3}", only_near(70)).within(1).case_sensitive(),
    ])
    .words(&["password pass dbpass userpass pgpassword sshpass mysqlpwd rsyncpassword passwort passwd pwd passcode passphrase pin pincode kennwort motdepasse mdp \
        contrasena clave parola parolachiave codepin geheimzahl wifipassword wlanpasswort \
        codicepin doorcode accesscode turcode zugangscode wlankennwort wifipasswort pw wachtwoord wifiwachtwoord \
        toegangscode senha senhadowifi palavrapasse contrasenia codewifi cleewifi clewifi \
        parolachiave passcodewifi psk wpapsk presharedkey verificationcode onetimecode onetimepassword otp smscode tan mtan \
        bestatigungscode verifizierungscode sicherheitscode codigodeverificacion codedeverification codicediverifica \
        verificatiecode codigodeverificacao \
        alarmcode safecode tresorcode gatecode entrycode lockercode keypadcode keyboxcode buildingcode accesspin 2facode mfacode \
        authcode logincode puk pukcode yourcode usecode ihrcode deincode votrecode tucodigo sucodigo iltuocodice uwcode \
        codedacces codedentree codeporte delaporte codigodeacceso codigoacceso codigodealarma codicediaccesso codiceaccesso \
        codicedallarme codigodeacesso schlieszfachcode schliessfachcode tuercode alarmkode wlanschlussel wifischlussel \
        netzwerkschlussel wlankey wifikey networkkey netzwerkkennwort paroladordine cledureseau clewpa wpakey wepkey"]);

/// The beginning of a header in the armour of RFC 7468.
pub(crate) const HEADER_BEGINS: &str = "-----BEGIN ";
/// The scores of a private key in such an armour.
pub(crate) const PEM: Scores = alone(99).always();
/// The longest label of a header.
const LONGEST_LABEL: usize = 60;

/// Is the base64 behind `Basic ` that of a short account and password: capitals, small letters and a digit?
fn is_short_pair(raw: &str) -> bool {
    let has = |is: fn(&u8) -> bool| raw.as_bytes().iter().skip(6).any(is);
    raw.len() >= 14 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

/// The end of the private key whose header begins at `start`: that of its footer, or of the lines that look like a key. `None`
/// if the header is that of something else, such as a certificate.
pub(crate) fn private_key_end(text: &str, start: usize) -> Option<usize> {
    const FOOTER_BEGINS: &str = "-----END ";
    const DASHES: &str = "-----";
    let rest = text.get(start..).unwrap_or_default();
    let label = rest.get(HEADER_BEGINS.len()..).and_then(|label| label.split("-----").next());
    let label = label.unwrap_or_default();
    if label.len() > LONGEST_LABEL || !(label.contains("PRIVATE KEY") || label.contains("SECRET KEY")) {
        return None;
    }
    // Only up to the next header: a text may have thousands of them.
    let body = HEADER_BEGINS.len() + label.len() + DASHES.len();
    let near = rest.as_bytes().get(..LONGEST_KEY).unwrap_or(rest.as_bytes()).get(body..).unwrap_or_default();
    let next = memmem::find(near, DASHES.as_bytes()).map(|at| body + at);
    let footer = next.filter(|at| rest.get(*at..).is_some_and(|rest| rest.starts_with(FOOTER_BEGINS)));
    let end = footer.map_or_else(
        || lines_of_key(rest),
        |footer| {
            let end = footer + FOOTER_BEGINS.len();
            let tail = rest.get(end..).unwrap_or_default();
            tail.find("-----").filter(|at| *at < LONGEST_LABEL).map_or(end, |at| end + at + 5)
        },
    );
    Some(start + end)
}

/// The longest private key, in bytes, and in lines.
const LONGEST_KEY: usize = 16 << 10;
const MOST_LINES: usize = 100;

/// The length of a key without a footer: its header, and the lines that have the letters of base64 and no words.
fn lines_of_key(text: &str) -> usize {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-');
    let is_part = |line: &str| {
        let word = line.trim_matches(|c: char| !inside(c));
        // `Proc-Type: 4,ENCRYPTED`, `[INFO] MIIE...`
        let header = word.split_once(": ").is_some_and(|(name, _)| name.contains('-') && !name.contains(' '));
        word.chars().all(inside) || header || word.rsplit(' ').next().is_some_and(|last| last.len() >= 40)
    };
    let mut end = 0;
    for (number, line) in text.split_inclusive('\n').take(MOST_LINES).enumerate() {
        // All of a key may be in the line of its header.
        if number > 0 && !is_part(line) || end + line.len() > LONGEST_KEY {
            break;
        }
        end += line.len();
    }
    let whole = text.get(..end.max(1)).unwrap_or_default().trim_end_matches(['\n', '\r', ' ']).len();
    // The header is in a longer line.
    let cut = (0..=LONGEST_KEY.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    if end == 0 { cut.unwrap_or(0) } else { whole }
}

/// The scores of a long word without a prefix of its own, if its form is that of a key.
pub(crate) fn key(word: &str) -> Option<Scores> {
    let hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Twilio.
    let twilio = matches!(word.as_bytes(), [b'A', b'C', ..] | [b'S', b'K', ..]);
    (word.len() == 34 && twilio && word.get(2..).is_some_and(hex)).then_some(alone(85).near(97))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_ends_with_its_footer_and_a_certificate_is_not_one() {
        let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----";
        assert_eq!(private_key_end(&format!("x {key} y"), 2), Some(2 + key.len()));
        assert_eq!(private_key_end(&key[..40], 0), Some(40));
        assert_eq!(private_key_end(&key.replace("PRIVATE KEY", "CERTIFICATE"), 0), None);
    }

    #[test]
    fn a_key_of_twilio_has_two_letters_and_32_hexadecimal_digits() {
        let digits = "0123456789abcdef0123456789abcdef";
        assert!(key(&format!("AC{digits}")).is_some() && key(&format!("SK{digits}")).is_some());
        assert!(key(&format!("XX{digits}")).is_none() && key(&format!("AC{digits}0")).is_none());
    }
}
