//! Compiles a type's definition to the plan of its walk.

use std::collections::HashMap;

use super::Plan;
use super::plan::{Step, smallest};
use crate::types::description::{Description, Element, Field, Repetition};

/// Messages nest less than ten deep in practice.
const MAX_DEPTH: usize = 32;
/// A definition may use a type many times; flattened it must stay small. The largest common one has about 300
/// fields.
const MAX_FIELDS: usize = 16_384;
/// The most bytes of the fixed part of a message; no DDS sample has that many.
const MAX_FIXED_BYTES: usize = 1 << 30;

/// Why a definition cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwalkable {
    /// The definition uses a type that it does not define.
    #[error("`{0}` is used but not defined")]
    Undefined(String),
    /// Nested deeper than any real type, or containing itself.
    #[error("`{0}` nests too deep or contains itself")]
    TooDeep(String),
    /// Flattened, it has too many fields or too many bytes.
    #[error("it is too large at `{0}`")]
    TooLarge(String),
    /// A field type that ROS 2 messages do not use (long double, wchar, fixed strings) or that does not exist.
    #[error("field `{field}` has type {type_id}, which ROS 2 messages do not use")]
    FieldType {
        /// The field's path.
        field: String,
        /// The number from type_description_interfaces/msg/FieldType.
        type_id: u8,
    },
    /// A message or array without content takes no bytes: any number of them would fit anywhere.
    #[error("`{0}` is empty")]
    Empty(String),
}

impl Plan {
    /// Compiles the walk over messages of the type `description`.
    pub fn compile(description: &Description) -> Result<Plan, Unwalkable> {
        let types =
            description.referenced.iter().map(|known| (known.type_name.as_str(), known.fields.as_slice()));
        let mut compiler = Compiler { types: types.collect(), strings: Vec::new(), fields: 0 };
        let main = &description.main;
        let steps = compiler.message(&main.type_name, &main.fields, "", 0)?;
        let first_is_stamp = main.fields.first().is_some_and(|first| {
            let one = first.field_type.repetition() == Some(Repetition::One);
            one && STAMPS.contains(&first.field_type.nested_type_name.as_str())
        });
        let stamped = first_is_stamp || STAMPS.contains(&main.type_name.as_str());
        Ok(Plan { steps: steps.into(), strings: compiler.strings.into(), stamped })
    }
}

/// Types that begin with seconds and nanoseconds.
const STAMPS: [&str; 2] = ["std_msgs/msg/Header", "builtin_interfaces/msg/Time"];

struct Compiler<'a> {
    types: HashMap<&'a str, &'a [Field]>,
    strings: Vec<String>,
    /// Fields visited so far.
    fields: usize,
}

impl<'a> Compiler<'a> {
    fn message(
        &mut self,
        name: &str,
        fields: &'a [Field],
        path: &str,
        depth: usize,
    ) -> Result<Vec<Step>, Unwalkable> {
        if depth > MAX_DEPTH {
            return Err(Unwalkable::TooDeep(name.to_owned()));
        }
        if fields.is_empty() {
            return Err(Unwalkable::Empty(name.to_owned()));
        }
        let mut steps = Vec::new();
        for field in fields {
            let dot = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{dot}{}", field.name);
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                return Err(Unwalkable::TooLarge(path));
            }
            for step in self.field(field, path, depth)? {
                append(&mut steps, step);
            }
        }
        if smallest(&steps) > MAX_FIXED_BYTES {
            return Err(Unwalkable::TooLarge(name.to_owned()));
        }
        Ok(steps)
    }

    fn field(&mut self, field: &'a Field, mut path: String, depth: usize) -> Result<Vec<Step>, Unwalkable> {
        let unusable =
            || Unwalkable::FieldType { field: field.name.clone(), type_id: field.field_type.type_id };
        let repetition = field.field_type.repetition().ok_or_else(unusable)?;
        if repetition != Repetition::One {
            path.push_str("[]");
        }
        let element = match field.field_type.element().ok_or_else(unusable)? {
            Element::Primitive(size) => vec![Step::Skip { align: size, size }],
            Element::String(bound) => vec![Step::String { field: self.string(path), bound }],
            Element::WString(bound) => vec![Step::WString { field: self.string(path), bound }],
            Element::Nested(name) => {
                let fields = *self.types.get(name).ok_or_else(|| Unwalkable::Undefined(name.to_owned()))?;
                self.message(name, fields, &path, depth + 1)?
            }
        };
        let repeated = match (repetition, element.as_slice()) {
            (Repetition::One, _) => return Ok(element),
            (Repetition::Array(0), _) => return Err(Unwalkable::Empty(field.name.clone())),
            // Elements that are one run of fixed-size fields: the whole array is one run too.
            (Repetition::Array(count), [Step::Skip { align, size }]) => {
                let all_but_last = size.next_multiple_of(*align).saturating_mul(count as usize - 1);
                Step::Skip { align: *align, size: all_but_last.saturating_add(*size) }
            }
            (Repetition::Sequence(bound), [Step::Skip { align, size }]) => {
                let stride = size.next_multiple_of(*align);
                Step::Sequence { align: *align, size: *size, stride, bound }
            }
            (Repetition::Array(count), _) => {
                Step::Array { count, smallest: smallest(&element), element: element.into() }
            }
            (Repetition::Sequence(bound), _) => {
                Step::Elements { bound, smallest: smallest(&element), element: element.into() }
            }
        };
        Ok(vec![repeated])
    }

    /// Registers a string field; returns its number.
    fn string(&mut self, path: String) -> usize {
        self.strings.push(path);
        self.strings.len() - 1
    }
}

