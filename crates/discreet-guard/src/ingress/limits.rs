//! The values that a policy allows, by field: `linear.x: [-0.5, 0.5]`. Of arrays and sequences, every element.

use std::collections::{BTreeMap, BTreeSet};

use discreet_cdr::types::description::{Description, Element, Field, Repetition};
use discreet_cdr::{Malformed, Reader};
use discreet_policy::Ingress;

/// As deep as the plan of a type goes.
const MAX_DEPTH: usize = 32;

/// The plan of the limited fields of a type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    steps: Vec<Step>,
}

/// A limit that does not fit the type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unlimitable {
    /// No such field.
    #[error("the type has no field `{0}`")]
    NoField(String),
    /// A text, or a message with fields of its own.
    #[error("field `{0}` is not a number")]
    NoNumber(String),
    /// No plan can be made for the type.
    #[error("no plan can be made for the type")]
    Unwalkable,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// Numbers without a limit.
    Skip {
        align: usize,
        size: usize,
    },
    /// A sequence of these.
    SkipSequence(usize),
    /// A number with its limit.
    Number(Number, Limit),
    Text,
    WideText,
    Array(u32, Vec<Step>),
    Sequence(Vec<Step>),
}

#[derive(Debug, Clone, PartialEq)]
struct Limit {
    field: String,
    least: f64,
    most: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

/// A number of the message.
#[derive(Debug, Clone, Copy)]
enum Value {
    Whole(i128),
    Real(f64),
}

impl Limits {
    /// Compiles the limits of an ingress: on fields of a command, or of an action's goal.
    pub fn of(ingress: &Ingress, description: &Description) -> Result<Limits, Unlimitable> {
        let limits = ingress.limits();
        match ingress.part() {
            _ if limits.is_empty() => Ok(Limits::default()),
            None => Limits::compile(description, limits),
            Some(_) => {
                let of_goal = limits.iter().map(|(field, limit)| (format!("goal.{field}"), *limit));
                Limits::compile(description, &of_goal.collect())
            }
        }
    }

    /// Compiles limits on fields of the type.
    pub fn compile(
        description: &Description,
        limits: &BTreeMap<String, [f64; 2]>,
    ) -> Result<Limits, Unlimitable> {
        if limits.is_empty() {
            return Ok(Limits::default());
        }
        let mut compiler = Compiler { description, limits, used: BTreeSet::new(), others: BTreeSet::new() };
        let mut steps = compiler.message(&description.main.fields, "", 0)?;
        if let Some(field) = limits.keys().find(|field| !compiler.used.contains(*field)) {
            return Err(match compiler.others.contains(field) {
                true => Unlimitable::NoNumber(field.clone()),
                false => Unlimitable::NoField(field.clone()),
            });
        }
        let needed = steps.iter().rposition(Step::is_limited).map_or(0, |last| last + 1);
        steps.truncate(needed);
        Ok(Limits { steps })
    }

    /// Checks a message, whose plan was walked before, against the limits; returns the first field that is outside.
    pub fn check(&self, message: &[u8]) -> Result<(), &str> {
        // The plan has walked it, so it can be read; if it cannot, it is not let in either.
        let mut reader = Reader::new(message).map_err(|_| "")?;
        walk(&self.steps, &mut reader).map_err(|why| match why {
            Outside::Limit(limit) => limit.field.as_str(),
            Outside::Unreadable => "",
        })
    }
}

enum Outside<'a> {
    Limit(&'a Limit),
    Unreadable,
}

impl From<Malformed> for Outside<'_> {
    fn from(_: Malformed) -> Self {
        Outside::Unreadable
    }
}

