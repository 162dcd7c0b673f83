//! Fast tests that most words fail which are not in a list: by their first letter and their length, or by their last letters.

/// The first letters of the words of a list, each with a bit for each length.
pub(crate) struct Firsts([u32; 32]);

impl Firsts {
    /// Those of `words`, of up to 31 bytes.
    pub(crate) const fn of(words: &[&str]) -> Firsts {
        let (mut lengths, mut at) = ([0; 32], 0);
        while at < words.len() {
            // Evaluated by the compiler, never at run time.
            #[allow(clippy::indexing_slicing)]
            {
                let word = words[at].as_bytes();
                lengths[word[0] as usize % 32] |= 1 << word.len();
            }
            at += 1;
        }
        Firsts(lengths)
    }

    /// May the word be in the list, in any case?
    pub(crate) fn may_have(&self, word: &[u8]) -> bool {
        let first = word.first().copied().unwrap_or_default();
        let lengths = self.0.get(usize::from(first % 32)).copied().unwrap_or_default();
        word.len() < 32 && lengths >> word.len() & 1 != 0
    }
}

/// The last two bytes of the words of a list: for each last but one, a bit for each last.
pub(crate) struct Lasts([u32; 32]);

impl Lasts {
    /// Those of `words`, of at least two bytes.
    pub(crate) const fn of(words: &[&str]) -> Lasts {
        Lasts([0; 32]).and(words)
    }

    /// Those of more words.
    pub(crate) const fn and(self, words: &[&str]) -> Lasts {
        let (mut lasts, mut at) = (self.0, 0);
        while at < words.len() {
            // Evaluated by the compiler, never at run time.
            #[allow(clippy::indexing_slicing)]
            {
                let word = words[at].as_bytes();
                lasts[word[word.len() - 2] as usize % 32] |= 1 << (word[word.len() - 1] % 32);
            }
            at += 1;
        }
        Lasts(lasts)
    }

    /// May a word of the list end here, in any case?
    #[inline]
    pub(crate) fn may_end(&self, head: &[u8]) -> bool {
        let [.., before, last] = head else { return false };
        self.0.get(usize::from(before % 32)).is_some_and(|lasts| lasts >> (last % 32) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_list_pass_in_any_case_and_most_others_fail() {
        const LIST: [&str; 3] = ["passe", "name", "id"];
        let firsts = Firsts::of(&LIST);
        for word in ["passe", "PASSE", "Name", "iD", "paste"] {
            assert!(firsts.may_have(word.as_bytes()), "{word}");
        }
        for word in ["", "passes", "seq", "i", "numbers", &"p".repeat(40)] {
            assert!(!firsts.may_have(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn texts_that_end_with_a_word_of_the_list_pass() {
        let lasts = Lasts::of(&["guest", "name"]);
        for (head, passes) in
            [("my GUEST", true), ("lname", true), ("room", false), ("e", false), ("", false)]
        {
            assert_eq!(lasts.may_end(head.as_bytes()), passes, "{head}");
        }
    }
}