/// Adds a step and merges runs: after a run that began on a multiple of 8, every padding is known in advance.
fn append(steps: &mut Vec<Step>, step: Step) {
    if let (Step::Skip { align, size }, Some(Step::Skip { align: known, size: run })) =
        (&step, steps.last_mut())
        && align <= known
    {
        *run = run.next_multiple_of(*align).saturating_add(*size);
    } else {
        steps.push(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(json: &str) -> Result<Plan, Unwalkable> {
        Plan::compile(&serde_json::from_str(json).unwrap())
    }

    fn one_field(field_type: &str) -> Result<Plan, Unwalkable> {
        compile(&format!(
            r#"{{"type_description":{{"type_name":"a/msg/A","fields":[{{"name":"x","type":{{{field_type}}}}}]}},
                "referenced_type_descriptions":[
                    {{"type_name":"a/msg/A","fields":[{{"name":"x","type":{{{field_type}}}}}]}},
                    {{"type_name":"a/msg/None","fields":[]}}]}}"#
        ))
    }

    #[test]
    fn a_type_that_contains_itself_or_nothing_is_refused() {
        let refused = |field: &str| one_field(field).unwrap_err();
        assert!(matches!(refused(r#""type_id":1,"nested_type_name":"a/msg/A""#), Unwalkable::TooDeep(_)));
        assert!(matches!(refused(r#""type_id":145,"nested_type_name":"a/msg/A""#), Unwalkable::TooDeep(_)));
        assert!(matches!(refused(r#""type_id":1,"nested_type_name":"a/msg/B""#), Unwalkable::Undefined(_)));
        assert!(matches!(refused(r#""type_id":145,"nested_type_name":"a/msg/None""#), Unwalkable::Empty(_)));
        assert!(matches!(refused(r#""type_id":51,"capacity":0"#), Unwalkable::Empty(_)));
        assert!(matches!(refused(r#""type_id":57,"capacity":4000000000"#), Unwalkable::TooLarge(_)));
        for unused in [0, 12, 14, 19, 20, 23, 48, 60, 193, 255] {
            let field = format!(r#""type_id":{unused},"capacity":1"#);
            assert!(matches!(refused(&field), Unwalkable::FieldType { .. }), "{unused}");
        }
    }

    #[test]
    fn types_that_double_at_every_level_are_refused_quickly() {
        let level = |n: usize| {
            let field = |name| {
                let next = n + 1;
                format!(r#"{{"name":"{name}","type":{{"type_id":1,"nested_type_name":"a/msg/L{next}"}}}}"#)
            };
            format!(r#"{{"type_name":"a/msg/L{n}","fields":[{},{}]}}"#, field("a"), field("b"))
        };
        let mut levels: Vec<String> = (0..30).map(level).collect();
        levels.push(r#"{"type_name":"a/msg/L30","fields":[{"name":"x","type":{"type_id":3}}]}"#.to_owned());
        let json = format!(
            r#"{{"type_description":{},"referenced_type_descriptions":[{}]}}"#,
            levels[0],
            levels.join(",")
        );
        assert!(matches!(compile(&json), Err(Unwalkable::TooLarge(_))));
    }
}
