//! The roster: names, rooms and bookings of the guests in force.

use zeroize::Zeroize;

use super::hash::Hash;
use super::scores;
use super::table::{self, Class};
use super::word::{byte, is_letter};
use crate::detect::{Budget, has_no_blanks};
use crate::view::View;
use crate::{Evidence, Hit, Kind};

/// The most entries.
const MOST_ENTRIES: usize = 20_000;
/// The longest entry, in bytes.
const LONGEST: usize = 200;
/// The most words of an entry.
const MOST_WORDS: usize = 12;
/// The most bytes between two words of an entry.
const GAP: usize = 3;
/// The steps of a comparison with an entry.
const ENTRY: usize = 16;
/// The size of the Bloom filter, which rejects nearly all words of a text; a power of two.
const FILTER: usize = 1 << 13;

/// A list of names, rooms and bookings that count as personal data. It holds keyed hashes of words instead of the
/// words, and wipes them on drop.
pub struct Roster {
    seed: u64,
    /// For each entry of one word, the hash of the word and the number of the entry; sorted.
    firsts: Vec<(u64, u32)>,
    /// The same for the first two words of longer entries: many guests share a first name.
    pairs: Vec<(u64, u32)>,
    entries: Vec<Entry>,
    /// The hashes of all words of all entries.
    words: Vec<u64>,
    filter: Vec<u8>,
}

struct Entry {
    kind: Kind,
    from: u32,
    len: u8,
    /// The entry is a plain word as well, and is found only with a capital.
    plain: bool,
}

/// A roster that is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RosterRefused {
    /// The roster has too many entries.
    #[error("a roster has at most {MOST_ENTRIES} entries")]
    TooMany,
    /// This entry, counted from 0, cannot be found in a text.
    #[error("entry {0} of the roster is empty, or longer than {LONGEST} bytes or {MOST_WORDS} words")]
    Entry(usize),
    /// The system gives no randomness for the hashes.
    #[error("the operating system gives no randomness")]
    NoRandomness,
}

impl Roster {
    /// A roster of these entries, at most 20,000 of 200 bytes and 12 words each. A person is found by the full name
    /// and by each part of three letters or more.
    pub fn new(entries: impl IntoIterator<Item = (Kind, String)>) -> Result<Roster, RosterRefused> {
        let seed = getrandom::u64().map_err(|_| RosterRefused::NoRandomness)?;
        let (firsts, words) = (Vec::new(), Vec::new());
        let filter = vec![0; FILTER];
        let mut roster = Roster { seed, firsts, pairs: Vec::new(), entries: Vec::new(), words, filter };
        for (number, (kind, mut text)) in entries.into_iter().enumerate() {
            let taken = if number < MOST_ENTRIES {
                roster.add(number, kind, &text)
            } else {
                Err(RosterRefused::TooMany)
            };
            text.zeroize();
            taken?;
        }
        roster.firsts.sort_unstable();
        roster.pairs.sort_unstable();
        roster.merge();
        Ok(roster)
    }

    /// Removes duplicates among entries of one word: many guests share a first name.
    fn merge(&mut self) {
        let (mut of, mut seen) = (None, Vec::new());
        let entries = &self.entries;
        self.firsts.retain(|(hash, number)| {
            if of.replace(*hash) != Some(*hash) {
                seen.clear();
            }
            let entry = entries.get(*number as usize).filter(|entry| entry.len == 1);
            let Some(mark) = entry.map(|entry| (entry.kind, entry.plain)) else { return true };
            let new = !seen.contains(&mark);
            seen.extend(new.then_some(mark));
            new
        });
    }

