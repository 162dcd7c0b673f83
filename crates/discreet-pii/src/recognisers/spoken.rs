//! Transcripts of speech: `four one double two` becomes `4122` before the search, and findings are mapped back.
//!
//! Numbers, spelled words, e-mail addresses and domains are rewritten. The rest stays byte for byte.

mod address;
mod compound;
mod figure;
mod item;
mod run;
mod token;
mod words;

use std::ops::Range;

use crate::Field;
use item::Item;
use token::Token;

/// A text as it would have been typed. Its memory is reused: after the first texts nothing is allocated.
#[derive(Default)]
pub(crate) struct Written {
    text: String,
    pieces: Vec<Piece>,
    tokens: Vec<Token>,
    items: Vec<Item>,
    addresses: Vec<Range<usize>>,
    lower: String,
}

/// The origin of a piece of the rewritten text. It ends where the next one begins.
#[derive(Debug, Clone, Copy)]
struct Piece {
    at: usize,
    from: usize,
    to: usize,
    /// The text is unchanged.
    same: bool,
}

/// Rewrites `text` into `into`, if the field is spoken. False if nothing was rewritten; then `into` has no meaning.
pub(crate) fn normalise(text: &str, field: &Field, into: &mut Written) -> bool {
    field.spoken && into.read(text) && into.rewrite(text)
}

impl Written {
    /// The rewritten text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original text that `start..end` of the rewritten text comes from.
    pub(crate) fn original(&self, start: usize, end: usize) -> Range<usize> {
        let piece = |at: usize| {
            let behind = self.pieces.partition_point(|piece| piece.at <= at);
            self.pieces.get(behind.saturating_sub(1)).copied()
        };
        let from = piece(start).map_or(0, |it| if it.same { it.from + (start - it.at) } else { it.from });
        let to = piece(end.saturating_sub(1))
            .map_or(0, |it| if it.same { it.from + (end - it.at) } else { it.to });
        from..to.max(from)
    }

    /// Splits the text into tokens. False if no word in it may be rewritten.
    fn read(&mut self, text: &str) -> bool {
        self.tokens.clear();
        token::read(text, &mut self.lower, &mut self.tokens)
    }

    /// Writes the tokens. False if nothing changed.
    fn rewrite(&mut self, text: &str) -> bool {
        self.text.clear();
        self.pieces.clear();
        let (tokens, mut items) = (std::mem::take(&mut self.tokens), std::mem::take(&mut self.items));
        let mut addresses = std::mem::take(&mut self.addresses);
        address::find(text, &tokens, &mut addresses);
        let (mut next, mut copied, mut changed) = (0, 0, false);
        let mut coming = addresses.iter().peekable();
        while let Some(token) = tokens.get(next) {
            items.clear();
            let end = match coming.next_if(|address| address.start == next) {
                Some(address) => address::read(&tokens, address.clone(), &mut items),
                None if token.is_plain() => next + 1,
                None => {
                    let before = coming.peek().map_or(tokens.len(), |address| address.start);
                    run::read(text, tokens.get(..before).unwrap_or(&tokens), next, &mut items)
                }
            };
            if let Some(first) = items.first() {
                self.same(text, copied, first.from);
                changed = true;
            }
            for item in &items {
                self.item(text, item);
                copied = item.to;
            }
            next = end.max(next + 1);
        }
        self.same(text, copied, text.len());
        (self.tokens, self.items, self.addresses) = (tokens, items, addresses);
        changed
    }

    /// Adds text that stays unchanged.
    fn same(&mut self, text: &str, from: usize, to: usize) {
        if from < to {
            self.pieces.push(Piece { at: self.text.len(), from, to, same: true });
            self.text.push_str(text.get(from..to).unwrap_or_default());
        }
    }

    /// Adds an item.
    fn item(&mut self, text: &str, item: &Item) {
        match item.written() {
            Some(written) => {
                self.pieces.push(Piece { at: self.text.len(), from: item.from, to: item.to, same: false });
                self.text.push_str(written);
            }
            None => self.same(text, item.from, item.to),
        }
    }
}

#[cfg(test)]
mod tests;
