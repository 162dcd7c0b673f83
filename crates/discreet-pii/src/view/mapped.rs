//! A text made from another one, with the place of each of its parts in the other.

use std::ops::Range;

/// A text made from another one. Its memory is reused: after the first texts nothing is allocated.
#[derive(Default)]
pub(crate) struct Mapped {
    text: String,
    pieces: Vec<Piece>,
}

/// The origin of a piece of the text. It ends where the next one begins.
#[derive(Debug, Clone, Copy)]
struct Piece {
    at: usize,
    from: usize,
    to: usize,
    /// The text is unchanged.
    same: bool,
}

impl Mapped {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Empties it.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
    }

    /// The bytes of the original text that `start..end` of this one comes from.
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

    /// Adds `from..to` of the original text as it stands.
    pub(crate) fn same(&mut self, original: &str, from: usize, to: usize) {
        if from < to {
            self.pieces.push(Piece { at: self.text.len(), from, to, same: true });
            self.text.push_str(original.get(from..to).unwrap_or_default());
        }
    }

    /// Adds `written` in the place of `from..to` of the original text.
    pub(crate) fn replaced(&mut self, written: &str, from: usize, to: usize) {
        if !written.is_empty() {
            self.pieces.push(Piece { at: self.text.len(), from, to, same: false });
            self.text.push_str(written);
        }
    }

    /// Adds one character in the place of `from..to` of the original text.
    pub(crate) fn put(&mut self, c: char, from: usize, to: usize) {
        self.replaced(c.encode_utf8(&mut [0; 4]), from, to);
    }

    /// Removes the last character. Returns it with its first byte in the original text.
    pub(super) fn pop(&mut self) -> Option<(char, usize)> {
        let c = self.text.pop()?;
        let piece = self.pieces.last_mut()?;
        let from = if piece.same { piece.to.saturating_sub(c.len_utf8()) } else { piece.from };
        if piece.same {
            piece.to = from;
        }
        if self.text.len() <= piece.at {
            self.pieces.pop();
        }
        Some((c, from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_mapped_to_the_bytes_it_comes_from() {
        let (original, mut mapped) = ("a\u{a0}\u{a0}bc", Mapped::default());
        mapped.same(original, 0, 1);
        mapped.put(' ', 1, 5);
        mapped.same(original, 5, 7);
        assert_eq!(mapped.text(), "a bc");
        assert_eq!((mapped.original(0, 4), mapped.original(2, 3)), (0..7, 5..6));
        assert_eq!(mapped.original(1, 2), 1..5);
        assert_eq!(
            (mapped.pop(), mapped.pop(), mapped.pop()),
            (Some(('c', 6)), Some(('b', 5)), Some((' ', 1)))
        );
        assert_eq!((mapped.text(), mapped.original(0, 1)), ("a", 0..1));
    }
}
