//! Finds names of people in text with a trained model (named entity recognition, NER), where no message waits for it: in
//! recorded bags and in files.
//!
//! The lists of `discreet-pii` know 237,000 words; this model judges by the sentence, and so finds names that no list
//! has. It takes about a millisecond for each word, a thousand times as long as the lists. The model is Rampart of the
//! National Design Studio (CC-BY-4.0), a BERT of six layers with four-bit weights; docs/models.md has its source, and
//! docs/found.md its rates.

mod word_pieces;

use std::ops::Range;
use std::sync::Mutex;

use discreet_models::{ModelError, Models, onnx_runtime, session};
use discreet_pii::{NameModel, NotSearched};
use ort::session::Session;
use ort::value::TensorRef;

use word_pieces::{Piece, WordPieces};

const MODEL: &str = "rampart_q4.onnx";
const WORDS: &str = "rampart_vocab.txt";

/// The most pieces of a window. The model takes 512, and judges shorter texts better.
const WINDOW: usize = 200;
/// The pieces that two neighbouring windows share, so that each is seen with words on both sides.
const SHARED: usize = 40;
/// The labels of the model, of which each piece gets a likelihood.
const LABELS: usize = 35;
/// The labels of given names and surnames: first and further pieces.
const NAMES: Range<usize> = 1..5;
/// The least mean likelihood of the pieces of a word.
const LEAST: f32 = 0.5;

/// Why the model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NerError {
    /// A file is missing, or is not the pinned one.
    #[error(transparent)]
    Models(#[from] ModelError),
    /// There is no ONNX Runtime.
    #[error(
        "the model of names needs ONNX Runtime, which was not found: run tools/setup, or name its library in DISCREET_ONNXRUNTIME"
    )]
    NeedsOnnxRuntime,
    /// The list of pieces of words is not complete.
    #[error("the model's list of words is incomplete; delete it and run tools/setup")]
    Words,
}

/// The model, ready to search.
pub struct Ner {
    session: Mutex<Session>,
    words: WordPieces,
}

/// A word, and the likelihood that it is a part of a name.
struct Word {
    place: Range<usize>,
    likelihood: f32,
}

impl Ner {
    /// Loads the model from the folder.
    pub fn load(models: &Models) -> Result<Ner, NerError> {
        let (model, words) = (models.load(MODEL)?, models.load(WORDS)?);
        if !onnx_runtime(models)? {
            return Err(NerError::NeedsOnnxRuntime);
        }
        let words = WordPieces::read(&String::from_utf8_lossy(&words)).ok_or(NerError::Words)?;
        Ok(Ner { session: Mutex::new(session(&model, 1)?), words })
    }

    /// For each piece, the likelihood that it is a part of a name.
    fn likelihoods(&self, pieces: &[Piece]) -> Option<Vec<f32>> {
        let (first, last) = self.words.ends();
        let ids = pieces.iter().map(|piece| i64::from(piece.id));
        let ids: Vec<i64> = [first].into_iter().chain(ids).chain([last]).collect();
        let shape = [1, ids.len()];
        let (ones, zeros) = (vec![1_i64; ids.len()], vec![0_i64; ids.len()]);
        let tensor = |values| TensorRef::from_array_view((shape, values)).ok();
        let inputs = ort::inputs![
            "input_ids" => tensor(ids.as_slice())?,
            "attention_mask" => tensor(ones.as_slice())?,
            "token_type_ids" => tensor(zeros.as_slice())?,
        ];
        let mut session = self.session.lock().ok()?;
        let answer = session.run(inputs).ok()?;
        let (_, values) = answer.get("logits")?.try_extract_tensor::<f32>().ok()?;
        if values.len() != ids.len() * LABELS {
            return None;
        }
        let rows = values.chunks_exact(LABELS).skip(1).take(pieces.len());
        Some(rows.map(name_likelihood).collect())
    }

    /// The words of a text, each seen in one window.
    fn judge(&self, text: &str) -> Option<Vec<Word>> {
        let pieces = self.words.pieces(text);
        let (mut likelihoods, mut from) = (Vec::with_capacity(pieces.len()), 0);
        while from < pieces.len() {
            let window = pieces.get(from..(from + WINDOW).min(pieces.len()))?;
            let judged = self.likelihoods(window)?;
            // Half of what two windows share is from either.
            let known = likelihoods.len() - from;
            likelihoods.extend(judged.into_iter().skip(known));
            if from + WINDOW >= pieces.len() {
                break;
            }
            likelihoods.truncate(from + WINDOW - SHARED / 2);
            from += WINDOW - SHARED;
        }
        let mut words: Vec<(Word, usize)> = Vec::new();
        for (piece, likelihood) in pieces.iter().zip(likelihoods) {
            match words.last_mut().filter(|_| piece.goes_on) {
                Some((word, count)) => {
                    word.place.end = piece.place.end;
                    word.likelihood += likelihood;
                    *count += 1;
                }
                None => words.push((Word { place: piece.place.clone(), likelihood }, 1)),
            }
        }
        let mean = |(word, count): (Word, usize)| Word { likelihood: word.likelihood / count as f32, ..word };
        Some(words.into_iter().map(mean).collect())
    }
}

impl NameModel for Ner {
    fn find(&self, text: &str) -> Result<Vec<Range<usize>>, NotSearched> {
        let words = self.judge(text).ok_or(NotSearched)?;
        let mut names: Vec<Range<usize>> = Vec::new();
        for word in words.into_iter().filter(|word| word.likelihood >= LEAST) {
            let between = |name: &Range<usize>| text.get(name.end..word.place.start);
            match names.last_mut().filter(|name| between(name).is_some_and(joins)) {
                Some(name) => name.end = word.place.end,
                None => names.push(word.place),
            }
        }
        names.retain(|name| text.get(name.clone()).is_some_and(|name| name.chars().any(char::is_alphabetic)));
        Ok(names)
    }
}

/// The sum of the likelihoods of the labels of names (softmax).
fn name_likelihood(row: &[f32]) -> f32 {
    let most = row.iter().copied().fold(f32::MIN, f32::max);
    let all: f32 = row.iter().map(|value| (value - most).exp()).sum();
    let names: f32 = row.get(NAMES).unwrap_or_default().iter().map(|value| (value - most).exp()).sum();
    names / all
}

/// May this stand between two words of one name: `Ana-Maria`, `O'Neil`, `J. R. Ewing`?
fn joins(between: &str) -> bool {
    between.len() <= 3 && between.chars().all(|c| matches!(c, ' ' | '-' | '\'' | '’' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_of_names_are_a_share_of_all() {
        let mut row = [0.0; LABELS];
        row[1] = 50.0;
        assert!(name_likelihood(&row) > 0.99);
        row[1] = -50.0;
        assert!((name_likelihood(&row) - 3.0 / 34.0).abs() < 1e-5);
    }

    #[test]
    fn a_name_goes_on_over_hyphens_apostrophes_and_initials() {
        assert!(["", " ", "-", "'", ". ", " - "].into_iter().all(joins));
        assert!([", ", "\n", " und ", "/"].into_iter().all(|between| !joins(between)));
    }
}
