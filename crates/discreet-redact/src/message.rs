//! Redacts the text in the messages of one topic, or in the responses of one service.

use std::sync::Arc;

use super::labels::Label;
use super::text_rules::is_inside;
use super::{FieldRule, Redaction, TextRules};
use discreet_cdr::{Malformed, Plan, Rewriter, Strings};
use discreet_pii::{
    self as pii, FieldRules, Kinds, LONGEST, Operator, OperatorKeys, Roster, Rosters, TextRedactor,
};

/// The longest key of a pair, in bytes.
const LONGEST_KEY: usize = 128;

/// The cost of a string in addition to its bytes: an empty one takes work too.
const STRING: usize = 8;

/// Finds and hides in the text of messages of one type what a policy names. A message without findings is not
/// copied.
pub struct MessageRedactor {
    plan: Plan,
    /// Strings of which only known values leave, whatever the rules say of them.
    labels: &'static [Label],
    rosters: Arc<Rosters>,
    rewriter: Rewriter,
    compiled: Option<Compiled>,
}

/// The rules of the policy in force, by field of this type.
struct Compiled {
    rules: Arc<TextRules>,
    /// For each field, the one of `redactors` that hides its findings.
    fields: Vec<Option<(usize, FieldRules)>>,
    /// For each field that is the value of a pair, the field of its key.
    keys: Vec<Option<usize>>,
    redactors: Vec<TextRedactor>,
    /// The reader for whom pseudonyms are made: each reader gets other ones.
    reader: Option<String>,
    roster: Option<Arc<Roster>>,
}

/// The recipient of the redacted message.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'a> {
    /// The open domain.
    Everyone,
    /// Stakeholders: their names in the order of the policy, separated by a blank.
    Named(&'a str),
}

/// A message whose text was inspected.
pub struct Rewritten<'a> {
    /// Summary of the redaction.
    pub redaction: Redaction,
    /// The redacted message, if anything was hidden.
    pub anew: Option<&'a mut [u8]>,
}

/// Why a message could not be redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unredactable {
    /// The policy names a field that is not text in this type, so the author expects something to be hidden
    /// there.
    #[error("the policy hides a field that is not text in this type")]
    NoSuchField,
    /// The patterns could not be built.
    #[error("the patterns for personal data could not be built")]
    NoFinder,
    /// More text than the limit of a message, or text that takes more steps than the limit.
    #[error("more text than is inspected in one message")]
    TooLong,
    /// Not a message of the type.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl MessageRedactor {
    /// For messages that `plan` walks. Also finds names on today's roster.
    pub fn new(plan: Plan, rosters: Arc<Rosters>) -> MessageRedactor {
        let labels = Label::of_camera_info(plan.strings());
        MessageRedactor { plan, labels, rosters, rewriter: Rewriter::default(), compiled: None }
    }

    /// Redacts a serialized message.
    pub fn redact(
        &mut self,
        rules: &Arc<TextRules>,
        reader: Recipient<'_>,
        message: &[u8],
    ) -> Result<Rewritten<'_>, Unredactable> {
        let MessageRedactor { plan, labels, rosters, rewriter, compiled } = self;
        if compiled.as_ref().is_none_or(|known| !Arc::ptr_eq(&known.rules, rules)) {
            *compiled = Some(Compiled::new(rules, plan)?);
        }
        let Some(compiled) = compiled else { return Err(Unredactable::NoSuchField) };
        compiled.follow(reader, rosters.today());
        let Compiled { fields, keys, redactors, .. } = compiled;
        redactors.iter_mut().for_each(TextRedactor::begin);
        let mut texts = Texts {
            fields,
            keys,
            labels,
            key: (usize::MAX, String::new()),
            redactors,
            hidden: 0,
            left: Some(LONGEST),
        };
        let anew = rewriter.rewrite(plan, message, &mut texts)?;
        if texts.left.is_none() {
            return Err(Unredactable::TooLong);
        }
        Ok(Rewritten { redaction: Redaction { covered: texts.hidden, ..Redaction::default() }, anew })
    }
}

