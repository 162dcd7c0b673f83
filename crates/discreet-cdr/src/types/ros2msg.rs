//! Definitions as `.msg` text, in the form that bags carry them: a type, and after each line of `=` one that
//! it uses.
//!
//! A definition in a bag is untrusted: lengths are bounded, names follow ROS's rules, and only types and
//! names are used. Comments, constants and defaults are skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::description::{Description, Field, FieldType, Individual};
use super::is_type_name;

/// The longest text. The largest definition in a ROS 2 desktop installation has 60 KB.
const MAX_TEXT: usize = 1 << 20;
/// The most types in it, and the most fields in all of them.
const MAX_TYPES: usize = 1000;
const MAX_FIELDS: usize = 16_384;

/// The field that ROS adds to a message without fields, because C has no empty structures.
const PLACEHOLDER: &str = "structure_needs_at_least_one_member";

/// Why a text is not a definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Longer than the limit.
    #[error("longer than 1 MiB, the limit for a definition")]
    TooLong,
    /// A line that is neither a field nor a constant nor a comment.
    #[error("line {0} is not a field")]
    Line(usize),
    /// A type with an invalid name, or one that is defined twice.
    #[error("line {0} does not define a type, or defines one again")]
    Heading(usize),
    /// A type that is used but not defined.
    #[error("`{0}` is used but not defined")]
    Undefined(String),
}

/// Reads the definition of `type_name` and of the types that it uses.
pub fn read(type_name: &str, text: &str) -> Result<Description, Misread> {
    if text.len() > MAX_TEXT {
        return Err(Misread::TooLong);
    }
    if !is_type_name(type_name) {
        return Err(Misread::Heading(0));
    }
    let mut types: BTreeMap<String, Vec<Field>> = BTreeMap::new();
    let mut name = type_name.to_owned();
    let (mut fields, mut total) = (Vec::new(), 0);
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if is_separator(line) {
            let heading = lines.next().and_then(|(_, line)| full_name(line.trim().strip_prefix("MSG:")?, ""));
            let next = heading.filter(|next| *next != name && !types.contains_key(next));
            let next = next.ok_or(Misread::Heading(at + 2))?;
            types.insert(std::mem::replace(&mut name, next), std::mem::take(&mut fields));
        } else if let Some(field) = field(line, &name).map_err(|()| Misread::Line(at + 1))? {
            total += 1;
            fields.push(field);
        }
        if total > MAX_FIELDS || types.len() >= MAX_TYPES {
            return Err(Misread::TooLong);
        }
    }
    types.insert(name, fields);
    describe(type_name, types)
}

/// Writes a definition in the same form, from nothing but its types and names.
pub fn write(description: &Description) -> String {
    let mut text = String::new();
    for (at, one) in std::iter::once(&description.main).chain(&description.referenced).enumerate() {
        if at > 0 {
            let name = short_name(&one.type_name);
            let _infallible = writeln!(text, "{}\nMSG: {name}", "=".repeat(80));
        }
        for field in one.fields.iter().filter(|field| field.name != PLACEHOLDER) {
            let _infallible = writeln!(text, "{} {}", type_text(&field.field_type), field.name);
        }
    }
    text
}

/// The type with all that it uses, directly or not, sorted by name; other types of the text are left out.
fn describe(type_name: &str, mut types: BTreeMap<String, Vec<Field>>) -> Result<Description, Misread> {
    let mut used = BTreeSet::new();
    let mut open = vec![type_name.to_owned()];
    while let Some(name) = open.pop() {
        let fields = types.get_mut(&name).ok_or_else(|| Misread::Undefined(name.clone()))?;
        if fields.is_empty() {
            fields.push(Field { name: PLACEHOLDER.to_owned(), field_type: single(3) });
        }
        for nested in fields.iter().map(|field| &field.field_type.nested_type_name) {
            if !nested.is_empty() && nested != type_name && used.insert(nested.clone()) {
                open.push(nested.clone());
            }
        }
    }
    let mut individual = |name: &str| {
        let fields = types.remove(name).ok_or_else(|| Misread::Undefined(name.to_owned()))?;
        Ok(Individual { type_name: name.to_owned(), fields })
    };
    let main = individual(type_name)?;
    let referenced = used.iter().map(|name| individual(name)).collect::<Result<_, _>>()?;
    Ok(Description { main, referenced })
}

