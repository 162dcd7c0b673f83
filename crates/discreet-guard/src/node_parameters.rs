//! Parameters of the robot's nodes: what a stakeholder may ask of them, and what it is told.
//!
//! The request that goes in is serialized again from what was read, so that it has the values of the declared types and
//! nothing else; so is the answer. Pure: no clock, no ROS.

mod answer;
mod value;

use std::collections::HashSet;

use discreet_cdr::{Reader, Writer};
use discreet_policy::parameter::ParameterPolicy;
use discreet_policy::{Form, Moment, NodeParameters, ParameterService, Verb, Verdict};

use crate::ingress::Refused;

pub use answer::{Redact, answer};
use value::{Unread, Value};

/// The greatest number of parameters in one request. Each gets an entry in the answer.
const MOST: u32 = 1024;

/// A request that was let in: what its answer may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    service: ParameterService,
    /// In the order of the request. Of a list, the prefixes.
    names: Vec<String>,
}

/// The parameters of a node at one moment, for one stakeholder.
#[derive(Clone, Copy)]
pub struct Rights<'a> {
    /// The node, by the policy in force.
    pub node: &'a NodeParameters,
    /// The stakeholder.
    pub who: &'a str,
    /// The time.
    pub now: Moment,
}

/// The reason for a refusal, with details in words.
pub type Refusal = (Refused, String);

impl<'a> Rights<'a> {
    /// The parameter of this name and the form in which the stakeholder may have it, if it may get it, or set it.
    fn parameter(&self, verb: Verb, name: &str) -> Result<(&'a ParameterPolicy, Form), Refusal> {
        // A name that is not declared is the sender's text: it stays out of the log.
        let known = self.node.parameter(name).ok_or((Refused::UndeclaredParameter, String::new()))?;
        match known.stakeholder(verb, self.who, self.now) {
            Verdict::Allow { form, .. } => Ok((known, form)),
            Verdict::Deny { .. } => Err((Refused::RuleDenies, name.to_owned())),
            Verdict::NoRule => Err((Refused::NoRule, name.to_owned())),
        }
    }

    /// The names that the stakeholder may get.
    fn readable(&self) -> impl Iterator<Item = &'a str> {
        let rights = *self;
        let names = self.node.parameters().map(|one| one.parameter().name.as_str());
        names.filter(move |name| rights.parameter(Verb::Get, name).is_ok())
    }
}

/// Decides on a request, whose plan was walked before, and gives it as it goes in.
pub fn request(
    rights: Rights<'_>,
    service: ParameterService,
    request: &[u8],
) -> Result<(Asked, Vec<u8>), Refusal> {
    let mut reader = Reader::new(request).map_err(malformed)?;
    let mut inside = Vec::with_capacity(request.len());
    let mut writer = Writer::new(&mut inside);
    let names = match service {
        ParameterService::Get | ParameterService::GetTypes | ParameterService::Describe => {
            let names = texts(&mut reader)?;
            names.iter().try_for_each(|name| rights.parameter(Verb::Get, name).map(drop))?;
            write_texts(&mut writer, &names);
            names
        }
        ParameterService::List => {
            let prefixes = texts(&mut reader)?;
            let depth = reader.u64().map_err(malformed)?;
            let known: HashSet<&str> = rights.readable().flat_map(parts).collect();
            if !prefixes.iter().all(|prefix| known.contains(prefix.as_str())) {
                return Err((Refused::UndeclaredParameter, String::new()));
            }
            write_texts(&mut writer, &prefixes);
            writer.u64(depth);
            prefixes
        }
        ParameterService::Set | ParameterService::SetAtomically => {
            let count = reader.sequence(1, Some(MOST)).map_err(malformed)?;
            writer.sequence(count as usize);
            let mut names = Vec::new();
            for _ in 0..count {
                let name = text(&mut reader)?;
                let value = Value::read(&mut reader).map_err(malformed)?;
                let (known, _) = rights.parameter(Verb::Set, &name)?;
                value.fits(known.parameter()).map_err(|reason| (reason, name.clone()))?;
                writer.str(&name);
                value.write(&mut writer);
                names.push(name);
            }
            names
        }
    };
    Ok((Asked { service, names }, inside))
}

/// The answer to a request of which nothing was set, as a node would give it: without it, clients would wait. `None` for
/// requests that set nothing, and for those that cannot be read.
pub fn not_set(service: ParameterService, request: &[u8], why: Refused) -> Option<Vec<u8>> {
    let count = Reader::new(request).ok()?.sequence(1, Some(MOST)).ok()?;
    let results = match service {
        ParameterService::Set => count,
        ParameterService::SetAtomically => 1,
        ParameterService::Get
        | ParameterService::GetTypes
        | ParameterService::Describe
        | ParameterService::List => {
            return None;
        }
    };
    let mut told = Vec::new();
    let mut writer = Writer::new(&mut told);
    if service == ParameterService::Set {
        writer.sequence(results as usize);
    }
    let reason = format!("refused by the guard: {}", why.label());
    (0..results).for_each(|_| answer::write_result(false, &reason, &mut writer));
    Some(told)
}

/// A name, and what it is a part of: `FollowPath` of `FollowPath.max_vel_x`.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let parents = name.match_indices('.').filter_map(|(at, _)| name.get(..at));
    parents.chain([name])
}

fn malformed(why: impl Into<Unread>) -> Refusal {
    (Refused::Malformed, why.into().to_string())
}

/// A text of the sender, which must be one for every reader: UTF-8 without a NUL inside.
fn text(reader: &mut Reader<'_>) -> Result<String, Refusal> {
    value::text(reader).map_err(malformed)
}

fn texts(reader: &mut Reader<'_>) -> Result<Vec<String>, Refusal> {
    let texts = value::texts(reader).map_err(malformed)?;
    match texts.len() <= MOST as usize {
        true => Ok(texts),
        false => Err((Refused::Malformed, format!("more than {MOST} names"))),
    }
}

fn write_texts(writer: &mut Writer<'_>, texts: &[String]) {
    writer.sequence(texts.len());
    texts.iter().for_each(|text| writer.str(text));
}

#[cfg(test)]
mod tests;