    fn add(&mut self, number: usize, kind: Kind, text: &str) -> Result<(), RosterRefused> {
        let mut view = View::default();
        let text = if view.read(text) { view.text() } else { text };
        let words = || Tokens { text, at: 0 };
        let count = words().count();
        let length: usize = words().map(|(start, end)| end - start).sum();
        if text.len() > LONGEST || count == 0 || count > MOST_WORDS || length < 2 {
            return Err(RosterRefused::Entry(number));
        }
        self.entry(kind, text, words(), count == 1);
        // `田中 太郎`: a reader finds either name in a row of letters.
        let parts = text.split_whitespace().filter(|part| *part != text && part.chars().count() > 1);
        for part in parts.filter(|part| kind == Kind::Person && part.chars().all(has_no_blanks)) {
            self.entry(kind, part, Tokens { text: part, at: 0 }, false);
        }
        if kind == Kind::Person && count > 1 {
            for (start, end) in words() {
                let word = text.get(start..end).unwrap_or_default();
                let part = table::class(word);
                let small = part.any(Class::PARTICLE.or(Class::TITLE).or(Class::SUFFIX));
                if !small && word.chars().count() >= 3 {
                    self.entry(kind, text, std::iter::once((start, end)), true);
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, kind: Kind, text: &str, words: impl Iterator<Item = (usize, usize)>, single: bool) {
        let from = self.words.len();
        let mut plain = single;
        for (start, end) in words {
            let word = text.get(start..end).unwrap_or_default();
            plain &= kind == Kind::Person && table::class(word).any(Class::COMMON);
            let hash = Hash::seeded(self.seed).word(word).value();
            self.words.push(hash);
        }
        let Some(&first) = self.words.get(from) else { return };
        let (slot, bit) = filter_place(first);
        if let Some(bits) = self.filter.get_mut(slot) {
            *bits |= bit;
        }
        let len = u8::try_from(self.words.len() - from).unwrap_or(u8::MAX);
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        match self.words.get(from + 1) {
            Some(second) => self.pairs.push((both(first, *second), number)),
            None => self.firsts.push((first, number)),
        }
        self.entries.push(Entry { kind, from: u32::try_from(from).unwrap_or(u32::MAX), len, plain });
    }

    /// Finds the entries in `text`, the longest where several fit. Parts of the name of a person that stand together
    /// are one finding.
    pub(super) fn find(&self, text: &str, budget: &mut Budget, mut give: impl FnMut(Hit)) {
        let mut tokens = Tokens { text, at: 0 };
        let mut open: Option<Hit> = None;
        while let Some((start, end)) = tokens.next() {
            let hash = self.hash(text, start, end);
            if !budget.take(end - start) {
                return;
            }
            let (slot, bit) = filter_place(hash);
            if self.filter.get(slot).is_none_or(|bits| bits & bit == 0) {
                continue;
            }
            let Some((kind, end)) = self.longest(text, hash, budget, start, end) else { continue };
            tokens.at = end;
            match &mut open {
                Some(hit)
                    if (hit.kind, kind) == (Kind::Person, Kind::Person) && joined(text, hit.end, start) =>
                {
                    hit.end = end;
                }
                _ => {
                    let hit =
                        Hit { kind, start, end, score: scores::ROSTER.points(), evidence: Evidence::Roster };
                    open.replace(hit).into_iter().for_each(&mut give);
                }
            }
        }
        open.into_iter().for_each(give);
    }

    fn hash(&self, text: &str, start: usize, end: usize) -> u64 {
        Hash::seeded(self.seed).word(text.get(start..end).unwrap_or_default()).value()
    }

    fn longest(
        &self,
        text: &str,
        hash: u64,
        budget: &mut Budget,
        start: usize,
        end: usize,
    ) -> Option<(Kind, usize)> {
        let second = Tokens { text, at: end }.next().filter(|(start, _)| start - end <= GAP);
        let pair = second.map(|(start, end)| both(hash, self.hash(text, start, end)));
        let numbers =
            alike(&self.firsts, hash).chain(pair.into_iter().flat_map(|pair| alike(&self.pairs, pair)));
        let entries = numbers.filter_map(|number| self.entries.get(number as usize));
        entries
            .take_while(|_| budget.take(ENTRY))
            .filter_map(|entry| Some((entry.kind, self.fits(entry, text, start, end)?)))
            .max_by_key(|(_, end)| *end)
    }

    /// The end of the longest entry that begins with the word `start..end`, and its kind.
    fn fits(&self, entry: &Entry, text: &str, start: usize, end: usize) -> Option<usize> {
        if entry.plain && !text.get(start..)?.chars().next()?.is_uppercase() {
            return None;
        }
        let from = entry.from as usize;
        let rest = self.words.get(from + 1..from + usize::from(entry.len))?;
        let mut tokens = Tokens { text, at: end };
        let mut last = end;
        for word in rest {
            let (start, end) = tokens.next()?;
            if self.hash(text, start, end) != *word || start - last > GAP {
                return None;
            }
            last = end;
        }
        Some(last)
    }
}

impl Drop for Roster {
    fn drop(&mut self) {
        self.seed.zeroize();
        self.words.zeroize();
        self.filter.zeroize();
        self.firsts.iter_mut().chain(&mut self.pairs).for_each(|(hash, _)| hash.zeroize());
    }
}

/// The hash of two words, from the hashes of each.
fn both(first: u64, second: u64) -> u64 {
    first.rotate_left(23) ^ second.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The entries of a hash in a sorted list.
fn alike(sorted: &[(u64, u32)], hash: u64) -> impl Iterator<Item = u32> + '_ {
    let from = sorted.partition_point(|(known, _)| *known < hash);
    let same = sorted.get(from..).unwrap_or_default().iter().take_while(move |(known, _)| *known == hash);
    same.map(|(_, number)| *number)
}

fn filter_place(hash: u64) -> (usize, u8) {
    ((hash >> 3) as usize & (FILTER - 1), 1 << (hash & 7))
}

fn joined(text: &str, end: usize, start: usize) -> bool {
    text.get(end..start)
        .is_some_and(|gap| gap.len() <= 2 && gap.bytes().all(|byte| matches!(byte, b' ' | b'-' | b'.')))
}

/// The words and numbers of a text: rows of letters and digits.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.skip(false);
        let first = self.text.get(start..).and_then(|rest| rest.chars().next()).filter(|c| has_no_blanks(*c));
        let end = match first {
            // A word of its own: where words end is not written.
            Some(letter) => start + letter.len_utf8(),
            None => self.skip(true),
        };
        self.at = end;
        (end > start).then_some((start, end))
    }
}

impl Tokens<'_> {
    /// Advances while the text is, or is not, in a word.
    fn skip(&mut self, within: bool) -> usize {
        while self.at < self.text.len() {
            let this = byte(self.text, self.at);
            let (inside, length) = if this.is_ascii() {
                (this.is_ascii_alphanumeric(), 1)
            } else {
                let letter =
                    self.text.get(self.at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
                let inside = is_letter(letter) || letter.is_numeric();
                (inside && !(within && has_no_blanks(letter)), letter.len_utf8())
            };
            if inside != within {
                break;
            }
            self.at += length;
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(entries: &[(Kind, &str)]) -> Roster {
        Roster::new(entries.iter().map(|(kind, text)| (*kind, (*text).to_owned()))).unwrap()
    }

    fn found<'a>(roster: &Roster, text: &'a str) -> Vec<(Kind, &'a str)> {
        let mut hits = Vec::new();
        roster.find(text, &mut Budget::default(), |hit| hits.push((hit.kind, &text[hit.start..hit.end])));
        hits
    }

    #[test]
    fn a_guest_is_found_by_any_part_of_the_name_in_any_case() {
        let roster = roster(&[(Kind::Person, "Zoë van der Quast")]);
        for (text, name) in [
            ("Good morning, Zoe!", "Zoe"),
            ("a towel for zoe van der quast please", "zoe van der quast"),
            ("MS QUAST", "QUAST"),
            ("Zoë Quast", "Zoë Quast"),
        ] {
            assert_eq!(found(&roster, text), [(Kind::Person, name)], "{text}");
        }
        assert_eq!(found(&roster, "zoetrope, van, quasten"), []);
    }

    #[test]
    fn a_guest_is_found_in_paths_and_names_of_files() {
        let roster = roster(&[(Kind::Person, "Zoë Quast")]);
        for (text, names) in [
            ("/people/zoe_quast/pose", &["zoe", "quast"][..]),
            ("photo_Zoe_Quast_03.jpg", &["Zoe", "Quast"]),
            ("tf frame zoe_quast_hand", &["zoe", "quast"]),
        ] {
            let hidden: Vec<_> = found(&roster, text).into_iter().map(|(_, name)| name).collect();
            assert!(
                names.iter().all(|name| hidden.iter().any(|found| found.contains(name))),
                "{text}: {hidden:?}"
            );
        }
    }

    #[test]
    fn a_guest_whose_name_is_a_word_is_found_with_a_capital() {
        let roster = roster(&[(Kind::Person, "Will Young")]);
        assert_eq!(found(&roster, "it will take a young man"), []);
        assert_eq!(found(&roster, "ask Will"), [(Kind::Person, "Will")]);
        assert_eq!(found(&roster, "will young is here"), [(Kind::Person, "will young")]);
    }

    #[test]
    fn names_are_found_in_scripts_without_blanks() {
        let roster = roster(&[(Kind::Person, "田中 太郎"), (Kind::Person, "王小明")]);
        assert_eq!(found(&roster, "田中さんが来た"), [(Kind::Person, "田中")]);
        assert_eq!(found(&roster, "我叫王小明。"), [(Kind::Person, "王小明")]);
        assert_eq!(found(&roster, "田んぼの中"), []);
    }

    #[test]
    fn rooms_and_bookings_are_found_as_a_whole() {
        let roster = roster(&[(Kind::Room, "B 312"), (Kind::Booking, "KX-9920-Q")]);
        assert_eq!(found(&roster, "going to b312? no, to B-312"), [(Kind::Room, "B-312")]);
        assert_eq!(found(&roster, "booking kx 9920 q, or 9920"), [(Kind::Booking, "kx 9920 q")]);
    }

    #[test]
    fn entries_that_cannot_be_found_are_refused() {
        let refused = |entries: Vec<(Kind, String)>| Roster::new(entries).err();
        assert_eq!(
            refused(vec![(Kind::Person, "Ada Lovelace".into()), (Kind::Person, " - ".into())]),
            Some(RosterRefused::Entry(1))
        );
        assert_eq!(refused(vec![(Kind::Person, "x".repeat(LONGEST + 1))]), Some(RosterRefused::Entry(0)));
        assert_eq!(
            refused(vec![(Kind::Person, "Ada".into()); MOST_ENTRIES + 1]),
            Some(RosterRefused::TooMany)
        );
        assert_eq!(refused(Vec::new()), None);
    }
}
