//! Any bytes as a list of pieces of words, a zero, and a text: its pieces are in order, and each is a part of it.

// The crate of the model has no interface for this part of it.
#[path = "../../crates/discreet-ner/src/word_pieces.rs"]
mod vocabulary;

use vocabulary::WordPieces;

pub fn run(data: &[u8]) {
    let both = String::from_utf8_lossy(data);
    let (list, text) = both.split_once('\0').unwrap_or(("", &both));
    assert!(WordPieces::read(list).is_none() || list.contains("[UNK]"));
    let list = format!("[UNK]\n[CLS]\n[SEP]\n{list}");
    let words = WordPieces::read(&list).unwrap();
    let count = i64::try_from(list.lines().count()).unwrap();
    let (first, last) = words.ends();
    assert!((0..count).contains(&first) && (0..count).contains(&last));
    let (mut behind, mut inside) = (0, false);
    for piece in words.pieces(text) {
        assert!(behind <= piece.place.start && i64::from(piece.id) < count, "{text:?} {piece:?}");
        assert!(text.get(piece.place.clone()).is_some_and(|piece| !piece.is_empty()), "{text:?} {piece:?}");
        assert!(!piece.goes_on || inside, "{text:?} {piece:?}");
        (behind, inside) = (piece.place.start, true);
    }
}