fn walk<'a>(steps: &'a [Step], reader: &mut Reader<'_>) -> Result<(), Outside<'a>> {
    for step in steps {
        match step {
            Step::Skip { align, size } => reader.skip(*align, *size)?,
            Step::SkipSequence(size) => {
                let count = reader.sequence(*size, None)? as usize;
                if count > 0 {
                    reader.skip(*size, count.saturating_mul(*size))?;
                }
            }
            Step::Number(number, limit) => {
                if !limit.allows(number.read(reader)?) {
                    return Err(Outside::Limit(limit));
                }
            }
            Step::Text => drop(reader.string(None)?),
            Step::WideText => reader.skip_wstring(None)?,
            Step::Array(count, element) => {
                for _ in 0..*count {
                    walk(element, reader)?;
                }
            }
            Step::Sequence(element) => {
                for _ in 0..reader.sequence(1, None)? {
                    walk(element, reader)?;
                }
            }
        }
    }
    Ok(())
}

impl Limit {
    /// NaN and infinities are outside every limit.
    fn allows(&self, value: Value) -> bool {
        match value {
            Value::Real(value) => value.is_finite() && self.least <= value && value <= self.most,
            // Integers as such: beyond 2^53 they would be rounded. `as` saturates at the ends of the range.
            Value::Whole(value) => self.least.ceil() as i128 <= value && value <= self.most.floor() as i128,
        }
    }
}

impl Number {
    fn of(type_id: u8) -> Option<Number> {
        Some(match type_id.checked_sub(1)? % 48 + 1 {
            2 => Number::I8,
            3 | 13 | 16 => Number::U8,
            4 => Number::I16,
            5 => Number::U16,
            6 => Number::I32,
            7 => Number::U32,
            8 => Number::I64,
            9 => Number::U64,
            10 => Number::F32,
            11 => Number::F64,
            15 => Number::Bool,
            _ => return None,
        })
    }

    fn read(self, reader: &mut Reader<'_>) -> Result<Value, Malformed> {
        Ok(match self {
            Number::Bool => Value::Whole(reader.bool()?.into()),
            Number::I8 => Value::Whole(reader.i8()?.into()),
            Number::U8 => Value::Whole(reader.u8()?.into()),
            Number::I16 => Value::Whole(reader.i16()?.into()),
            Number::U16 => Value::Whole(reader.u16()?.into()),
            Number::I32 => Value::Whole(reader.i32()?.into()),
            Number::U32 => Value::Whole(reader.u32()?.into()),
            Number::I64 => Value::Whole(reader.i64()?.into()),
            Number::U64 => Value::Whole(reader.u64()?.into()),
            Number::F32 => Value::Real(reader.f32()?.into()),
            Number::F64 => Value::Real(reader.f64()?),
        })
    }
}

impl Step {
    fn is_limited(&self) -> bool {
        match self {
            Step::Number(..) => true,
            Step::Array(_, element) | Step::Sequence(element) => element.iter().any(Step::is_limited),
            Step::Skip { .. } | Step::SkipSequence(_) | Step::Text | Step::WideText => false,
        }
    }
}

struct Compiler<'a> {
    description: &'a Description,
    limits: &'a BTreeMap<String, [f64; 2]>,
    used: BTreeSet<String>,
    /// Fields with a limit that are not numbers.
    others: BTreeSet<String>,
}

