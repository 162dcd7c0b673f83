//! Comparison of access: a party that may have more of one topic than of another, at any time.

use super::super::rule::Form;
use super::super::timetable::Access;
use super::super::timetable::Timetable;
use discreet_redact::{Cover, ImageRules, Subject, WholeFrame};

/// The amount of an image that a party may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Nothing,
    Redacted,
    Clear,
}

/// The part of the protected image that a form of the sibling shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Most {
    /// The image, in that form.
    Image,
    /// The image, and what is redacted in it is less than what is hidden in the protected one.
    LessHidden,
    /// Calibration, in any form.
    Calibration,
    /// All calls of the service, in any form.
    Everything,
}

impl Most {
    fn level(self, form: Option<Form>) -> Level {
        match (self, form) {
            (_, None) => Level::Nothing,
            (Most::Calibration, Some(_)) | (Most::Image, Some(Form::Redacted)) => Level::Redacted,
            (Most::Image | Most::LessHidden | Most::Everything, Some(_)) => Level::Clear,
        }
    }
}

/// A party that, at some time, may have more of the sibling than of the protected one.
pub(crate) fn gives_more<'a>(sibling: &'a Access, most: Most, protected: &Access) -> Option<&'a str> {
    if exceeds([Some(&sibling.everyone), None], most, [Some(&protected.everyone), None]) {
        return Some("everyone");
    }
    // The open domain is open to all: a stakeholder's own rules can only add to it.
    let exceeding = sibling.named.iter().find(|(name, own)| {
        let theirs = protected.named.iter().find(|(other, _)| other == name).map(|(_, table)| table.as_ref());
        exceeds([Some(own), None], most, [Some(&protected.everyone), theirs])
    });
    exceeding.map(|(name, _)| name.as_ref())
}

type Tables<'a> = [Option<&'a Timetable>; 2];

fn exceeds(sibling: Tables<'_>, most: Most, protected: Tables<'_>) -> bool {
    let tables = || sibling.into_iter().chain(protected).flatten();
    let level = |tables: Tables<'_>, most: Most, form: &dyn Fn(&Timetable) -> Option<Form>| {
        tables.into_iter().flatten().map(|table| most.level(form(table))).max().unwrap_or(Level::Nothing)
    };
    let more = |form: &dyn Fn(&Timetable) -> Option<Form>| {
        level(sibling, most, form) > level(protected, Most::Image, form)
    };
    if more(&Timetable::without_clock) {
        return true;
    }
    let mut minutes: Vec<u16> = tables().flat_map(Timetable::changes).collect();
    minutes.sort_unstable();
    minutes.dedup();
    minutes.into_iter().any(|minute| {
        // Within a stretch of the day, something changes only where something ends.
        let ends = tables().flat_map(|table| table.ends(minute)).chain([i64::MIN]);
        ends.into_iter().any(|second| more(&|table: &Timetable| table.form(minute, second)))
    })
}

/// True if the one hides less than the other. Only what both redact can differ.
pub(crate) fn hides_less(one: Option<&ImageRules>, other: Option<&ImageRules>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    match (one.frame, other.frame) {
        (Some(WholeFrame::Blank), _) | (Some(WholeFrame::Lowres), Some(WholeFrame::Lowres)) => false,
        (_, Some(_)) => true,
        (Some(WholeFrame::Lowres), None) => {
            other.covers.iter().any(|(subject, _)| subject.shows_in_coarse_frames())
        }
        (None, None) => {
            let weaker =
                |(subject, cover): &(Subject, Cover)| one.cover(*subject).is_none_or(|own| own > *cover);
            (other.strict && !one.strict) || other.covers.iter().any(weaker)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(covers: &[(Subject, Cover)], frame: Option<WholeFrame>, strict: bool) -> Option<ImageRules> {
        Some(ImageRules { covers: covers.to_vec(), frame, strict, ..ImageRules::default() })
    }

    #[test]
    fn what_covers_fewer_or_weaker_hides_less() {
        let faces = rules(&[(Subject::Faces, Cover::Solid)], None, false);
        let both = rules(&[(Subject::Faces, Cover::Solid), (Subject::Plates, Cover::Solid)], None, false);
        let mosaic = rules(&[(Subject::Faces, Cover::Pixelate)], None, false);
        let strict = rules(&[(Subject::Faces, Cover::Solid)], None, true);
        let persons = rules(&[(Subject::Persons, Cover::Solid)], None, false);
        let (blank, lowres) =
            (rules(&[], Some(WholeFrame::Blank), false), rules(&[], Some(WholeFrame::Lowres), false));
        let less =
            |one: &Option<ImageRules>, other: &Option<ImageRules>| hides_less(one.as_ref(), other.as_ref());
        assert!(less(&faces, &both) && !less(&both, &faces) && !less(&both, &both));
        assert!(less(&mosaic, &faces) && !less(&faces, &mosaic));
        assert!(less(&faces, &strict) && !less(&strict, &faces));
        assert!(less(&both, &blank) && !less(&blank, &both));
        assert!(!less(&lowres, &both) && less(&lowres, &persons) && less(&both, &lowres));
    }
}
