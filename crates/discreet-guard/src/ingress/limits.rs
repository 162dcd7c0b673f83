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
mod tests;
