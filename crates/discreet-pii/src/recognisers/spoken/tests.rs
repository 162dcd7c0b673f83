use super::*;

fn normal(text: &str) -> (Written, bool) {
    let mut normal = Written::default();
    let field = Field { spoken: true, ..Field::default() };
    let changed = normalise(text, &field, &mut normal);
    (normal, changed)
}

#[track_caller]
fn reads(text: &str, written: &str) {
    let (normal, changed) = normal(text);
    assert!(changed, "nothing was rewritten in: {text}");
    assert_eq!(normal.text(), written);
    mapped(text, &normal);
}

#[track_caller]
fn stays(text: &str) {
    let (normal, changed) = normal(text);
    assert!(!changed, "{text} became {}", normal.text());
}

/// Every span maps back to whole characters, in order, and the whole text to the whole.
#[track_caller]
fn mapped(text: &str, normal: &Written) {
    assert_eq!(normal.original(0, normal.text().len()), 0..text.len());
    let boundaries: Vec<usize> =
        (0..=normal.text().len()).filter(|at| normal.text().is_char_boundary(*at)).collect();
    for pair in boundaries.windows(2) {
        let range = normal.original(pair[0], pair[1]);
        assert!(text.get(range.clone()).is_some_and(|it| !it.is_empty()), "{range:?} of {text}");
    }
}

#[test]
fn digits_in_a_row_are_one_number() {
    reads("card four one double one two two triple five and so on", "card 411122555 and so on");
    reads("call oh seven seven two one three nought oh six", "call 077213006");
    reads("it is nine, three, three, seven.", "it is 9337.");
    reads("Four-one-one is it", "411 is it");
    reads("five o seven", "507");
    reads("five five five one two one two x oh nine", "5551212 x09");
    reads("plus four four two oh seven", "+44207");
    reads("one um two uh three four", "1234");
    reads("three one two four to five six", "3124256");
}

#[test]
fn numbers_of_several_words_are_written_in_digits() {
    reads("i am twenty three years old", "i am 23 years old");
    reads("she is nine years old", "she is 9 years old");
    reads("born in nineteen eighty five", "born in 1985");
    reads("since two thousand and five", "since 2005");
    reads("in twenty twenty four", "in 2024");
    reads("one eight hundred five five five", "1800555");
    reads("room three hundred and twelve", "room 312");
    reads("on march twenty first nineteen ninety", "on march 21st 1990");
    reads("on the third of may", "on the 3rd of may");
    reads("on march five nineteen eighty five", "on march 5 1985");
}

#[test]
fn a_day_of_birth_is_written_in_digits() {
    reads("geboren am dritten mai neunzehnhundertachtzig", "geboren am 3rd mai 1980");
    reads("née le trois mai mille neuf cent soixante douze", "née le 3 mai 1972");
    reads("né le premier mars mille neuf cent quatre vingt", "né le 1st mars 1980");
    reads("nacida el tres de mayo de mil novecientos ochenta", "nacida el 3 de mayo de 1980");
    reads("nato il due giugno millenovecentottanta", "nato il 2 giugno 1980");
    stays("la reunión es el tres de mayo");
    stays("tu sei mai stato");
}

#[test]
fn signs_between_digits_are_written() {
    reads("ten dot zero dot double one dot one two seven", "10.0.11.127");
    reads("one two three dash four five dash six seven eight nine", "123-45-6789");
    reads("three slash four slash nineteen eighty", "3/4/1980");
    reads("192 dot 168 dot 4 dot 20", "192.168.4.20");
}

#[test]
fn spelled_letters_join_their_digits() {
    reads("iban g b two six y v o k zero nine", "iban GB26YVOK09");
    reads("plate bravo x-ray one two", "plate bravo x-ray 12");
    reads("passport number a one two three four", "passport number A1234");
    reads("plate alpha bravo one two charlie delta", "plate AB12CD");
    reads("i have a four five six", "i have a 456");
    reads("my i b a n is", "my IBAN is");
}