impl Compiler<'_> {
    fn message(&mut self, fields: &[Field], path: &str, depth: usize) -> Result<Vec<Step>, Unlimitable> {
        if depth > MAX_DEPTH {
            return Err(Unlimitable::Unwalkable);
        }
        let mut steps = Vec::new();
        for field in fields {
            let dot = if path.is_empty() { "" } else { "." };
            steps.extend(self.field(field, format!("{path}{dot}{}", field.name), depth)?);
        }
        Ok(steps)
    }

    fn field(&mut self, field: &Field, path: String, depth: usize) -> Result<Vec<Step>, Unlimitable> {
        let kind = &field.field_type;
        let (Some(element), Some(repetition)) = (kind.element(), kind.repetition()) else {
            return Err(Unlimitable::Unwalkable);
        };
        let limit = self.limits.get(&path).copied();
        let element = match (element, limit) {
            (Element::Primitive(size), None) => {
                let count = |count: u32| size.saturating_mul(count as usize);
                return Ok(vec![match repetition {
                    Repetition::One => Step::Skip { align: size, size },
                    Repetition::Array(length) => Step::Skip { align: size, size: count(length) },
                    Repetition::Sequence(_) => Step::SkipSequence(size),
                }]);
            }
            (Element::Primitive(_), Some([least, most])) => {
                let number = Number::of(kind.type_id).ok_or(Unlimitable::Unwalkable)?;
                self.used.insert(path.clone());
                vec![Step::Number(number, Limit { field: path, least, most })]
            }
            (other, limit) => {
                if limit.is_some() {
                    self.others.insert(path.clone());
                }
                match other {
                    Element::String(_) => vec![Step::Text],
                    Element::WString(_) => vec![Step::WideText],
                    Element::Nested(name) => {
                        let known = self.description.referenced.iter().find(|one| one.type_name == name);
                        let fields = &known.ok_or(Unlimitable::Unwalkable)?.fields;
                        self.message(fields, &path, depth + 1)?
                    }
                    Element::Primitive(_) => return Err(Unlimitable::Unwalkable),
                }
            }
        };
        Ok(match repetition {
            Repetition::One => element,
            Repetition::Array(count) => vec![Step::Array(count, element)],
            Repetition::Sequence(_) => vec![Step::Sequence(element)],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_cdr::Writer;

    fn description(json: &str) -> Description {
        serde_json::from_str(json).unwrap()
    }

    /// A text, a nested message with a double and a sequence of floats, an array of int64, a sequence of nested ones.
    fn every() -> Description {
        description(
            r#"{"type_description":{"type_name":"a/msg/A","fields":[
                {"name":"name","type":{"type_id":17}},
                {"name":"part","type":{"type_id":1,"nested_type_name":"a/msg/B"}},
                {"name":"whole","type":{"type_id":56,"capacity":2}},
                {"name":"parts","type":{"type_id":145,"nested_type_name":"a/msg/B"}},
                {"name":"flag","type":{"type_id":15}}]},
              "referenced_type_descriptions":[{"type_name":"a/msg/B","fields":[
                {"name":"x","type":{"type_id":11}},
                {"name":"more","type":{"type_id":154}}]}]}"#,
        )
    }

    fn message(xs: [f64; 3], more: [f32; 2], whole: [i64; 2], flag: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        writer.str("abc");
        writer.f64(xs[0]);
        writer.sequence(2);
        more.iter().for_each(|value| writer.f32(*value));
        whole.iter().for_each(|value| writer.i64(*value));
        writer.sequence(2);
        for x in &xs[1..] {
            writer.f64(*x);
            writer.sequence(0);
        }
        writer.bool(flag);
        bytes
    }

    fn limits(limits: &[(&str, [f64; 2])]) -> Result<Limits, Unlimitable> {
        let limits = limits.iter().map(|(field, limit)| ((*field).to_owned(), *limit)).collect();
        Limits::compile(&every(), &limits)
    }

    #[test]
    fn every_element_at_every_depth_is_held_against_its_limit() {
        let all = limits(&[
            ("part.x", [-0.5, 0.5]),
            ("part.more", [0.0, 1.0]),
            ("whole", [-3.5, 9.0]),
            ("parts.x", [5.0, 6.0]),
            ("flag", [0.0, 0.0]),
        ])
        .unwrap();
        let good = ([0.5, 5.0, 6.0], [0.0, 1.0], [-3, 9], false);
        assert_eq!(all.check(&message(good.0, good.1, good.2, good.3)), Ok(()));
        let check =
            |xs, more, whole, flag| all.check(&message(xs, more, whole, flag)).unwrap_err().to_owned();
        assert_eq!(check([0.500_001, 5.0, 6.0], good.1, good.2, false), "part.x");
        assert_eq!(check([0.5, 5.0, 6.1], good.1, good.2, false), "parts.x");
        assert_eq!(check(good.0, [0.0, 1.5], good.2, false), "part.more");
        assert_eq!(check(good.0, good.1, [-3, 10], false), "whole");
        assert_eq!(check(good.0, good.1, [-4, 9], false), "whole");
        assert_eq!(check(good.0, good.1, good.2, true), "flag");
    }

    #[test]
    fn no_limit_allows_what_is_no_number() {
        let open = limits(&[("part.x", [f64::NEG_INFINITY, f64::INFINITY])]).unwrap();
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(open.check(&message([value, 0.0, 0.0], [0.0; 2], [0; 2], false)), Err("part.x"));
        }
        assert_eq!(open.check(&message([f64::MAX, 0.0, 0.0], [0.0; 2], [0; 2], false)), Ok(()));
        assert_eq!(open.check(&message([-0.0, f64::NAN, 0.0], [0.0; 2], [0; 2], false)), Ok(()), "unlimited");
        let nothing = limits(&[("part.x", [f64::NAN, f64::NAN])]).unwrap();
        assert_eq!(nothing.check(&message([0.0; 3], [0.0; 2], [0; 2], false)), Err("part.x"));
    }

    #[test]
    fn every_type_of_whole_number_can_have_a_limit() {
        let greatest = [127_i64, 255, 32_767, 65_535, 1 << 30, 1 << 31, 1 << 40, 1 << 41];
        for (at, (size, whole)) in [1, 1, 2, 2, 4, 4, 8, 8].into_iter().zip(greatest).enumerate() {
            let (id, value) = (at + 2, whole as f64);
            let description = description(&format!(
                r#"{{"type_description":{{"type_name":"a/msg/A","fields":[{{"name":"n","type":{{"type_id":{id}}}}}]}},
                "referenced_type_descriptions":[]}}"#
            ));
            let message = [&[0, 1, 0, 0], &whole.to_le_bytes()[..size]].concat();
            let is_within = |least, most| {
                let limits = Limits::compile(&description, &[("n".into(), [least, most])].into());
                limits.unwrap().check(&message).is_ok()
            };
            assert!(is_within(value, value), "{id}");
            assert!(!is_within(value + 1.0, 1e18) && !is_within(-1e18, value - 1.0), "{id}");
        }
    }

    #[test]
    fn large_whole_numbers_are_not_rounded_into_the_limit() {
        let limit = limits(&[("whole", [0.0, 9_007_199_254_740_992.0])]).unwrap();
        let check = |whole| limit.check(&message([0.0; 3], [0.0; 2], [0, whole], false));
        assert_eq!(check(9_007_199_254_740_992), Ok(()));
        assert_eq!(check(9_007_199_254_740_993), Err("whole"));
    }

    #[test]
    fn a_limit_on_what_is_no_number_or_not_there_is_told() {
        assert_eq!(limits(&[("name", [0.0, 1.0])]), Err(Unlimitable::NoNumber("name".into())));
        assert_eq!(limits(&[("part", [0.0, 1.0])]), Err(Unlimitable::NoNumber("part".into())));
        assert_eq!(limits(&[("part.y", [0.0, 1.0])]), Err(Unlimitable::NoField("part.y".into())));
        assert_eq!(limits(&[("flag.x", [0.0, 1.0])]), Err(Unlimitable::NoField("flag.x".into())));
    }

    #[test]
    fn a_message_that_ends_early_is_not_let_in() {
        let limit = limits(&[("flag", [0.0, 1.0])]).unwrap();
        let whole = message([0.0; 3], [0.0; 2], [0; 2], false);
        assert_eq!(limit.check(&whole), Ok(()));
        for end in 0..whole.len() {
            assert!(limit.check(&whole[..end]).is_err(), "{end}");
        }
    }
}