impl Compiled {
    fn new(rules: &Arc<TextRules>, plan: &Plan) -> Result<Compiled, Unredactable> {
        if !rules.idle(plan.strings()).is_empty() {
            return Err(Unredactable::NoSuchField);
        }
        // One redactor for each set of options: a finder with more kinds could miss one that was asked for.
        let mut ways: Vec<Way> = Vec::new();
        let paths: Vec<&str> = plan.strings().collect();
        let mut way_of = |path: &str| {
            let inside = rules.wholes().filter(|(name, _)| is_inside(name, path));
            let (kinds, with, spoken) = match rules.rule(path) {
                Some(FieldRule::Find { kinds, with, spoken }) => (*kinds, *with, *spoken),
                Some(FieldRule::Whole(_)) => (Kinds::NONE, None, false),
                None if inside.clone().next().is_some() => (Kinds::NONE, None, false),
                None => return None,
            };
            let number = ways.iter().position(|way| (way.kinds, way.with) == (kinds, with));
            let number = number.unwrap_or_else(|| {
                ways.push(Way { kinds, with, wholes: Vec::new() });
                ways.len() - 1
            });
            if let Some(way) = ways.get_mut(number) {
                way.wholes.extend(inside.map(|(name, operator)| (name.to_owned(), operator)));
                if let Some(FieldRule::Whole(operator)) = rules.rule(path) {
                    way.wholes.push((path.to_owned(), *operator));
                }
            }
            Some((number, spoken))
        };
        let places: Vec<Option<(usize, bool)>> = paths.iter().map(|path| way_of(path)).collect();
        let redactors: Vec<TextRedactor> =
            ways.into_iter().map(|way| way.redactor(rules)).collect::<Result<_, _>>()?;
        let field = |(path, place): (&&str, &Option<(usize, bool)>)| {
            let (number, spoken) = (*place)?;
            let field = redactors.get(number)?.rules().field(path);
            let spoken = spoken || field.field().spoken;
            Some((number, field.spoken(spoken)))
        };
        let fields = paths.iter().zip(&places).map(field).collect();
        let keys = paths.iter().map(|path| key_of(path, &paths)).collect();
        Ok(Compiled { rules: Arc::clone(rules), fields, keys, redactors, reader: None, roster: None })
    }

    /// Updates keys and roster.
    fn follow(&mut self, reader: Recipient<'_>, roster: Option<Arc<Roster>>) {
        let key = self.rules.personal().key();
        if let Some(key) = key
            && self.reader.as_deref() != Some(reader.name())
        {
            let keys = OperatorKeys::derive(key.expose(), reader.name()).ok().map(Arc::new);
            self.redactors.iter_mut().for_each(|redactor| redactor.set_keys(keys.clone()));
            self.reader = Some(reader.name().to_owned());
        }
        let same = match (&self.roster, &roster) {
            (Some(known), Some(new)) => Arc::ptr_eq(known, new),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            self.redactors.iter_mut().for_each(|redactor| redactor.set_roster(roster.clone()));
            self.roster = roster;
        }
    }
}

/// Options of a redactor.
struct Way {
    /// The kinds to find.
    kinds: Kinds,
    /// The operator that hides them; without it, the policy's operator of each kind.
    with: Option<Operator>,
    /// Fields, and parts of the JSON in fields, that are hidden whole.
    wholes: Vec<(String, Operator)>,
}

impl Way {
    fn redactor(self, rules: &TextRules) -> Result<TextRedactor, Unredactable> {
        let personal = rules.personal();
        let mut all = pii::HidingRules::new(Operator::Replace);
        for kind in Kinds::all().iter() {
            let operator = self.with.unwrap_or_else(|| personal.operator(kind));
            all.set([kind].into_iter().collect(), self.kinds.contains(kind).then_some(operator));
        }
        for (path, operator) in &self.wholes {
            all.set_whole(path, *operator);
        }
        let finder = personal.finder(self.kinds).map_err(|_| Unredactable::NoFinder)?;
        Ok(TextRedactor::new(all, finder, None))
    }
}

