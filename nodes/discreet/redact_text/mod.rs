//! `discreet redact-text`: hides personal data in text, or shows it.

mod explain;
mod lines;
mod reveal;
mod spans;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use discreet_pii::{
    FieldRules, HidingRules, Kinds, LONGEST_OFFLINE, Operator, OperatorKeys, PersonalData, PseudonymKey,
    TextRedactor, TooLong,
};
use discreet_policy::Policy;
use serde_json::json;

use super::Answer;
use super::input::{FileText, say};
use lines::{Lines, Piece};

/// Hides personal data in text: cards, telephones, names, passports, and a hundred kinds more.
///
/// Reads files or standard input line by line, and writes the same lines without it. A line of JSON stays JSON. A
/// private key or a machine-readable zone may span several lines. `--kinds help` lists the kinds.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  echo 'call me on +44 7700 900123' | discreet redact-text
  discreet redact-text --operator mask --kinds money,phone booking.log
  journalctl -f -o json | discreet redact-text
  discreet redact-text --explain --spoken transcript.txt
  discreet redact-text --field guest.passport_no passports.txt
  discreet redact-text --policy hotel.yaml --explain chat.txt
  discreet redact-text --operator pseudonym --key pseudonyms.key --audience front_desk chat.txt
  discreet redact-text --reveal --key pseudonyms.key --audience front_desk < ticket.txt
  discreet redact-text --spans sentences.jsonl > found.jsonl

