//! Names behind labels and titles in any script, lists of names, and tables.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, redacted};

#[test]
fn each_name_of_a_list_behind_a_label_is_hidden() {
    all(&[
        ("guests: Ada Lovelace, Grace Hopper", "guests: <person>, <person>"),
        ("patients: Qwandu Nyyl; Brakko Tessel", "patients: <person>; <person>"),
        ("passengers=Ada Lovelace;Grace Hopper", "passengers=<person>;<person>"),
        ("guests: qwandu nyyl, brakko tessel", "guests: <person>, <person>"),
        (r#"{"guests": ["Ada Lovelace", "Qwandu Nyyl"]}"#, r#"{"guests": ["<person>", "<person>"]}"#),
        (r#"{"passenger_names": ["Qwandu", "Brakko"]}"#, r#"{"passenger_names": ["<person>", "<person>"]}"#),
        (r#"guests: ["Bronek Fiszt", "Yusra Qattan"]"#, r#"guests: ["<person>", "<person>"]"#),
        ("guests=[Bronek Fiszt, Yusra Qattan]", "guests=[<person>, <person>]"),
        ("guests: 'Qorvax Yllt', 'Brenzel Tok'", "guests: '<person>', '<person>'"),
        ("guest: Ada_Lovelace", "guest: <person>"),
        ("passengers=ada_lovelace,grace_hopper", "passengers=<person>,<person>"),
        ("guest _Ada_ arrived", "guest _<person>_ arrived"),
        ("the guest *Ada* arrived", "the guest *<person>* arrived"),
        ("guest… Qwandu Nyyl", "guest… <person>"),
        (r#"[["passport", "XQ77124"], ["speed", "12"]]"#, r#"[["passport", "<passport>"], ["speed", "12"]]"#),
    ]);
}

#[test]
fn the_commas_of_other_scripts_part_a_list_of_names() {
    all(&[
        ("guests: Ada Lovelace، Grace Hopper", "guests: <person>، <person>"),
        ("guests: Qwandu Nyyl、Brakko Tessel", "guests: <person>、<person>"),
        ("guests: 王小明、李雷、韩梅梅", "guests: <person>、<person>、<person>"),
        ("客人：王小明、李雷，房间12", "客人：<person>、<person>，房间12"),
        ("乘客名单：王小明，李雷", "乘客名单：<person>，<person>"),
        ("氏名：田中太郎、鈴木花子", "氏名：<person>、<person>"),
        ("guests: محمد علي، فاطمة الزهراء", "guests: <person>، <person>"),
        ("الضيوف: محمد علي، فاطمة الزهراء", "الضيوف: <person>، <person>"),
        ("гости: Иван Петров, Анна Иванова", "гости: <person>, <person>"),
        ("الاسم: محمد علي، الغرفة 12", "الاسم: <person>، الغرفة 12"),
        ("имя: Иван Петров, номер 12", "имя: <person>, номер 12"),
        ("房间、浴室、毛巾", "房间、浴室、毛巾"),
    ]);
}

#[test]
fn names_in_other_scripts_are_hidden_behind_a_label_and_beside_a_title() {
    all(&[
        ("姓名：王小明，房间", "姓名：<person>，房间"),
        ("名前：田中太郎", "名前：<person>"),
        ("الاسم: محمد علي", "الاسم: <person>"),
        ("имя: Иван Петров", "имя: <person>"),
        ("όνομα: Γιώργος Παπαδόπουλος", "όνομα: <person>"),
        ("שם: דוד כהן", "שם: <person>"),
        ("ชื่อ: สมชาย ใจดี", "ชื่อ: <person>"),
        ("नाम: राहुल शर्मा", "नाम: <person>"),
        ("이름: 김철수", "이름: <person>"),
        ("손님: 김철수", "손님: <person>"),
        ("השם: דוד כהן", "השם: <person>"),
        ("王先生来了", "<person>来了"),
        ("李女士", "<person>"),
        ("田中さんが来た", "<person>が来た"),
        ("田中様、お部屋は", "<person>、お部屋は"),
        ("김철수 씨가 왔다", "<person>가 왔다"),
        ("господин Петров пришёл", "господин <person> пришёл"),
        (r#"{"姓名": "王小明", "имя": "Иван"}"#, r#"{"姓名": "<person>", "имя": "<person>"}"#),
        ("皆さん、同様の仕様です", "皆さん、同様の仕様です"),
        ("файл: Отчёт готов", "файл: Отчёт готов"),
    ]);
}

#[test]
fn a_cell_of_a_table_is_behind_the_label_of_its_column() {
    all(&[
        (
            "name,card,phone\nQwandu Nyyl,4111 1111 1111 1112,555-0147\nBrakko,4111111111111112,5550199",
            "name,card,phone\n<person>,<payment_card>,<phone>\n<person>,<payment_card>,<phone>",
        ),
        ("id\tguest\tpassport\n1\tQwandu\tXQ77124\n", "id\tguest\tpassport\n1\t<person>\t<passport>\n"),
        (
            "| guest | iban | room |\n|---|---|---|\n| Qwandu | DE12345678 | 12 |",
            "| guest | iban | room |\n|---|---|---|\n| <person> | <iban> | <room> |",
        ),
        (
            r#"{"data": "guest,card,room\nQorvax Yllt,4111111111111112,12"}"#,
            r#"{"data": "guest,card,room\n<person>,<payment_card>,<room>"}"#,
        ),
        (
            r#"{"data": "card;guest\n99123;Qorvax Yllt"}"#,
            r#"{"data": "card;guest\n<payment_card>;<person>"}"#,
        ),
        ("login;password\nkwright7;tulip\n", "login;password\n<username>;<password>\n"),
        ("name,position,velocity\nelbow,0.5,0.1\n", "name,position,velocity\nelbow,0.5,0.1\n"),
        ("time,x,y\n17,2,3\n18,2,3\n", "time,x,y\n17,2,3\n18,2,3\n"),
    ]);
}

#[test]
fn a_table_may_be_read_line_by_line() {
    let mut redactor = common::redactor();
    redactor.set_line_by_line(true);
    let field = redactor.rules().field("data");
    for (line, expected) in [
        ("name,card", "name,card"),
        ("Qwandu Nyyl,4111 1111 1111 1112", "<person>,<payment_card>"),
        ("\"Nyyl, Qwandu\",4111111111111112", "\"<person>, <person>\",<payment_card>"),
        ("that is all", "that is all"),
        ("Qwandu Nyyl,12", "Qwandu Nyyl,12"),
    ] {
        let mut out = String::new();
        redactor.redact(line, &field, &mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn accounts_and_passwords_need_no_sign_behind_their_label() {
    all(&[
        ("the guest gave login kwright at the desk", "the guest gave login <username> at the desk"),
        ("The user ID is larabelle.", "The user ID is <username>."),
        ("nome utente zeemeeuw", "nome utente <username>"),
        ("user ID: kwright", "user ID: <username>"),
        ("PW: violet!!", "PW: <password>"),
        ("code Wi-Fi : Zug#fahrt71", "code Wi-Fi : <password>"),
        ("clave marea-alta98", "clave <password>"),
        ("password… tulip7", "password… <password>"),
        ("a/c 6198580546", "a/c <bank_account>"),
        ("the password is sesame", "the password is <password>"),
        ("la contraseña es sésamo", "la contraseña es <password>"),
        ("das Passwort ist sesam", "das Passwort ist <password>"),
        ("le mot de passe est sésame", "le mot de passe est <password>"),
        ("la password è sesamo", "la password è <password>"),
        ("the password is wrong", "the password is wrong"),
        ("login failed, the user name is wrong", "login failed, the user name is wrong"),
        ("the AC unit 61985805 is off", "the AC unit 61985805 is off"),
    ]);
}

#[test]
fn a_spoken_date_of_birth_is_hidden() {
    for (text, out) in [
        ("born on the third of may nineteen eighty", "born on the <date_of_birth>"),
        ("geboren am dritten mai neunzehnhundertachtzig", "geboren am <date_of_birth>"),
        ("je suis née le trois mai mille neuf cent quatre vingt", "je suis née le <date_of_birth>"),
        ("née le premier janvier mille neuf cent soixante douze", "née le <date_of_birth>"),
        ("nací el tres de mayo de mil novecientos ochenta", "nací el <date_of_birth>"),
        ("i was born on the third of May nineteen eighty", "i was born on the <date_of_birth>"),
        ("born may third nineteen eighty", "born <date_of_birth>"),
        ("my birthday is the twenty first of june nineteen ninety two", "my birthday is the <date_of_birth>"),
        ("date of birth fourth july nineteen seventy", "date of birth <date_of_birth>"),
        ("born on the third of may nineteen hundred and eighty", "born on the <date_of_birth>"),
        ("born on the thirty first of december two thousand and one", "born on the <date_of_birth>"),
        ("data di nascita tre maggio millenovecentottanta", "data di nascita <date_of_birth>"),
        ("la reunión es el tres de mayo", "la reunión es el tres de mayo"),
    ] {
        assert_eq!(redacted(text, true), out, "{text}");
    }
}
