//! Short numbers: rooms, lists, cells, masked digits, versions and other numbers that look alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, stay};

#[test]
fn a_room_has_the_number_behind_its_word_and_no_other() {
    all(&[
        ("room=305 nights=2", "room=<room> nights=2"),
        ("room=305 guests=2 euro=90", "room=<room> guests=2 euro=90"),
        ("zimmer=305 nächte=2", "zimmer=<room> nächte=2"),
        ("room 305 nights 2", "room <room> nights 2"),
        ("room 305, 2 towels", "room <room>, 2 towels"),
        ("room 305 2 towels", "room <room> 2 towels"),
        ("room=305 floor=3", "room=<room> floor=3"),
        ("Room 305 min bar", "Room <room> min bar"),
        ("room=3C-2", "room=<room>"),
        ("age=83 kg=70", "age=<age> kg=70"),
        ("cvv=417 amount=120", "cvv=<card_security_code> amount=120"),
        ("Suite 697 Apt. 397", "Suite <room> Apt. <room>"),
        ("room number is: 305", "room number is: <room>"),
    ]);
    stay(&[
        "room 90 EUR",
        "room for 2 nights",
        "meeting room capacity 12",
        "room temperature 21",
        "Room 3D model loaded",
        "the room has 3 beds",
    ]);
}

#[test]
fn a_list_of_short_numbers_goes_on_to_its_end() {
    all(&[
        ("rooms 2, 4, 16, 18, 120 and 122", "rooms <room>, <room>, <room>, <room>, <room> and <room>"),
        ("rooms 312/314/316/318", "rooms <room>/<room>/<room>/<room>"),
        ("chambres 12, 14, 16 et 18", "chambres <room>, <room>, <room> et <room>"),
        ("Zimmer 412, 413, 414 und 415", "Zimmer <room>, <room>, <room> und <room>"),
        ("Zimmer 9 und 10", "Zimmer <room> und <room>"),
        ("pin 4471, 4472, 4473, 4474", "pin <password>, <password>, <password>, <password>"),
        ("room 412, 3.5 m", "room <room>, 3.5 m"),
        ("room 412 and 2 towels", "room <room> and 2 towels"),
    ]);
}

#[test]
fn masked_digits_may_be_letters() {
    all(&[
        ("Card XXXX XXXX XXXX 4417", "Card <payment_card>"),
        ("card xxxx-xxxx-xxxx-4417", "card <payment_card>"),
        ("card xxxxxxxxxxxx4417", "card <payment_card>"),
        ("card 5500-00XX-XXXX-4417", "card <payment_card>"),
        ("SSN XXX-XX-9182", "SSN <us_ssn>"),
        ("IBAN DE89 XXXX XXXX XXXX 0130 00", "IBAN <iban>"),
        ("passport ***1872", "passport <passport>"),
        ("SSN (last 4): 9182", "SSN (last 4): <us_ssn>"),
        ("card ending in 4417", "card ending in <payment_card>"),
        ("Karte endet auf 4417", "Karte endet auf <payment_card>"),
    ]);
    stay(&["max 1234 x 5", "Foxx 1234", "0xFFxx12", "card reader 4417"]);
}

#[test]
fn groups_of_a_number_may_stand_in_brackets_and_in_other_sizes() {
    all(&[
        ("(5500) (0055) (5555) (5559)", "(<payment_card>)"),
        ("[5500][0055][5555][5559]", "[<payment_card>]"),
        ("550000 5555555559", "<payment_card>"),
        ("car KX 22 ABC", "car <vehicle_plate>"),
        ("plate: B 1234 XY", "plate: <vehicle_plate>"),
        (r#"{"phone":[0,3,0,5,5,1,2]}"#, &format!(r#"{{"phone":[{}]}}"#, [r#""<phone>""#; 7].join(","))),
    ]);
    stay(&["550000 1732960000", "(12) (14) (16) (18)", r#"{"seq":[0,7,7,0,0,9,0,0,1,2,3]}"#]);
}

#[test]
fn short_cells_are_behind_the_label_of_their_column() {
    all(&[
        ("guest,room\nKofi Asante,5", "guest,room\n<person>,<room>"),
        ("guest;booking_ref\nKofi Asante;BK-1", "guest;booking_ref\n<person>;<booking>"),
        ("guest,email,city\nKofi Asante,k@moor.example,Ulm", "guest,email,city\n<person>,<email>,<place>"),
        ("ospite;camera\nKofi Asante;118", "ospite;camera\n<person>;<room>"),
        (
            "guest,card,expiry\nKofi Asante,5500005555555559,11/28",
            "guest,card,expiry\n<person>,<payment_card>,<payment_card>",
        ),
    ]);
    stay(&["robot,city,temp\nr1,Graz,5", "camera,fps\n3,30", "joint,room_temp\nelbow,5"]);
}

#[test]
fn versions_serial_numbers_and_logs_stay() {
    stay(&[
        "Python 3.10.12",
        "opencv==4.10.12",
        "Ubuntu 22.04.3",
        "pin 13 set to HIGH",
        "output 4 set by the driver",
        "unit 4 may fail",
        "serial SN-0042-1187",
        "part PN-0171-2345678",
        "HTTP/1.1 of the patient",
        "2026-11-30 08:12:44.221 speed=0.82",
        "[2026-11-30 08:12:44] start",
    ]);
    all(&[
        ("am 3.10.12 geboren", "am <date_of_birth> geboren"),
        ("on 12 May to 15 May", "on <date> to <date>"),
        ("il 13 settembre 2024", "il <date>"),
        ("GET /api/patient/MRN-220918 HTTP/1.1", "GET /api/patient/<medical_record> HTTP/1.1"),
        ("XK-07700 900123", "XK-<phone>"),
    ]);
}
