//! Transcripts of speech: `four one double two` becomes `4122` before the search, and findings are mapped back.
//!
//! Numbers, spelled words, e-mail addresses and domains are rewritten. The rest stays byte for byte.

mod address;
mod compound;
mod day;
mod figure;
mod item;
mod run;
mod token;
mod words;

use std::ops::Range;

use crate::Field;
use crate::view::Mapped;
use item::Item;
use token::Token;

/// A text as it would have been typed. Its memory is reused: after the first texts nothing is allocated.
#[derive(Default)]
pub(crate) struct Written {
    mapped: Mapped,
    tokens: Vec<Token>,
    items: Vec<Item>,
    addresses: Vec<Range<usize>>,
    lower: String,
}

/// Rewrites `text` into `into`, if the field is spoken. False if nothing was rewritten; then `into` has no meaning.
pub(crate) fn normalise(text: &str, field: &Field, into: &mut Written) -> bool {
    field.spoken && into.read(text) && into.rewrite(text)
}

impl Written {
    /// The rewritten text.
    pub(crate) fn text(&self) -> &str {
        self.mapped.text()
    }

    /// The bytes of the original text that `start..end` of the rewritten text comes from.
    pub(crate) fn original(&self, start: usize, end: usize) -> Range<usize> {
        self.mapped.original(start, end)
    }

    /// Splits the text into tokens. False if no word in it may be rewritten.
    fn read(&mut self, text: &str) -> bool {
        self.tokens.clear();
        token::read(text, &mut self.lower, &mut self.tokens)
    }

    /// Writes the tokens. False if nothing changed.
    fn rewrite(&mut self, text: &str) -> bool {
        self.mapped.clear();
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
                self.mapped.same(text, copied, first.from);
                changed = true;
            }
            for item in &items {
                self.item(text, item);
                copied = item.to;
            }
            next = end.max(next + 1);
        }
        self.mapped.same(text, copied, text.len());
        (self.tokens, self.items, self.addresses) = (tokens, items, addresses);
        changed
    }

    /// Adds an item.
    fn item(&mut self, text: &str, item: &Item) {
        match item.written() {
            Some(written) => self.mapped.replaced(written, item.from, item.to),
            None => self.mapped.same(text, item.from, item.to),
        }
    }
}

#[cfg(test)]
mod tests;
