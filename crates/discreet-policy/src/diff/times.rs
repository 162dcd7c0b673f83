//! A timetable in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::rule::Form;
use super::super::time::{DAY, FOREVER};
use super::super::timetable::Timetable;
use super::super::verb::Verb;
/// "nothing", "clear", "redacted (faces: solid) 22:00-06:00 until 2027-02-01 00:00". The zone is named where the
/// policies have two. `hidden`: the redaction, if there is one.
pub(super) fn describe(
    table: &Timetable,
    verb: Verb,
    hidden: Option<&str>,
    zone: (&TimeZone, bool),
) -> String {
    let mut parts = Vec::new();
    for stretch in table.stretches().iter().filter(|stretch| !stretch.phases.is_empty()) {
        let hours = match (stretch.from, stretch.to) {
            (0, DAY) => String::new(),
            (from, to) => format!(" {}-{}", clock(from), clock(to)),
        };
        let phases = stretch.phases.iter().map(|phase| describe_phase(phase, &hours, (verb, hidden), zone));
        parts.push(phases.collect::<Vec<_>>().join(", then "));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

fn describe_phase(
    (form, end): &(Option<Form>, i64),
    hours: &str,
    (verb, hidden): (Verb, Option<&str>),
    (zone, named): (&TimeZone, bool),
) -> String {
    let form = match (form, hidden) {
        (Some(Form::Redacted), Some(hidden)) if verb.has_form() => format!("redacted ({hidden})"),
        (Some(Form::Redacted), None) if verb.is_read() => {
            "nothing (redacted, but without `redact:`)".to_owned()
        }
        (form, _) => in_short(*form, verb).to_owned(),
    };
    if *end == FOREVER {
        return form + hours;
    }
    match Timestamp::from_second(*end) {
        Ok(end) => {
            let name = zone.iana_name().filter(|_| named).map(|name| format!(" {name}")).unwrap_or_default();
            let end = zone.to_datetime(end).strftime("%Y-%m-%d %H:%M");
            format!("{form}{hours} until {end}{name}")
        }
        Err(_) => format!("{form}{hours}"),
    }
}

/// The form that is left where the clock cannot be relied on, for two descriptions that are the same otherwise.
pub(super) fn without_clock(table: &Timetable, verb: Verb) -> String {
    format!(" (without a trusted clock: {})", in_short(table.without_clock(), verb))
}

fn in_short(form: Option<Form>, verb: Verb) -> &'static str {
    match form {
        None => "nothing",
        Some(Form::Redacted) if verb.has_form() => Form::Redacted.name(),
        Some(Form::Clear | Form::Redacted) if !verb.is_read() => "allowed",
        Some(form) => form.name(),
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