impl Recipient<'_> {
    /// The name that separates the pseudonyms of this reader.
    fn name(&self) -> &str {
        match self {
            Recipient::Everyone => "everyone",
            Recipient::Named(names) => names,
        }
    }
}

/// The field of the key of a pair whose value is the field at `path`, as in diagnostic_msgs/msg/KeyValue.
fn key_of(path: &str, paths: &[&str]) -> Option<usize> {
    let (parent, name) = path.rsplit_once('.').map_or(("", path), |(parent, name)| (parent, name));
    if !["value", "data", "content", "text"].contains(&name) {
        return None;
    }
    let is_key = |other: &&str| {
        let (of, name) = other.rsplit_once('.').map_or(("", *other), |(of, name)| (of, name));
        of == parent && ["key", "name", "label"].contains(&name)
    };
    paths.iter().position(is_key)
}

/// The strings of one message.
struct Texts<'a> {
    fields: &'a [Option<(usize, FieldRules)>],
    keys: &'a [Option<usize>],
    /// The last text that may be a key: its field, and the text.
    key: (usize, String),
    labels: &'static [Label],
    redactors: &'a mut [TextRedactor],
    hidden: u32,
    /// Bytes of text that may still be inspected in this message; none after the limit was exceeded.
    left: Option<usize>,
}

impl Strings for Texts<'_> {
    fn string(&mut self, field: usize, text: &str, into: &mut String) -> bool {
        if self.keys.contains(&Some(field)) && text.len() <= LONGEST_KEY {
            self.key.0 = field;
            self.key.1.clear();
            self.key.1.push_str(text);
        }
        let changed = self.hide(field, text, into);
        let Some(label) = self.labels.get(field) else { return changed };
        let now = if changed { into.as_str() } else { text };
        let known = label.known(now);
        if known == now {
            return changed;
        }
        *into = known.to_owned();
        self.hidden = self.hidden.saturating_add(u32::from(!changed));
        true
    }
}

impl Texts<'_> {
    fn hide(&mut self, field: usize, text: &str, into: &mut String) -> bool {
        let Some(Some((number, rules))) = self.fields.get(field) else { return false };
        let Some(redactor) = self.redactors.get_mut(*number) else { return false };
        // Each string has a cost, also an empty one.
        self.left = self.left.and_then(|left| left.checked_sub(text.len() + STRING));
        if self.left.is_none() {
            return false;
        }
        let label = self.keys.get(field).copied().flatten().filter(|key| *key == self.key.0);
        let label = if label.is_some() { self.key.1.as_str() } else { "" };
        let outcome = redactor.redact_labelled(label, text, rules, into);
        if outcome.too_long {
            self.left = None;
            return false;
        }
        if outcome.changed {
            // Text hidden without a kind counts too: unreadable JSON of which a part must be hidden.
            let hidden = outcome.hits.total().saturating_add(outcome.whole).max(1);
            self.hidden = self.hidden.saturating_add(hidden);
        }
        outcome.changed
    }
}

