//! A type's definition as rosidl writes it: `share/<package>/msg/<Name>.json`.

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    pub type_description_msg: Description,
    pub type_hashes: Vec<TypeHash>,
}

/// A type and all types that it uses (type_description_interfaces/msg/TypeDescription).
#[derive(Debug, Clone, Deserialize)]
pub struct Description {
    /// The type itself.
    #[serde(rename = "type_description")]
    pub main: Individual,
    /// The types it uses, directly or not.
    #[serde(rename = "referenced_type_descriptions")]
    pub referenced: Vec<Individual>,
}

/// One type's name and fields.
#[derive(Debug, Clone, Deserialize)]
pub struct Individual {
    /// `package/msg/Name`
    pub type_name: String,
    /// In the order on the wire.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Debug, Clone, Deserialize)]
pub struct Field {
    /// The name in the .msg file.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
}

/// The type of a field (type_description_interfaces/msg/FieldType).
#[derive(Debug, Clone, Deserialize)]
pub struct FieldType {
    /// Element and repetition in one number: 1-48 single, 49-96 array, 97-144 bounded sequence, 145-192 sequence.
    pub type_id: u8,
    /// The length of an array, or the most a bounded sequence may hold.
    #[serde(default)]
    pub capacity: u64,
    /// The most a bounded string may hold.
    #[serde(default)]
    pub string_capacity: u64,
    /// The name of a nested type.
    #[serde(default)]
    pub nested_type_name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TypeHash {
    pub type_name: String,
    pub hash_string: String,
}

/// The content of a field, or of each element of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element<'a> {
    /// A number, bool, char or byte with this number of bytes.
    Primitive(usize),
    /// A string and the most bytes it may have.
    String(Option<u32>),
    /// A wide string and the most units it may have.
    WString(Option<u32>),
    /// Another type.
    Nested(&'a str),
}

/// The number of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Once.
    One,
    /// A fixed number, without a count before them.
    Array(u32),
    /// A count, then that many; at most the bound, if there is one.
    Sequence(Option<u32>),
}

/// The width of each band of type ids.
const BAND: u8 = 48;

impl FieldType {
    /// The content of the field; `None` for types that ROS 2 messages do not use.
    pub fn element(&self) -> Option<Element<'_>> {
        let bound = || u32::try_from(self.string_capacity).ok();
        match self.type_id.checked_sub(1)? % BAND + 1 {
            1 => Some(Element::Nested(&self.nested_type_name)),
            2 | 3 | 13 | 15 | 16 => Some(Element::Primitive(1)), // int8 uint8 char bool byte
            4 | 5 => Some(Element::Primitive(2)),                // int16 uint16
            6 | 7 | 10 => Some(Element::Primitive(4)),           // int32 uint32 float
            8 | 9 | 11 => Some(Element::Primitive(8)),           // int64 uint64 double
            17 => Some(Element::String(None)),
            18 => Some(Element::WString(None)),
            21 => Some(Element::String(bound())),
            22 => Some(Element::WString(bound())),
            // 12 long double, 14 wchar, 19 and 20 fixed strings: not available in .msg files.
            _ => None,
        }
    }

    /// The number of elements; `None` for unassigned ids.
    pub fn repetition(&self) -> Option<Repetition> {
        match self.type_id.checked_sub(1)? / BAND {
            0 => Some(Repetition::One),
            1 => Some(Repetition::Array(u32::try_from(self.capacity).ok()?)),
            2 => Some(Repetition::Sequence(Some(u32::try_from(self.capacity).ok()?))),
            3 => Some(Repetition::Sequence(None)),
            _ => None,
        }
    }
}