fn is_separator(line: &str) -> bool {
    line.len() >= 80 && line.trim_end().bytes().all(|byte| byte == b'=')
}

/// One line of `owner`: a field, or `None` if it is blank, a comment or a constant.
fn field(line: &str, owner: &str) -> Result<Option<Field>, ()> {
    // A `#` may be part of a constant or a default as well; both are skipped.
    let line = line.split('#').next().unwrap_or_default().trim();
    if line.is_empty() {
        return Ok(None);
    }
    let (type_text, rest) = line.split_once(char::is_whitespace).ok_or(())?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, rest) = rest.split_at_checked(end).ok_or(())?;
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || name.len() > 255 {
        return Err(());
    }
    if rest.trim_start().starts_with('=') {
        return Ok(None);
    }
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return Err(());
    }
    Ok(Some(Field { name: name.to_owned(), field_type: field_type(type_text, owner).ok_or(())? }))
}

/// `float64`, `string<=5`, `Point[3]`, `uint8[]`, `geometry_msgs/Point[<=4]`.
fn field_type(text: &str, owner: &str) -> Option<FieldType> {
    let Some(text) = text.strip_suffix(']') else { return element(text, owner) };
    let (one, size) = text.rsplit_once('[')?;
    let mut field_type = element(one, owner)?;
    let (band, capacity) = match (size, size.strip_prefix("<=")) {
        ("", _) => (144, 0),
        (_, Some(bound)) => (96, number(bound)?),
        (count, None) => (48, number(count)?),
    };
    field_type.type_id += band;
    field_type.capacity = capacity;
    Some(field_type)
}

fn element(text: &str, owner: &str) -> Option<FieldType> {
    if let Some((string, bound)) = text.split_once("<=") {
        let type_id = match string {
            "string" => 21,
            "wstring" => 22,
            _ => return None,
        };
        return Some(FieldType { string_capacity: number(bound)?, ..single(type_id) });
    }
    if let Some((_, type_id)) = PRIMITIVES.iter().find(|(name, _)| *name == text) {
        return Some(single(*type_id));
    }
    Some(FieldType { nested_type_name: full_name(text, owner)?, ..single(1) })
}

/// The words of `.msg` files and their numbers in type_description_interfaces/msg/FieldType. `char` in a file
/// is a uint8 in ROS 2: of two words with one number, the first is written.
const PRIMITIVES: [(&str, u8); 15] = [
    ("bool", 15),
    ("byte", 16),
    ("int8", 2),
    ("uint8", 3),
    ("char", 3),
    ("int16", 4),
    ("uint16", 5),
    ("int32", 6),
    ("uint32", 7),
    ("int64", 8),
    ("uint64", 9),
    ("float32", 10),
    ("float64", 11),
    ("string", 17),
    ("wstring", 18),
];

