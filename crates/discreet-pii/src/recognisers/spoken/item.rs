//! Items: the written form of spoken words.

use super::token::Token;

/// The written form of one or more words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// The bytes of the words.
    pub from: usize,
    pub to: usize,
    pub what: What,
    pub bytes: [u8; 8],
    length: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The word as it is.
    Same,
    Digit,
    /// A number of several digits.
    Figure,
    Letter,
    Sign,
}

impl Item {
    /// The text that is written; `None` for the words themselves.
    pub fn written(&self) -> Option<&str> {
        let bytes = self.bytes.get(..self.length.into()).unwrap_or_default();
        if self.what == What::Same { None } else { std::str::from_utf8(bytes).ok() }
    }

    /// An item of the words themselves.
    pub fn same(words: &[Token]) -> Option<Item> {
        Item::new(words, What::Same, b"")
    }

    /// An item of the unchanged text between two words.
    pub fn between(from: usize, to: usize) -> Item {
        Item { from, to, what: What::Same, bytes: [0; 8], length: 0 }
    }

    /// A sign.
    pub fn sign(words: &[Token], sign: u8) -> Option<Item> {
        Item::new(words, What::Sign, &[sign])
    }

    pub fn new(words: &[Token], what: What, written: &[u8]) -> Option<Item> {
        let (from, to) = (words.first()?.start, words.last()?.end);
        let mut bytes = [0; 8];
        bytes.get_mut(..written.len())?.copy_from_slice(written);
        Some(Item { from, to, what, bytes, length: u8::try_from(written.len()).ok()? })
    }

    pub fn digits(&self) -> usize {
        match self.what {
            What::Digit | What::Figure => self.length.into(),
            What::Same => self.to - self.from,
            What::Letter | What::Sign => 0,
        }
    }

    pub fn letters(&self) -> usize {
        if self.what == What::Letter { self.length.into() } else { 0 }
    }

    /// Is this a letter that is a word: `a` and `i`, and `e`, `o` and `y` in other languages?
    pub fn is_word(&self) -> bool {
        matches!(
            (self.what, self.bytes.first(), self.length),
            (What::Letter, Some(b'A' | b'I' | b'E' | b'O' | b'Y'), 1)
        )
    }

    /// The item with the number of its words.
    pub fn with(self, words: usize) -> (Item, usize) {
        (self, words)
    }
}