#[test]
fn addresses_are_put_together() {
    reads("write to john dot smith at example dot com please", "write to john.smith@example.com please");
    reads("my email is mary ann at sea breeze dot co dot uk", "my email is maryann@seabreeze.co.uk");
    reads("it's jo underscore w eighty five at mail dot d e", "it's jo_w85@mail.de");
    reads("see www dot sunny dash side dot com slash rooms", "see www.sunny-side.com/rooms");
    reads("just go to bluelagoon dot is tonight", "just go to bluelagoon.is tonight");
    reads("jean point dupont arobase orange point fr", "jean.dupont@orange.fr");
}

#[test]
fn five_languages_are_read() {
    reads("meine nummer ist null eins sieben sechs fünf vier", "meine nummer ist 017654");
    reads("ich bin dreiundvierzig jahre alt", "ich bin 43 jahre alt");
    reads("zéro six douze trente quatre cinquante six soixante dix huit", "0612345678");
    reads("quatre vingt dix sept", "97");
    reads("mille neuf cent quatre vingt cinq", "1985");
    reads("seis uno dos treinta y cinco", "61235");
    reads("mil novecientos ochenta y dos", "1982");
    reads("tre quattro sette quarantacinque", "34745");
}

#[test]
fn ordinary_words_stay() {
    for text in [
        "one of the two went to town for a walk",
        "this one is for you",
        "no one won",
        "i ate too much",
        "meet me at the bar",
        "the red dot is on the map",
        "at this point it is late",
        "once upon a time",
        "a double room please",
        "call mike or oscar or victor",
        "john d rockefeller and j k rowling",
        "le neuf est un bon choix",
        "es sind zwei",
        "oh my",
        "",
    ] {
        stays(text);
    }
}

#[test]
fn text_of_other_fields_stays() {
    let mut normal = Written::default();
    assert!(!normalise("four four five", &Field::default(), &mut normal));
}

#[test]
fn a_part_maps_back_to_the_words_it_came_from() {
    let text = "ünlü: card four double two nine thanks";
    let (normal, _) = normal(text);
    let written = "ünlü: card 4229 thanks";
    assert_eq!(normal.text(), written);
    let at = written.find("4229").unwrap();
    assert_eq!(text.get(normal.original(at, at + 4)), Some("four double two nine"));
    assert_eq!(text.get(normal.original(at + 1, at + 2)), Some("double two"));
    let thanks = written.find("thanks").unwrap();
    assert_eq!(text.get(normal.original(thanks, thanks + 3)), Some("tha"));
    assert_eq!(text.get(normal.original(0, 6)), Some("ünlü"));
}

#[test]
fn any_mix_of_words_maps_back_to_characters() {
    let words = [
        "four", "double", "oh", "o", "a", "g", "at", "dot", "point", "com", "de", "twenty", "hundred",
        "thousand", "and", "dash", "plus", "slash", "12", "7", "to", "mike", "bravo", "first", "march", "um",
        "vingt", "quatre", "né", "ß", ",", ".", "cent", "x", "is", "email",
    ];
    let mut state = 7u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            text.push_str(words[(state >> 33) as usize % words.len()]);
            text.push(' ');
        }
        let (normal, changed) = normal(&text);
        if changed {
            mapped(&text, &normal);
        }
    }
}

#[test]
fn dutch_and_portuguese_numbers_are_written_in_digits() {
    reads("kamer vierhonderdtwaalf", "kamer 412");
    reads("nummer nul zes één twee drie vier", "nummer 061234");
    reads("nul zes twaalf vierendertig zesenvijftig", "06123456");
    reads("geboren op vijf maart negentienhonderdeenenzeventig", "geboren op 5 maart 1971");
    reads("sjoerd punt hoekstra apenstaartje gmail punt com", "sjoerd.hoekstra@gmail.com");
    reads("quarto quatro um dois", "quarto 412");
    reads("quarto quatrocentos e doze", "quarto 412");
    reads("um dois três quatro", "1234");
    reads("nasci em mil novecentos e setenta e um", "nasci em 1971");
    reads("joaquim ponto teles arroba gmail ponto com", "joaquim.teles@gmail.com");
    reads("one um two uh three", "123");
    stays("um quarto com vista e uma toalha");
    stays("de robot gaat naar een kamer");
}
