//! Any bytes as text of a field (the first byte chooses which): findings are found and removed.

use std::sync::{Arc, OnceLock};

use discreet_pii::{Field, Finder, HidingRules, Operator, OperatorKeys, Options, Scratch, TextRedactor};

const FIELDS: [&str; 5] =
    ["data", "guest.passport_no", "speech.transcript", "status[].values[].value", "phone"];

pub fn run(data: &[u8]) {
    static FINDER: OnceLock<Arc<Finder>> = OnceLock::new();
    let Some((choice, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let finder = FINDER.get_or_init(|| Arc::new(Finder::new(&Options::default()).unwrap()));
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
