//! The robot's answers: cut down to what the stakeholder may get when they leave.

use std::collections::HashSet;
use std::sync::Arc;

use discreet_cdr::{Reader, Writer};
use discreet_policy::{Form, ParameterService, Verb};
use discreet_redact::TextRules;

use super::value::{self, Unread, Value};
use super::{Asked, Refusal, Rights, parts, write_texts};
use crate::ingress::Refused;

/// Hides personal data in a serialized answer of `get_parameters`, by these rules.
pub type Redact<'a> = &'a mut dyn FnMut(&Arc<TextRules>, &[u8]) -> Result<Vec<u8>, Refusal>;

/// The answer to a request, from the robot's, whose plan was walked before.
///
/// The rights are those of this moment: what may not be read any more is refused.
pub fn answer(
    rights: Rights<'_>,
    asked: &Asked,
    response: &[u8],
    redact: Redact<'_>,
) -> Result<Vec<u8>, Refusal> {
    let mut reader = Reader::new(response).map_err(bad)?;
    let mut told = Vec::with_capacity(response.len());
    let mut writer = Writer::new(&mut told);
    let Asked { service, names } = asked;
    match service {
        ParameterService::Get => {
            let values = each(&mut reader, names, |reader| Value::read(reader).map_err(bad))?;
            writer.sequence(values.len());
            for (name, value) in values {
                let (known, form) = rights.parameter(Verb::Get, name)?;
                is_declared(&value, known.parameter().kind, name)?;
                let rules = known.text_rules().filter(|_| form == Form::Redacted);
                let value = match rules {
                    Some(rules) => redacted(&value, rules, redact)?,
                    None => value,
                };
                value.write(&mut writer);
            }
        }
        ParameterService::GetTypes => {
            let types = each(&mut reader, names, |reader| reader.u8().map_err(bad))?;
            writer.sequence(types.len());
            for (name, code) in types {
                let (known, _) = rights.parameter(Verb::Get, name)?;
                has_type(code, value::code(known.parameter().kind), name)?;
                writer.u8(code);
            }
        }
        ParameterService::Describe => {
            let all = each(&mut reader, names, Descriptor::read)?;
            writer.sequence(all.len());
            for (name, descriptor) in all {
                let (known, _) = rights.parameter(Verb::Get, name)?;
                has_type(descriptor.code, value::code(known.parameter().kind), name)?;
                descriptor.write(name, &mut writer);
            }
        }
        ParameterService::List => list(rights, names, &mut reader, &mut writer)?,
        ParameterService::Set => {
            let results = each(&mut reader, names, success)?;
            writer.sequence(results.len());
            results.into_iter().for_each(|(_, success)| write_success(success, &mut writer));
        }
        ParameterService::SetAtomically => write_success(success(&mut reader)?, &mut writer),
    }
    Ok(told)
}

fn bad(why: impl Into<Unread>) -> Refusal {
    (Refused::BadResponse, why.into().to_string())
}

fn other(what: &str) -> Refusal {
    (Refused::BadResponse, what.to_owned())
}

/// One element for each name that was asked for; none at all if the node does not have one of them.
fn each<'n, T>(
    reader: &mut Reader<'_>,
    names: &'n [String],
    read: impl Fn(&mut Reader<'_>) -> Result<T, Refusal>,
) -> Result<Vec<(&'n str, T)>, Refusal> {
    let count = reader.sequence(1, None).map_err(bad)? as usize;
    if count != 0 && count != names.len() {
        return Err(other("another number of values than was asked for"));
    }
    names.iter().take(count).map(|name| Ok((name.as_str(), read(reader)?))).collect()
}

/// The robot may not have the parameter; if it has, then with the declared type.
fn is_declared(value: &Value, kind: discreet_policy::ParameterType, name: &str) -> Result<(), Refusal> {
    if *value == Value::NotSet || value.is(kind) {
        return Ok(());
    }
    Err(other(&format!("{name} has another type than the policy declares")))
}