impl std::fmt::Debug for MessageRedactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageRedactor").field("plan", &self.plan).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_cdr::Writer;
    use discreet_pii::PersonalData;

    /// A string, then a list of pairs of strings and numbers.
    fn plan() -> Plan {
        let string = r#""type":{"type_id":17}"#;
        let json = format!(
            r#"{{"type_description":{{"type_name":"a/msg/A","fields":[
                    {{"name":"data",{string}}},
                    {{"name":"guests","type":{{"type_id":145,"nested_type_name":"a/msg/G"}}}}]}},
                "referenced_type_descriptions":[{{"type_name":"a/msg/G","fields":[
                    {{"name":"name",{string}}},{{"name":"floor","type":{{"type_id":6}}}}]}}]}}"#
        );
        Plan::compile(&serde_json::from_str(&json).unwrap()).unwrap()
    }

    fn message(data: &str, guests: &[&str]) -> Vec<u8> {
        let mut buffer = Vec::new();
        let mut writer = Writer::new(&mut buffer);
        writer.str(data);
        writer.sequence(guests.len());
        for name in guests {
            writer.str(name);
            writer.i32(7);
        }
        buffer
    }

    fn rules(fields: Vec<(&str, FieldRule)>) -> Arc<TextRules> {
        let fields = fields.into_iter().map(|(name, rule)| (name.to_owned(), rule)).collect();
        Arc::new(TextRules::new(fields, Arc::new(PersonalData::default())))
    }

    fn all() -> FieldRule {
        FieldRule::Find { kinds: Kinds::all(), with: None, spoken: false }
    }

    #[test]
    fn what_is_found_is_hidden_and_the_rest_is_as_it_was() {
        let mut redactor = MessageRedactor::new(plan(), Arc::default());
        let (rules, before) =
            (rules(vec![("data", all())]), message("mail ada@example.com now", &["ada@example.com"]));
        let done = redactor.redact(&rules, Recipient::Everyone, &before).unwrap();
        assert_eq!(done.redaction.covered, 1);
        assert_eq!(done.anew.as_deref(), Some(message("mail <email> now", &["ada@example.com"]).as_slice()));
        let quiet = message("nothing here", &[]);
        let done = redactor.redact(&rules, Recipient::Everyone, &quiet).unwrap();
        assert!(done.anew.is_none() && done.redaction == Redaction::default());
    }

    #[test]
    fn every_field_and_whole_fields_and_parts_of_json_are_hidden() {
        let mut redactor = MessageRedactor::new(plan(), Arc::default());
        let whole = FieldRule::Whole(Operator::Remove);
        let rules = rules(vec![("*", whole.clone()), ("data", all()), ("data.code", whole)]);
        let before = message(r#"{"code": "x", "note": "ada@example.com"}"#, &["Ada", "Bob"]);
        let done = redactor.redact(&rules, Recipient::Everyone, &before).unwrap();
        let after = message(r#"{"code": "", "note": "<email>"}"#, &["", ""]);
        assert_eq!(done.anew.as_deref(), Some(after.as_slice()));
    }

    #[test]
    fn of_a_camera_info_only_known_strings_leave() {
        let string = r#""type":{"type_id":17}"#;
        let json = format!(
            r#"{{"type_description":{{"type_name":"a/msg/I","fields":[
                    {{"name":"header","type":{{"type_id":1,"nested_type_name":"a/msg/H"}}}},
                    {{"name":"distortion_model",{string}}}]}},
                "referenced_type_descriptions":[{{"type_name":"a/msg/H","fields":[{{"name":"frame_id",{string}}}]}}]}}"#
        );
        let plan = Plan::compile(&serde_json::from_str(&json).unwrap()).unwrap();
        let mut redactor = MessageRedactor::new(plan, Arc::default());
        let message = |frame: &str, model: &str| {
            let mut buffer = Vec::new();
            let mut writer = Writer::new(&mut buffer);
            writer.str(frame);
            writer.str(model);
            buffer
        };
        let rules = rules(vec![("header.frame_id", all())]);
        for (frame, model, expected) in [
            ("camera_link", "plumb_bob", None),
            ("room 12", "Ada", Some(message("camera", ""))),
            ("ada@example.com", "plumb_bob", Some(message("camera", "plumb_bob"))),
        ] {
            let before = message(frame, model);
            let done = redactor.redact(&rules, Recipient::Everyone, &before).unwrap();
            assert_eq!(done.anew.map(|anew| anew.to_vec()), expected, "{frame}");
        }
    }

    #[test]
    fn a_field_that_is_no_text_of_the_type_is_never_passed_over() {
        let mut redactor = MessageRedactor::new(plan(), Arc::default());
        let before = message("", &[]);
        for name in ["guest", "guests.floor", "guests.name.first.x.y", "dat"] {
            let done = redactor.redact(&rules(vec![(name, all())]), Recipient::Everyone, &before);
            let inside = name == "guests.name.first.x.y"; // JSON in the name, as it seems
            assert_eq!(done.err(), (!inside).then_some(Unredactable::NoSuchField), "{name}");
        }
    }
}
