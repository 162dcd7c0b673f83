//! Any bytes as text of a field (the first byte chooses which, and whether the policy has kinds of its own): findings are
//! found and removed.

use std::sync::{Arc, OnceLock};

use discreet_pii::{
    Field, Finder, HidingRules, Kind, Operator, OperatorKeys, Options, Pattern, Scratch, TextRedactor,
};

const FIELDS: [&str; 5] =
    ["data", "guest.passport_no", "speech.transcript", "status[].values[].value", "phone"];

/// From this first byte on, the policy has kinds of its own.
pub const OWN_KINDS: u8 = 128;

/// Options of a policy with kinds of its own.
fn own_kinds() -> Options {
    let pattern = |kind: &str, regex: &str, near: &[&str]| Pattern {
        kind: Kind::own(kind).unwrap(),
        regex: regex.to_owned(),
        near: near.iter().map(|word| (*word).to_owned()).collect(),
    };
    Options {
        patterns: vec![
            pattern("badge", "HB[- ]?[0-9]{4}", &[]),
            pattern("locker", "[0-9]{3}", &["locker", "Spind", "спинд"]),
            pattern("note", "(?i)grün[a-zß]*", &[]),
        ],
        deny: vec![(Kind::own("badge").unwrap(), "visitor 1".to_owned())],
        allow_patterns: vec!["HB-0[0-9]+".to_owned()],
        ..Options::default()
    }
}

pub fn run(data: &[u8]) {
    static FINDERS: [OnceLock<Arc<Finder>>; 2] = [OnceLock::new(), OnceLock::new()];
    let Some((choice, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let own = *choice >= OWN_KINDS;
    let options = || if own { own_kinds() } else { Options::default() };
    let finder = FINDERS[usize::from(own)].get_or_init(|| Arc::new(Finder::new(&options()).unwrap()));
    let (mut field, operator) =
        (Field::of(FIELDS[usize::from(*choice) % FIELDS.len()]), usize::from(*choice) / FIELDS.len());
    field.spoken = choice % 2 == 0;
    // In order, without overlap, and each on whole characters.
    let mut behind = 0;
    for hit in finder.find(&text, &field, None, &mut Scratch::default()) {
        assert!(behind <= hit.start && hit.start < hit.end && hit.score <= 100, "{hit:?}");
        assert!(text.get(hit.start..hit.end).is_some(), "{hit:?}");
        behind = hit.end;
    }
    let mut rules = HidingRules::new(Operator::ALL[operator % Operator::ALL.len()]);
    rules.set_whole("data.guest.passport_no", Operator::Mask);
    let keys = OperatorKeys::derive(&[7; 32], "fuzz").ok().map(Arc::new);
    let of = rules.field(FIELDS[usize::from(*choice) % FIELDS.len()]).spoken(field.spoken);
    let (mut redactor, mut out) = (TextRedactor::new(rules, Arc::clone(finder), keys), String::new());
    let outcome = redactor.redact(&text, &of, &mut out);
    assert!(outcome.changed || out == text, "{text:?} became {out:?}, and the outcome does not report it");
    // JSON stays JSON.
    if serde_json::from_str::<serde_json::Value>(&text)
        .is_ok_and(|value| value.is_object() || value.is_array())
    {
        assert!(
            serde_json::from_str::<serde_json::Value>(&out).is_ok() || of.whole().is_some(),
            "{text:?} became {out:?}"
        );
    }
}
