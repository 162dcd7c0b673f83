//! The value of a parameter: `rcl_interfaces/msg/ParameterValue`, of which only the member of its type counts.

use discreet_cdr::{Malformed, Reader, Writer};
use discreet_policy::ParameterType;
use discreet_policy::parameter::Parameter;

use super::write_texts;
use crate::ingress::Refused;

/// A value. Without one: not set.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    NotSet,
    Bool(bool),
    Integer(i64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Bools(Vec<bool>),
    Integers(Vec<i64>),
    Doubles(Vec<f64>),
    Strings(Vec<String>),
}

/// Why a part of a message is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Not a message of the type.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Readers disagree on its text.
    #[error("a text is not UTF-8, or has a NUL inside")]
    NotText,
    /// A number that stands for no type of ROS.
    #[error("{0} is not the type of a parameter")]
    NoType(u8),
}

impl Value {
    /// Reads one, and skips the members of the other types.
    pub fn read(reader: &mut Reader<'_>) -> Result<Value, Unread> {
        let kind = reader.u8()?;
        let (flag, integer, double) = (reader.bool()?, reader.i64()?, reader.f64()?);
        let string = text_if(reader, kind == 4)?;
        let bytes = reader.octets()?;
        let bools = list(reader, 1, Reader::bool)?;
        let integers = list(reader, 8, Reader::i64)?;
        let doubles = list(reader, 8, Reader::f64)?;
        let strings = texts_if(reader, kind == 9)?;
        Ok(match kind {
            0 => Value::NotSet,
            1 => Value::Bool(flag),
            2 => Value::Integer(integer),
            3 => Value::Double(double),
            4 => Value::String(string),
            5 => Value::Bytes(bytes.to_vec()),
            6 => Value::Bools(bools),
            7 => Value::Integers(integers),
            8 => Value::Doubles(doubles),
            9 => Value::Strings(strings),
            other => return Err(Unread::NoType(other)),
        })
    }

    /// Writes it, with the members of the other types empty.
    pub fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.code());
        writer.bool(matches!(self, Value::Bool(true)));
        writer.i64(if let Value::Integer(number) = self { *number } else { 0 });
        writer.f64(if let Value::Double(number) = self { *number } else { 0.0 });
        writer.str(if let Value::String(text) = self { text } else { "" });
        writer.octets(if let Value::Bytes(bytes) = self { bytes } else { &[] });
        let bools: &[bool] = if let Value::Bools(all) = self { all } else { &[] };
        writer.sequence(bools.len());
        bools.iter().for_each(|one| writer.bool(*one));
        let integers: &[i64] = if let Value::Integers(all) = self { all } else { &[] };
        writer.sequence(integers.len());
        integers.iter().for_each(|one| writer.i64(*one));
        let doubles: &[f64] = if let Value::Doubles(all) = self { all } else { &[] };
        writer.sequence(doubles.len());
        doubles.iter().for_each(|one| writer.f64(*one));
        write_texts(writer, if let Value::Strings(all) = self { all } else { &[] });
    }

    /// Its number in `rcl_interfaces/msg/ParameterType`.
    const fn code(&self) -> u8 {
        match self {
            Value::NotSet => 0,
            Value::Bool(_) => 1,
            Value::Integer(_) => 2,
            Value::Double(_) => 3,
            Value::String(_) => 4,
            Value::Bytes(_) => 5,
            Value::Bools(_) => 6,
            Value::Integers(_) => 7,
            Value::Doubles(_) => 8,
            Value::Strings(_) => 9,
        }
    }

    /// True if it is of this type.
    pub fn is(&self, kind: ParameterType) -> bool {
        self.code() == code(kind)
    }

    /// Checks that it may be set.
    pub fn fits(&self, parameter: &Parameter) -> Result<(), Refused> {
        let Parameter { kind, limits, one_of, max_length, .. } = parameter;
        if !self.is(*kind) {
            return Err(Refused::WrongParameterType);
        }
        let in_limits = |number: f64| {
            // NaN is in no limits, and limits are finite.
            limits.is_none_or(|[least, most]| least <= number && number <= most)
        };
        // Integers as such: beyond 2^53 they would be rounded. `as` saturates at the ends of the range.
        let whole_in_limits = |number: i64| {
            let number = i128::from(number);
            limits
                .is_none_or(|[least, most]| least.ceil() as i128 <= number && number <= most.floor() as i128)
        };
        let is_known = |text: &String| one_of.as_ref().is_none_or(|texts| texts.contains(text));
        let (length, fits) = match self {
            Value::NotSet | Value::Bool(_) => (0, true),
            Value::Integer(number) => (0, whole_in_limits(*number)),
            Value::Double(number) => (0, in_limits(*number)),
            Value::String(text) => (text.len(), is_known(text)),
            Value::Bytes(bytes) => (bytes.len(), true),
            Value::Bools(all) => (all.len(), true),
            Value::Integers(all) => (all.len(), all.iter().all(|number| whole_in_limits(*number))),
            Value::Doubles(all) => (all.len(), all.iter().all(|number| in_limits(*number))),
            Value::Strings(all) => (all.len(), all.iter().all(is_known)),
        };
        let fits = fits && max_length.is_none_or(|most| length <= most);
        if fits { Ok(()) } else { Err(Refused::OverLimit) }
    }
}

/// The number of a type in `rcl_interfaces/msg/ParameterType`.
pub const fn code(kind: ParameterType) -> u8 {
    match kind {
        ParameterType::Bool => 1,
        ParameterType::Integer => 2,
        ParameterType::Double => 3,
        ParameterType::String => 4,
        ParameterType::ByteArray => 5,
        ParameterType::BoolArray => 6,
        ParameterType::IntegerArray => 7,
        ParameterType::DoubleArray => 8,
        ParameterType::StringArray => 9,
    }
}

/// A text that is one for every reader: UTF-8 without a NUL inside.
pub fn text(reader: &mut Reader<'_>) -> Result<String, Unread> {
    let bytes = reader.string(None)?;
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    text.map(str::to_owned).ok_or(Unread::NotText)
}

/// A text, or empty if it does not count.
fn text_if(reader: &mut Reader<'_>, counts: bool) -> Result<String, Unread> {
    if counts { text(reader) } else { Ok(reader.string(None).map(|_| String::new())?) }
}

/// A sequence of such texts.
pub fn texts(reader: &mut Reader<'_>) -> Result<Vec<String>, Unread> {
    texts_if(reader, true)
}

fn texts_if(reader: &mut Reader<'_>, count: bool) -> Result<Vec<String>, Unread> {
    // An empty text takes four bytes at least.
    (0..reader.sequence(4, None)?).map(|_| text_if(reader, count)).collect()
}

fn list<'a, T>(
    reader: &mut Reader<'a>,
    smallest: usize,
    read: impl Fn(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    (0..reader.sequence(smallest, None)?).map(|_| read(reader)).collect()
}
