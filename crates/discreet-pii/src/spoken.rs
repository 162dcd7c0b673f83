//! Speech as text: `four one double two` is written `4122` before anything is looked for, and what is found is mapped back.
//!
//! Only what reads as a number, a spelled word, an e-mail address or a domain is rewritten; the rest stays byte for byte.

mod address;
mod compound;
mod figure;
mod item;
mod run;
mod token;
mod words;

use std::ops::Range;

use super::Field;
use item::Item;
use token::Token;

/// A text as it would have been typed. Reused: once warm, nothing is allocated.
#[derive(Default)]
pub(super) struct Normal {
    text: String,
    pieces: Vec<Piece>,
    tokens: Vec<Token>,
    items: Vec<Item>,
    addresses: Vec<Range<usize>>,
    lower: String,
}

/// Where a stretch of the rewritten text comes from. It ends where the next begins.
#[derive(Debug, Clone, Copy)]
struct Piece {
    at: usize,
    from: usize,
    to: usize,
    /// It is the same text.
    same: bool,
}

/// Rewrites `text`, if it was spoken. False if nothing was rewritten; `into` is then of no meaning.
pub(super) fn normalise(text: &str, field: &Field, into: &mut Normal) -> bool {
    field.spoken && into.read(text) && into.rewrite(text)
}

impl Normal {
    /// The rewritten text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original words that the bytes `start..end` of the rewritten text come from.
    pub(super) fn original(&self, start: usize, end: usize) -> Range<usize> {
        let piece = |at: usize| {
            let behind = self.pieces.partition_point(|piece| piece.at <= at);
            self.pieces.get(behind.saturating_sub(1)).copied()
        };
        let from = piece(start).map_or(0, |it| if it.same { it.from + (start - it.at) } else { it.from });
        let to = piece(end.saturating_sub(1))
            .map_or(0, |it| if it.same { it.from + (end - it.at) } else { it.to });
        from..to.max(from)
    }

    /// Takes the text apart. False if no word in it is of interest.
    fn read(&mut self, text: &str) -> bool {
        self.tokens.clear();
        token::read(text, &mut self.lower, &mut self.tokens)
    }

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

    /// Text that stays as it is.
    fn same(&mut self, text: &str, from: usize, to: usize) {
        if from < to {
            self.pieces.push(Piece { at: self.text.len(), from, to, same: true });
            self.text.push_str(text.get(from..to).unwrap_or_default());
        }
    }

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
