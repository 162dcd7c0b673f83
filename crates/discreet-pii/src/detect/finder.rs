//! The search for all kinds of personal data in a text.

mod again;

use std::ops::Range;
use std::sync::Arc;

use super::context::{self, ContextWords};
use super::lists::{Always, Folded, Never};
use super::matcher::{FormMatch, Matcher, NotBuilt};
use super::name_model::{self, NameModel, NotSearched};
use super::patterns::Reported;
use super::reader::{Limit, Reader};
use super::{Budget, Evidence, Field, Hit, Options, overlap, whole};
use crate::Kind;
use crate::kinds::Score;
use crate::recognisers::labelled;
use crate::recognisers::names::{Memo, Names, Roster};
use crate::view::{Outline, View};
use again::Again;

/// Finds personal data. It is built once and takes some megabytes. Threads may share it, each with its own
/// [`Scratch`].
pub struct Finder {
    matcher: Matcher,
    names: Names,
    thresholds: [u8; Kind::COUNT],
    never: Never,
    always: Option<Always>,
    patterns: Option<Reported>,
    name_model: Option<Arc<dyn NameModel>>,
    overlapping: bool,
}

/// Memory of a search, kept for the next one: then no search allocates.
#[derive(Default)]
pub struct Scratch {
    context: ContextWords,
    pending: Pending,
    hits: Vec<Hit>,
    view: View,
    folded: Folded,
    memo: Memo,
    budget: Budget,
    again: Again,
}

/// Memory of a reading for what is not decided yet.
#[derive(Default)]
struct Pending {
    matches: Vec<FormMatch>,
    announced: Vec<Range<usize>>,
    limits: Vec<(usize, Limit)>,
}

/// The signs of a text that tell whether further readings may find more.
#[derive(Clone, Copy)]
struct Signs {
    /// A word may be the label of an account or a password.
    labels: bool,
    /// A word begins behind the code of a `=` in quoted-printable.
    quoted: bool,
    /// The text has tags, or keys beside values.
    pairs: bool,
}

/// The memory that a reading of a text takes.
type Memory<'m> =
    (&'m mut ContextWords, &'m mut Pending, &'m mut Memo, &'m mut Folded, &'m mut Vec<Hit>, &'m mut Budget);

impl Scratch {
    /// The findings in the last text.
    pub(crate) fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Renews the budget: the next text belongs to another message.
    pub(crate) fn begin(&mut self) {
        self.budget = Budget::default();
    }

    /// Each text from now on is a line of a file, so that it may be a row of a table; or is not.
    pub(crate) fn set_line_by_line(&mut self, is: bool) {
        self.again.set_line_by_line(is);
    }

    /// Did the last text take more steps than a text may? Then parts of it were not searched, and it must not be
    /// released.
    pub fn is_over(&self) -> bool {
        self.budget.is_over()
    }
}

impl Finder {
    /// Compiles the patterns of the kinds in `options`. An error if they need more memory than allowed.
    pub fn new(options: &Options) -> Result<Finder, NotBuilt> {
        context::prepare();
        labelled::prepare();
        let mut thresholds = [u8::MAX; Kind::COUNT];
        for kind in options.kinds.iter() {
            if let Some(threshold) = thresholds.get_mut(kind as usize) {
                *threshold = options.threshold_of(kind);
            }
        }
        Ok(Finder {
            matcher: Matcher::new(options.kinds)?,
            names: Names::new(options.kinds),
            thresholds,
            never: Never::new(&options.allow, &options.allow_patterns)?,
            always: Always::new(&options.deny)?,
            patterns: Reported::new(&options.patterns)?,
            name_model: None,
            overlapping: options.overlapping,
        })
    }

    /// The same, which also asks a model for names. It takes much longer: no message may wait for it.
    pub fn with_name_model(self, model: Option<Arc<dyn NameModel>>) -> Finder {
        let least = self.thresholds.get(Kind::Person as usize);
        let finds_names = least.is_some_and(|least| name_model::SCORE >= *least);
        Finder { name_model: model.filter(|_| finds_names), ..self }
    }

    /// The memory of the patterns, in bytes.
    pub fn memory(&self) -> usize {
        self.matcher.memory()
    }

    /// Are there patterns of the policy? They may find a number of any length.
    pub(crate) fn has_patterns(&self) -> bool {
        self.patterns.is_some()
    }

    /// Is a finding of this kind and score reported?
    pub(crate) fn reports(&self, hit: &Hit) -> bool {
        self.thresholds.get(hit.kind as usize).is_some_and(|least| hit.score >= *least)
    }

    /// Is this on the list of texts that are never hidden?
    pub(crate) fn never_hides(&self, text: &str) -> bool {
        self.never.has(text)
    }

    /// Is this a word that a pattern of the policy asks for in front of a text?
    pub(crate) fn knows(&self, label: &str) -> bool {
        self.patterns.as_ref().is_some_and(|patterns| patterns.knows(label))
    }