fn single(type_id: u8) -> FieldType {
    FieldType { type_id, capacity: 0, string_capacity: 0, nested_type_name: String::new() }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `package/msg/Name` of `package/Name`, of itself, or of a `Name` in the package of `owner`.
fn full_name(text: &str, owner: &str) -> Option<String> {
    let text = text.trim();
    let (package, name) = match text.split_once('/') {
        Some((package, name)) => (package, name.strip_prefix("msg/").unwrap_or(name)),
        None => (owner.split('/').next()?, text),
    };
    let full = format!("{package}/msg/{name}");
    is_type_name(&full).then_some(full)
}

fn short_name(type_name: &str) -> String {
    type_name.replacen("/msg/", "/", 1)
}

fn type_text(field_type: &FieldType) -> String {
    let (band, id) =
        (field_type.type_id.saturating_sub(1) / 48, field_type.type_id.saturating_sub(1) % 48 + 1);
    let bound = field_type.string_capacity;
    let one = match id {
        1 => short_name(&field_type.nested_type_name),
        21 => format!("string<={bound}"),
        22 => format!("wstring<={bound}"),
        id => PRIMITIVES.iter().find(|(_, known)| *known == id).map_or("", |(name, _)| name).to_owned(),
    };
    let capacity = field_type.capacity;
    match band {
        0 => one,
        1 => format!("{one}[{capacity}]"),
        2 => format!("{one}[<={capacity}]"),
        _ => format!("{one}[]"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{TypeLibrary, rihs};
    use super::*;

    const SEPARATOR: &str =
        "================================================================================";

    fn fields(description: &Description) -> Vec<(String, u8, u64)> {
        let one = |field: &Field| (field.name.clone(), field.field_type.type_id, field.field_type.capacity);
        description.main.fields.iter().map(one).collect()
    }

    #[test]
    fn fields_are_read_and_everything_else_is_passed_over() {
        let text = "# a comment\nint32 FIVE=5\nstring HASH='#'\n\nuint8 a # of it\nstring<=7[<=3] b [\"x\", \"#\"]\n\
                    float64[36] c\r\nThing[] d\n other_msgs/msg/Else e\nint8 f -3\n";
        let rest = format!(
            "{SEPARATOR}\nMSG: my_msgs/Thing\nbyte x\n{SEPARATOR}\nMSG: other_msgs/Else\n# nothing\n"
        );
        let read = read("my_msgs/msg/Main", &format!("{text}{rest}")).unwrap();
        let name = |text: &str| text.to_owned();
        assert_eq!(
            fields(&read),
            [
                (name("a"), 3, 0),
                (name("b"), 117, 3),
                (name("c"), 59, 36),
                (name("d"), 145, 0),
                (name("e"), 1, 0),
                (name("f"), 2, 0)
            ]
        );
        assert_eq!(read.main.fields[1].field_type.string_capacity, 7);
        assert_eq!(read.referenced.len(), 2);
        assert_eq!(read.referenced[1].fields[0].name, PLACEHOLDER);
    }

    #[test]
    fn what_is_written_is_read_back_as_the_same_type() {
        let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/types");
        let library = TypeLibrary::new([root]);
        for name in
            ["discreet_test/msg/Every", "sensor_msgs/msg/Image", "diagnostic_msgs/msg/DiagnosticArray"]
        {
            let installed = library.definition(name).unwrap();
            let text = write(&installed.description);
            assert_eq!(rihs::type_hash(&read(name, &text).unwrap()), installed.hash, "{text}");
        }
    }

    #[test]
    fn what_is_no_definition_is_refused() {
        let refused = |text: &str| read("a/msg/A", text).unwrap_err();
        for line in
            ["int32", "int32 1x", "int32 x,y", "int33! x", "int32[x] y", "string<=z y", "../etc/passwd x"]
        {
            assert_eq!(refused(line), Misread::Line(1), "{line}");
        }
        assert_eq!(refused("b/B x"), Misread::Undefined("b/msg/B".into()));
        assert_eq!(refused(&format!("int8 x\n{SEPARATOR}\nMSG: a/A\nint8 y")), Misread::Heading(3));
        assert_eq!(refused(&format!("int8 x\n{SEPARATOR}\nIDL: b/B\n")), Misread::Heading(3));
        assert_eq!(refused(&" ".repeat(MAX_TEXT + 1)), Misread::TooLong);
        assert_eq!(refused(&"int8 x\n".repeat(MAX_FIELDS + 1)), Misread::TooLong);
        assert!(read("../A", "int8 x").is_err());
    }
}