fn has_type(code: u8, declared: u8, name: &str) -> Result<(), Refusal> {
    if code == 0 || code == declared {
        return Ok(());
    }
    Err(other(&format!("{name} has another type than the policy declares")))
}

/// The value in its redacted form, by way of an answer that has no other.
fn redacted(value: &Value, rules: &Arc<TextRules>, redact: Redact<'_>) -> Result<Value, Refusal> {
    let mut alone = Vec::new();
    let mut writer = Writer::new(&mut alone);
    writer.sequence(1);
    value.write(&mut writer);
    let hidden = redact(rules, &alone)?;
    let mut reader = Reader::new(&hidden).map_err(bad)?;
    reader.sequence(1, None).map_err(bad)?;
    Value::read(&mut reader).map_err(bad)
}

/// A range of a descriptor: bytes of two ends and a step.
type Range = [u64; 3];

/// `rcl_interfaces/msg/ParameterDescriptor` without its texts, which nobody has declared.
struct Descriptor {
    code: u8,
    read_only: bool,
    dynamic_typing: bool,
    of_doubles: Option<Range>,
    of_integers: Option<Range>,
}

impl Descriptor {
    fn read(reader: &mut Reader<'_>) -> Result<Descriptor, Refusal> {
        reader.string(None).map_err(bad)?;
        let code = reader.u8().map_err(bad)?;
        for _description_and_constraints in 0..2 {
            reader.string(None).map_err(bad)?;
        }
        let (read_only, dynamic_typing) = (reader.bool().map_err(bad)?, reader.bool().map_err(bad)?);
        let (of_doubles, of_integers) = (range(reader)?, range(reader)?);
        Ok(Descriptor { code, read_only, dynamic_typing, of_doubles, of_integers })
    }

    fn write(&self, name: &str, writer: &mut Writer<'_>) {
        writer.str(name);
        writer.u8(self.code);
        writer.str("");
        writer.str("");
        writer.bool(self.read_only);
        writer.bool(self.dynamic_typing);
        for range in [self.of_doubles, self.of_integers] {
            writer.sequence(range.iter().len());
            range.into_iter().flatten().for_each(|part| writer.u64(part));
        }
    }
}

/// At most one, as in the type. Its numbers are passed on bit by bit.
fn range(reader: &mut Reader<'_>) -> Result<Option<Range>, Refusal> {
    match reader.sequence(8, Some(1)).map_err(bad)? {
        0 => Ok(None),
        _ => {
            let mut part = || reader.u64().map_err(bad);
            Ok(Some([part()?, part()?, part()?]))
        }
    }
}

/// The names that the stakeholder may get, and those of their parts that the robot lists.
fn list(
    rights: Rights<'_>,
    asked: &[String],
    reader: &mut Reader<'_>,
    writer: &mut Writer<'_>,
) -> Result<(), Refusal> {
    let mut names = value::texts(reader).map_err(bad)?;
    names.retain(|name| rights.parameter(Verb::Get, name).is_ok());
    // A node answers what it was asked.
    let asked: HashSet<&str> = asked.iter().map(String::as_str).collect();
    names.retain(|name| asked.is_empty() || parts(name).any(|part| asked.contains(part)));
    let known: HashSet<&str> = names.iter().flat_map(|name| parts(name)).collect();
    let mut prefixes = value::texts(reader).map_err(bad)?;
    prefixes.retain(|prefix| known.contains(prefix.as_str()));
    write_texts(writer, &names);
    write_texts(writer, &prefixes);
    Ok(())
}

/// True if it was set. The robot's reason is its own text.
fn success(reader: &mut Reader<'_>) -> Result<bool, Refusal> {
    let success = reader.bool().map_err(bad)?;
    reader.string(None).map_err(bad)?;
    Ok(success)
}

fn write_success(success: bool, writer: &mut Writer<'_>) {
    write_result(success, if success { "" } else { "refused by the node" }, writer);
}

/// Writes a `rcl_interfaces/msg/SetParametersResult`.
pub fn write_result(success: bool, reason: &str, writer: &mut Writer<'_>) {
    writer.bool(success);
    writer.str(reason);
}