With --spans, every line of the input is an object with `id` and `text`, and may have `\"spoken\": true` and a `field`; the
answer is {\"id\": ..., \"spans\": [[LABEL, START, END, SCORE], ...]}. START and END count characters, SCORE is from 0 to 1.

Exit codes:
  0  done, whether something was found or not
  2  wrong usage, a file that cannot be read, a line that is not UTF-8 or no such object; nothing of it is written")]
pub struct RedactText {
    /// The files; without any, or for `-`, standard input
    files: Vec<PathBuf>,
    /// The operator that replaces a finding; without it, that of the policy, or `replace`
    #[arg(long, value_name = "OPERATOR", value_parser = operators())]
    operator: Option<Operator>,
    /// The kinds and groups to find, separated by commas; without it, all. `help` lists them
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    kinds: Vec<String>,
    /// Finds and hides as the section `personal_data` of this policy says: operators, thresholds, lists, patterns
    #[arg(long, value_name = "FILE", conflicts_with = "threshold")]
    policy: Option<PathBuf>,
    /// The confidence that a finding must have, in hundredths
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    threshold: Option<u8>,
    /// The field that the text is from: its name tells much about the kinds in it
    #[arg(long, value_name = "NAME", default_value = "")]
    field: String,
    /// The text was spoken: lower case, digits as words
    #[arg(long)]
    spoken: bool,
    /// Also searches names with a trained model, which knows names that no list has. Takes about a millisecond for each word
    #[arg(long)]
    name_model: bool,
    /// Writes the places of findings, for lines of {"id", "text"}
    #[arg(long, conflicts_with_all = ["explain", "reveal"])]
    spans: bool,
    /// Shows each finding with its confidence and reason
    #[arg(long, conflicts_with = "reveal")]
    explain: bool,
    /// Replaces the tokens of --operator reversible by their values
    #[arg(long, requires = "key")]
    reveal: bool,
    /// The file with the key of pseudonyms; `discreet pseudonym-key` makes one
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The audience: each gets pseudonyms of its own
    #[arg(long, value_name = "NAME", default_value = "everyone")]
    audience: String,
    /// Answers with JSON, an object a line
    #[arg(long)]
    json: bool,
}

fn operators() -> impl TypedValueParser<Value = Operator> {
    PossibleValuesParser::new(Operator::ALL.map(Operator::name))
        .map(|word| Operator::named(&word).unwrap_or_default())
}

/// The kinds of a word of --kinds.
fn kinds(word: &str, personal: &PersonalData) -> anyhow::Result<Kinds> {
    let word = word.trim();
    let known = personal.named(word);
    known.ok_or_else(|| match discreet_policy::finding::closest(word, personal.words()) {
        Some(close) => anyhow!("unknown kind or group `{word}`; did you mean `{close}`?"),
        None => anyhow!("unknown kind or group `{word}`; `--kinds help` lists them"),
    })
}

/// The groups and kinds, a line each.
fn list(personal: &PersonalData) {
    for word in personal.words() {
        let Some(kinds) = personal.named(word) else { continue };
        let alone = kinds.iter().find(|kind| kind.name() == word);
        match alone {
            Some(kind) => say(&format!("{word:28} {}", kind.what())),
            None if kinds.iter().count() == 1 => say(&format!("{word:28} a group of one kind")),
            None => say(&format!("{word:28} a group of {} kinds", kinds.iter().count())),
        }
    }
}

impl RedactText {
    pub fn run(&self) -> anyhow::Result<Answer> {
        match self.work() {
            // A closed pipe (`| head`) is not an error.
            Err(error) if gone(&error) => Ok(Answer::Yes),
            result => result.map(|()| Answer::Yes),
        }
    }

    fn work(&self) -> anyhow::Result<()> {
        let policy = self.policy.as_ref().map(|file| FileText::read(file)?.usable_policy()).transpose()?;
        let mut without = PersonalData::default();
        self.threshold.into_iter().for_each(|least| without.set_threshold(Kinds::all(), least));
        let personal = policy.as_ref().map_or(&without, Policy::personal_data);
        if self.kinds.iter().any(|word| word == "help") {
            list(personal);
            return Ok(());
        }
        if (self.name_model || personal.wants_name_model) && !self.reveal {
            personal.set_name_model(crate::name_model()?);
        }
        let rules = self.rules(personal)?;
        let keys = self.keys(&rules, personal)?;
        let mut out = BufWriter::new(io::stdout().lock());
        let mut lines = Lines::new(&self.files, !self.spans);
        if let (true, Some(keys)) = (self.reveal, &keys) {
            while let Some(piece) = lines.next()? {
                out.write_all(reveal::revealed(&piece.text, keys).as_bytes())?;
                end_line(&mut out, &piece, &lines)?;
            }
            return Ok(out.flush()?);
        }
        let finder = personal.finder(rules.kinds()).context("cannot search for this")?;
        let field = rules.field(&self.field);
        let field = if self.spoken { field.spoken(true) } else { field };
        let mut redactor = TextRedactor::new(rules, finder, keys.map(Arc::new));
        redactor.set_longest(LONGEST_OFFLINE);
        redactor.set_line_by_line(!self.spans);
        while let Some(piece) = lines.next()? {
            if self.spans {
                if piece.text.trim().is_empty() {
                    continue;
                }
                spans::answer(&piece, &mut redactor, &field, &mut out)?;
            } else if self.explain {
                explain::answer(&piece, &mut redactor, &field, self.json, &mut out)?;
            } else {
                self.redact(&piece, &mut redactor, &field, &mut out)?;
            }
            end_line(&mut out, &piece, &lines)?;
        }
        Ok(out.flush()?)
    }

    /// The kinds to find, and their operators.
    fn rules(&self, personal: &PersonalData) -> anyhow::Result<HidingRules> {
        let mut desired = if self.kinds.is_empty() { Kinds::all() } else { Kinds::NONE };
        for word in &self.kinds {
            desired = desired.union(kinds(word, personal)?);
        }
        let mut rules = HidingRules::new(Operator::Replace);
        rules.set(Kinds::all(), None);
        for kind in desired.iter() {
            let operator = self.operator.unwrap_or_else(|| personal.operator(kind));
            rules.set([kind].into_iter().collect(), Some(operator));
        }
        Ok(rules)
    }

    /// The keys of --key, or else of the policy if its operators need them.
    fn keys(&self, rules: &HidingRules, personal: &PersonalData) -> anyhow::Result<Option<OperatorKeys>> {
        let derive = |key: &PseudonymKey| OperatorKeys::derive(key.expose(), &self.audience);
        if let Some(file) = &self.key {
            return Ok(Some(derive(&PseudonymKey::read(file)?)?));
        }
        let mut operators = rules.kinds().iter().filter_map(|kind| rules.of(kind));
        let Some(operator) = operators.find(|operator| operator.needs_keys()) else { return Ok(None) };
        if let Some(folder) = self.policy.as_ref().and_then(|file| file.parent()) {
            personal.read_key(folder)?;
        }
        let keys = personal.key().map(derive).transpose()?;
        let missing = || {
            anyhow!(
                "the operator {operator} makes tokens with a key: name its file with --key (`discreet pseudonym-key FILE` makes one)"
            )
        };
        keys.ok_or_else(missing).map(Some)
    }

    fn redact(
        &self,
        piece: &Piece,
        redactor: &mut TextRedactor,
        field: &FieldRules,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let mut text = String::with_capacity(piece.text.len());
        let outcome = redactor.redact(&piece.text, field, &mut text);
        if outcome.too_long {
            return Err(TooLong).with_context(|| piece.place());
        }
        if self.json {
            let hits: serde_json::Map<_, _> =
                outcome.hits.iter().map(|(kind, count)| (kind.name().to_owned(), count.into())).collect();
            let answer =
                json!({ "line": piece.line, "text": text, "changed": outcome.changed, "hits": hits });
            text = answer.to_string();
        }
        Ok(out.write_all(text.as_bytes())?)
    }
}

/// Writes the line's own end, and flushes: a reader may be waiting for it.
fn end_line(out: &mut impl Write, piece: &Piece, lines: &Lines) -> io::Result<()> {
    out.write_all(piece.end.as_bytes())?;
    if lines.would_wait() { out.flush() } else { Ok(()) }
}

fn gone(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
