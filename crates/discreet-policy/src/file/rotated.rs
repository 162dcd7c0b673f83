//! The turn of a camera as a policy writes it: a number of degrees, or a word.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use discreet_redact::Rotated;

/// The clockwise turn that makes the images of a camera upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RotatedEntry {
    /// By so many degrees.
    Degrees(u16),
    /// In words.
    Word(AnyTurn),
}

/// Any turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnyTurn {
    /// From image to image another one.
    Any,
}

/// The degrees that a policy may name.
const DEGREES: [(u16, Rotated); 3] = [(90, Rotated::Right), (180, Rotated::Half), (270, Rotated::Left)];

impl RotatedEntry {
    /// The turn. `None` for other degrees, which the schema does not permit.
    pub fn turn(self) -> Option<Rotated> {
        match self {
            Self::Degrees(degrees) => {
                DEGREES.into_iter().find(|(known, _)| *known == degrees).map(|(_, turn)| turn)
            }
            Self::Word(AnyTurn::Any) => Some(Rotated::Any),
        }
    }
}

impl JsonSchema for RotatedEntry {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "rotated".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let degrees = DEGREES.map(|(degrees, _)| degrees);
        json_schema!({ "anyOf": [
            { "type": "integer", "enum": degrees },
            { "type": "string", "const": Rotated::Any.name() },
        ] })
    }
}
