use super::*;

#[test]
fn the_marks_of_a_word_do_not_depend_on_the_words_before() {
    let text = "SONGWRITERS Songwriters songwriters";
    let marks = |memo: &mut Memo, start: usize| memo.part(text, start).class;
    let mut memo = Memo::default();
    for start in [0, 12, 24, 0, 12] {
        assert_eq!(marks(&mut memo, start), marks(&mut Memo::default(), start), "{start}");
    }
}

#[test]
fn the_cache_returns_what_the_table_returns() {
    let mut memo = Memo::default();
    let text = "anna walks to the new york office of plans and corridors, O'Brien and müller-lüdenscheidt";
    for _ in 0..2 {
        for (start, _) in text.match_indices(' ').map(|(at, _)| (at + 1, ())).chain([(0, ())]) {
            let (one, other) = (memo.part(text, start), Part::at(text, start));
            assert_eq!((one.word.end, one.class), (other.word.end, other.class), "{}", one.word.text(text));
        }
    }
}

#[test]
fn a_word_with_the_hash_of_another_one_has_its_own_marks() {
    // Made up: the hash of its letters is that of `login`.
    let (made, label) = ("lepvnveabhfzngu", "login");
    let hash = |word: &str| Letters::of(word.as_bytes()).0.value();
    assert_eq!(hash(made), hash(label));
    let mut memo = Memo::default();
    for word in [made, label, "Login", made] {
        assert_eq!(memo.part(word, 0).class, Memo::default().part(word, 0).class, "{word}");
    }
    assert!(memo.part(label, 0).class.any(Class::ACCOUNT));
}

#[test]
fn the_case_of_a_word_that_was_read_before_does_not_matter() {
    for word in
        ["login", "Login", "LOGIN", "plans", "Plans", "PLANS", "müller", "Müller", "o'neill", "Login,"]
    {
        for before in ["login", "Login", "LOGIN", "plans", "PLANS", "MÜLLER", "Müller", "O'NEILL"] {
            let mut memo = Memo::default();
            memo.part(before, 0);
            assert_eq!(memo.part(word, 0).class, Memo::default().part(word, 0).class, "{before}, {word}");
        }
    }
}
