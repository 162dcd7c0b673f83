//! The real model, as tools/setup gets it, on sentences with names that no list has.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

use discreet_models::Models;
use discreet_ner::Ner;
use discreet_pii::NameModel;

fn names<'t>(ner: &Ner, text: &'t str) -> Vec<&'t str> {
    ner.find(text).unwrap().into_iter().map(|name| &text[name]).collect()
}

#[test]
fn names_that_no_list_has_are_found_whole() {
    let ner = Ner::load(&Models::find(None).unwrap()).unwrap();
    assert_eq!(
        names(&ner, "My name is Quellwyn Vostrakov and I would like a towel."),
        ["Quellwyn Vostrakov"]
    );
    assert_eq!(names(&ner, "Please wake up mr thrandolf brixley at seven"), ["thrandolf brixley"]);
    assert!(names(&ner, "The battery of the left wheel is at 47 percent.").is_empty());
    assert!(names(&ner, "").is_empty() && names(&ner, " \n\t").is_empty());
}

#[test]
fn a_long_text_is_searched_to_its_end() {
    let ner = Ner::load(&Models::find(None).unwrap()).unwrap();
    let filler = "The robot waits at the lift and asks for a free way. ".repeat(40);
    let text =
        format!("{filler}My name is Quellwyn Vostrakov. {filler}My name is Ondrea Castelbruck. {filler}");
    assert_eq!(names(&ner, &text), ["Quellwyn Vostrakov", "Ondrea Castelbruck"]);
}
