//! Passports and driving licences of countries without a kind of their own, and the words for those of all
//! countries.

use super::checksums::varied;
use super::form::{Definition, define, form};
use super::score::only_near;
use super::{Group, france, germany, italy, netherlands, poland, spain};

/// Words for a passport of any country.
pub(super) const PASSPORT_WORDS: &str = "passport passports travelpassport traveldocument";

/// Words for a driving licence of any country.
pub(super) const LICENCE_WORDS: &str = "license licence driverlicense driverlicence driverslicense driverslicence drivinglicence \
    drivinglicense permit dl driverid dlno";

/// A passport's number, of a country not listed.
pub(super) const PASSPORT: Definition = define("passport", "PASSPORT", Group::Document)
    .forms(&[form(r"[A-Z]{0,3}\d{6,9}", only_near(70)).check(varied)])
    .code(6, 10, only_near(65))
    .words(&[
        PASSPORT_WORDS,
        germany::PASSPORT_WORDS,
        france::PASSPORT_WORDS,
        spain::PASSPORT_WORDS,
        italy::PASSPORT_WORDS,
        netherlands::PASSPORT_WORDS,
        poland::PASSPORT_WORDS,
        "passaporte passaportes passnr passnummer reisepassnr",
        "护照 护照号 护照号码 護照 護照號碼 パスポート 旅券 旅券番号 여권 여권번호 паспорт паспорта διαβατήριο",
    ]);

/// A driving licence, of a country not listed.
pub(super) const DRIVING_LICENCE: Definition =
    define("driving_licence", "DRIVING_LICENSE", Group::Document).code(6, 18, only_near(62)).words(&[
        LICENCE_WORDS,
        germany::LICENCE_WORDS,
        italy::LICENCE_WORDS,
        "fuehrerschein fuehrerscheinnummer fuhrerscheinnummer carnet carnedeconducir permisodeconducir permisoconducir numerodepermiso \
        licencia cartadeconducao cartaconducao conducao licensenumber licencenumber \
        permis permisdeconduire permisodeconducir carnetdeconducir licenciadeconducir \
        rijbewijs cnh",
    ]);