    /// The findings in `text`, in order, without overlaps unless [`Options::overlapping`] asks for them. `field` is
    /// the place of the text in a message, `roster` the list of guests in force. [`Scratch::is_over`] says whether
    /// all of the text was searched.
    pub fn find<'s>(
        &self,
        text: &str,
        field: &Field,
        roster: Option<&Roster>,
        scratch: &'s mut Scratch,
    ) -> &'s [Hit] {
        scratch.begin();
        self.find_more(text, field, roster, scratch)
    }

    /// The same for a further text of a message: the texts of a message share a budget.
    pub(crate) fn find_more<'s>(
        &self,
        text: &str,
        field: &Field,
        roster: Option<&Roster>,
        scratch: &'s mut Scratch,
    ) -> &'s [Hit] {
        let Scratch { context, pending, hits, view, folded, memo, budget, again } = scratch;
        hits.clear();
        budget.add(text.len());
        if self.patterns.is_some() {
            budget.add_steps(Reported::steps(text.len()));
        }
        let before = budget.left();
        let outline = Outline::of(text.as_bytes());
        let differs = outline.special && view.read(text);
        let (seen, in_seen) =
            if differs { (view.text(), Outline::of(view.text().as_bytes())) } else { (text, outline) };
        let signs = self.read(seen, in_seen, field, roster, (context, pending, memo, folded, hits, budget));
        if let Some(model) = &self.name_model {
            match model.find(seen) {
                Ok(names) => name_model::add(&names, hits),
                Err(NotSearched) => budget.end(),
            }
        }
        let known = (in_seen, signs);
        self.again(seen, known, field, roster, again, (context, pending, memo, folded, hits, budget));
        // A table in a string of JSON has escapes for its line breaks, which the view has read.
        let escaped = in_seen.lines && !outline.lines;
        let table = if escaped { seen } else { text };
        self.tables(
            table,
            (escaped, escaped || outline.lines),
            roster,
            again,
            (&mut *context, &mut *pending, &mut *memo, &mut *folded, &mut *hits, &mut *budget),
        );
        if escaped {
            hits.extend(again.take_cells());
        }
        if signs.pairs || differs && memchr::memchr(b'<', text.as_bytes()).is_some() {
            let memory = (&mut *context, &mut *pending, &mut *memo, &mut *folded, &mut *hits, &mut *budget);
            let original = |hit: Hit| hit.moved(view.original(hit.start, hit.end));
            self.pairs((text, seen), roster, again, (memory, original));
        }
        if differs && !view.tags().is_empty() {
            let memory = (&mut *context, &mut *pending, &mut *memo, &mut *folded, &mut *hits, &mut *budget);
            self.tags(text, view.tags(), field, roster, again, memory);
        }
        budget.count_since(before);
        if hits.is_empty() && !again.has_cells() || budget.is_over() {
            return hits;
        }
        self.listed(seen, hits);
        whole::complete(seen, self.overlapping, hits);
        if differs {
            for hit in hits.iter_mut() {
                let at = view.original(hit.start, hit.end);
                (hit.start, hit.end) = (at.start, at.end);
            }
        }
        // Without both, the findings are in order and apart.
        let mixed = differs || again.has_cells();
        hits.extend(again.take_cells());
        if self.overlapping {
            overlap::order(hits);
        } else if mixed {
            overlap::resolve(hits);
        }
        hits
    }

    /// All findings in `text`, overlaps included, and what the text may have for further readings.
    fn read(
        &self,
        text: &str,
        outline: Outline,
        field: &Field,
        roster: Option<&Roster>,
        (context, pending, memo, folded, hits, budget): Memory<'_>,
    ) -> Signs {
        let Pending { matches, announced, limits } = pending;
        context.clear();
        announced.clear();
        limits.clear();
        let mut reader = Reader {
            matcher: &self.matcher,
            thresholds: &self.thresholds,
            text,
            field,
            context,
            matches,
            hits,
            overlapping: self.overlapping,
            budget,
            announced,
            quoted: false,
            pairs: false,
            limits,
        };
        reader.run();
        let (quoted, pairs) = (reader.quoted, reader.pairs);
        let before = hits.len();
        let labels = self.names.find(text, outline, field, roster, (memo, budget), hits);
        let mut at = 0;
        hits.retain(|hit| {
            at += 1;
            at <= before
                || hit.evidence == Evidence::Roster
                || self.thresholds.get(hit.kind as usize).is_some_and(|least| hit.score >= *least)
        });
        if let Some(patterns) = &self.patterns {
            patterns.find(text, budget, hits);
        }
        if let Some(always) = &self.always {
            always.find(text, folded, |kind, start, end| {
                let (score, evidence) = (Score::CERTAIN.points(), Evidence::Roster);
                hits.push(Hit { kind, start, end, score, evidence });
            });
        }
        Signs { labels, quoted, pairs }
    }

    /// Removes the findings that are on the list of texts that are never reported.
    fn listed(&self, text: &str, hits: &mut Vec<Hit>) {
        hits.retain(|hit| {
            hit.score == Score::CERTAIN.points()
                || !self.never.has(text.get(hit.start..hit.end).unwrap_or_default())
        });
    }
}

#[cfg(test)]
mod tests;
