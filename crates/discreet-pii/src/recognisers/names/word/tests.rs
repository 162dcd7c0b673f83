use super::*;

#[test]
fn words_are_distinguished_from_identifiers() {
    for (word, shape) in [
        ("Anna", Shape::Capital),
        ("McNeill", Shape::Capital),
        ("O'Brien", Shape::Capital),
        ("Jean-Luc", Shape::Capital),
        ("ANNA", Shape::Upper),
        ("J", Shape::Initial),
        ("anna", Shape::Lower),
        ("BtNode", Shape::Code),
        ("Nav2", Shape::Code),
        ("Node_a", Shape::Code),
        ("Foo::bar", Shape::Code),
        ("Éric", Shape::Capital),
    ] {
        assert_eq!(Word::at(word, 0).shape, shape, "{word}");
    }
    for (text, shape) in [
        ("_Anna_", Shape::Capital),
        ("an __Anna Berg__.", Shape::Capital),
        ("guest=Anna", Shape::Capital),
        ("_Anna", Shape::Code),
        ("x_Anna_", Shape::Code),
        ("_Anna_x", Shape::Code),
        ("state=Anna", Shape::Code),
    ] {
        assert_eq!(Word::at(text, text.find("Anna").unwrap()).shape, shape, "{text}");
    }
}

#[test]
fn a_genitive_is_not_part_of_a_word() {
    for (text, word) in
        [("Anna's", "Anna"), ("O'Brien’s bag", "O'Brien"), ("l'Abbé,", "l'Abbé"), ("dogs' ", "dogs")]
    {
        let found = Word::at(text, 0);
        assert_eq!(found.text(text), word);
        let end = found.end;
        assert_eq!(Word::ending(text, end).text(text), word);
    }
}
