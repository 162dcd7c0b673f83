//! The word lists, as a hash table from words to marks: name, place, plain word. `data/names/build.py` makes
//! `table.bin`.

use super::hash::{Hash, Letters};

/// 256 sets of marks of four bytes, the beginning of each bucket in four bytes, and rows of three bytes: hash and
/// set.
static TABLE: &[u8] = include_bytes!("table.bin");

const BUCKETS: usize = 1 << 14;
const STARTS: usize = 256 * 4;
const ROWS: usize = STARTS + (BUCKETS + 1) * 4;

/// The marks of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Class(u32);

impl Class {
    pub(super) const GIVEN: Class = Class(1);
    pub(super) const GIVEN_COMMON: Class = Class(1 << 1);
    pub(super) const SURNAME: Class = Class(1 << 2);
    pub(super) const SURNAME_COMMON: Class = Class(1 << 3);
    pub(super) const PLACE: Class = Class(1 << 4);
    /// A country or a state.
    pub(super) const REGION: Class = Class(1 << 5);
    pub(super) const WORD: Class = Class(1 << 6);
    /// A very common word.
    pub(super) const COMMON: Class = Class(1 << 7);
    pub(super) const NATION: Class = Class(1 << 8);
    /// The first word of a listed name of several words.
    pub(super) const PHRASE: Class = Class(1 << 9);
    pub(super) const STREET: Class = Class(1 << 10);
    pub(super) const TITLE: Class = Class(1 << 11);
    /// The legal form of an organization.
    pub(super) const FIRM: Class = Class(1 << 12);
    /// `Bank`, `Hotel`, `Institute`.
    pub(super) const BODY: Class = Class(1 << 13);
    pub(super) const PARTICLE: Class = Class(1 << 14);
    /// `Apt`, `Floor`.
    pub(super) const UNIT: Class = Class(1 << 15);
    /// `Jr`, `PhD`.
    pub(super) const SUFFIX: Class = Class(1 << 16);

    /// With the word in front of it: a place follows, or a question about a person.
    pub(super) const LIVES: Class = Class(1 << 17);
    pub(super) const ASKS: Class = Class(1 << 18);
    /// With the word in front of it: an organization follows.
    pub(super) const EMPLOYS: Class = Class(1 << 19);
    /// The second word of such a pair.
    pub(super) const SECOND: Class = Class(1 << 20);
    /// `guest:`
    pub(super) const LABEL: Class = Class(1 << 21);
    /// Alone or with the word in front of it: any word that follows is a name.
    pub(super) const STRONG: Class = Class(1 << 22);
    pub(super) const GREETING: Class = Class(1 << 23);
    pub(super) const WEAK: Class = Class(1 << 24);
    pub(super) const WHERE: Class = Class(1 << 25);
    /// An action of a person.
    pub(super) const ACTS: Class = Class(1 << 26);
    /// The beginning of a request to a person.
    pub(super) const ADDRESSES: Class = Class(1 << 27);
    /// In front of a noun: `the`, `dem`, `una`.
    pub(super) const ARTICLE: Class = Class(1 << 28);
    /// The last word of a label of an account or a password. The table does not have this mark.
    pub(super) const ACCOUNT: Class = Class(1 << 31);

    pub(super) const NONE: Class = Class(0);

    pub(super) const fn or(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }

    /// Has the word any of the marks of `other`?
    pub(super) const fn any(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_none(self) -> bool {
        self.0 & !Class::ACCOUNT.0 == 0
    }
}

/// The marks of the words with this hash.
pub(super) fn known(hash: Hash) -> Class {
    let hash = hash.value() >> 20 & 0x3fff_ffff;
    let (bucket, low) = ((hash >> 16) as usize, (hash & 0xffff) as u16);
    let (Some(first), Some(last)) = (number(STARTS + bucket * 4), number(STARTS + bucket * 4 + 4)) else {
        return Class::NONE;
    };
    let rows = TABLE.get(ROWS + first as usize * 3..ROWS + last as usize * 3).unwrap_or_default();
    let (rows, _) = rows.as_chunks::<3>();
    let row = rows.iter().find(|[low_byte, high_byte, _]| u16::from_le_bytes([*low_byte, *high_byte]) == low);
    row.and_then(|[_, _, class]| number(usize::from(*class) * 4)).map_or(Class::NONE, Class)
}

fn number(at: usize) -> Option<u32> {
    TABLE.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// The marks of `word`, which consists of plain letters.
pub(super) fn plain(letters: Letters, word: &str) -> Class {
    match known(Hash::new().plain(letters)) {
        Class::NONE => unlisted(word),
        class => class,
    }
}

/// The marks of a word; of `Anna-Lena`, those of its parts.
pub(super) fn class(word: &str) -> Class {
    let whole = known(Hash::new().word(word));
    if whole.is_none() { unlisted(word) } else { whole }
}

/// The marks of a word that is not in the table: those of its stem.
#[cold]
pub(super) fn unlisted(word: &str) -> Class {
    if ["dra", "drs", "srta"].iter().any(|title| title.eq_ignore_ascii_case(word)) {
        return Class::TITLE;
    }
    if let Some((first, second)) = word.split_once('-') {
        let (first, second) = (known(Hash::new().word(first)), known(Hash::new().word(second)));
        let name = Class::GIVEN.or(Class::SURNAME);
        return if first.any(name) && second.any(name) { Class(first.0 & second.0) } else { Class::NONE };
    }
    // The table has `plan`, and neither `plans` nor `planned`.
    let endings: &[&str] = match word.as_bytes().last() {
        Some(b's') => &["s", "es", "ers", "ings"],
        Some(b'd') => &["ed", "d"],
        Some(b'g') => &["ing"],
        Some(b'y') => &["ly"],
        Some(b'r') => &["er"],
        _ => &[],
    };
    let stems = endings.iter().filter_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() > 2));
    let plain = stems.map(|stem| known(Hash::new().word(stem))).any(|class| class.any(Class::WORD));
    if plain { Class::WORD } else { Class::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_places_and_words_have_different_marks() {
        assert!(class("Zoë").any(Class::GIVEN) && class("ZOE").any(Class::GIVEN));
        assert!(class("Szabó").any(Class::SURNAME));
        assert!(class("Portugal").any(Class::REGION) && class("Marseille").any(Class::PLACE));
        assert!(class("battery").any(Class::WORD) && !class("battery").any(Class::GIVEN));
        assert!(class("Anna-Lena").any(Class::GIVEN) && class("planned").any(Class::WORD));
        assert_eq!(class("Xqzwv"), Class::NONE);
    }

    #[test]
    fn every_row_of_the_table_can_be_reached() {
        let last = number(STARTS + BUCKETS * 4).unwrap() as usize;
        assert_eq!(TABLE.len(), ROWS + last * 3);
    }
}
