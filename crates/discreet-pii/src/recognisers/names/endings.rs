//! Endings of words.

/// Endings of words, by their last byte.
pub(super) struct Endings {
    rows: &'static [(u8, &'static [&'static str])],
    /// The row of each byte: one more than its index, or 0.
    places: [u8; 256],
}

impl Endings {
    /// Those of `rows`, one for each last byte.
    pub(super) const fn of(rows: &'static [(u8, &'static [&'static str])]) -> Endings {
        let (mut places, mut at) = ([0; 256], 0);
        while at < rows.len() {
            // Evaluated by the compiler, never at run time.
            #[allow(clippy::indexing_slicing)]
            {
                places[rows[at].0 as usize] = at as u8 + 1;
            }
            at += 1;
        }
        Endings { rows, places }
    }

    /// Does the word have one of these endings, in any case?
    pub(super) fn end(&self, word: &str) -> bool {
        let word = word.as_bytes();
        let last = word.last().copied().unwrap_or_default().to_ascii_lowercase();
        let place = self.places.get(usize::from(last)).copied().unwrap_or_default();
        let row = usize::from(place).checked_sub(1).and_then(|at| self.rows.get(at));
        row.is_some_and(|(_, endings)| {
            endings.iter().any(|ending| {
                let from = word.len().checked_sub(ending.len());
                from.and_then(|from| word.get(from..))
                    .is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
            })
        })
    }
}

/// Endings of surnames, by their last byte. The lists do not have all surnames.
pub(super) static FAMILY: Endings = Endings::of(&[
    (b'i', &["ski", "cki", "elli", "etti", "nyi"]),
    (b'a', &["ska", "cka", "ova", "eva"]),
    (b'z', &["wicz", "ez"]),
    (0x87, &["ić"]),
    (b'c', &["vic"]),
    (0xa1, &["ová"]),
    (b'v', &["ov", "ev"]),
    (b'o', &["enko"]),
    (b'k', &["chuk", "czyk", "czak", "iak"]),
    (b'n', &["yan", "sson", "sen", "nen", "mann", "stein"]),
    (b'e', &["dze"]),
    (b'r', &["dóttir", "dottir"]),
    (b's', &["opoulos", "akis", "idis"]),
    (b'u', &["escu", "oğlu", "eau"]),
    (b't', &["quist", "ault"]),
    (b'm', &["ström"]),
    (b'd', &["gaard"]),
    (b'h', &["zadeh"]),
]);

/// Endings of German nouns, which have capitals too.
pub(super) static NOUNS: Endings = Endings::of(&[
    (b'g', &["ung", "ling"]),
    (b't', &["heit", "keit", "schaft", "tät", "ment", "amt"]),
    (
        b'n',
        &["tion", "ungen", "ionen", "chen", "lein", "heiten", "keiten", "schaften", "eien", "uren", "osen"],
    ),
    (b'r', &["ator", "eur"]),
    (b's', &["ismus", "nis", "ums", "ions"]),
    (b'e', &["erie", "logie", "üre", "isse"]),
    (b'k', &["istik", "matik", "werk"]),
    (b'm', &["tum"]),
    (b'i', &["erei"]),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_in_any_case_and_with_accents() {
        static SOME: Endings = Endings::of(&[(b'g', &["weg", "steig"]), (0xa1, &["ová"])]);
        for word in ["Mühlweg", "RINGSTEIG", "weg", "Nováková"] {
            assert!(SOME.end(word), "{word}");
        }
        for word in ["", "eg", "Ring", "Novak"] {
            assert!(!SOME.end(word), "{word}");
        }
    }
}
