//! What becomes of one channel of a bag, as far as it does not depend on the message.

use std::collections::HashMap;
use std::sync::Arc;

use super::Types;
use crate::bags::Channel;
use crate::cdr::Plan;
use crate::denied::Denied;
use crate::policy::{Policy, TopicPolicy};
use crate::types::{TypeDefinition, rihs, ros2msg};
use crate::wanted::is_reserved;

/// A robot uses about a hundred types. Definitions from a bag are compiled, so their number is bounded.
const MAX_DEFINITIONS: usize = 256;

/// A channel, and what becomes of its messages.
pub(super) struct Route {
    pub channel: Channel,
    /// Its row in the report.
    pub row: usize,
    /// How its messages are judged, or why none is.
    pub state: Result<Open, Denied>,
}

/// What a message of an open channel is judged by.
pub(super) struct Open {
    pub topic: Arc<TopicPolicy>,
    pub definition: Arc<TypeDefinition>,
    /// The definition as it is written.
    pub text: Arc<str>,
    /// The channel's number in what is written, once something was.
    pub number: Option<u16>,
}

impl Route {
    pub fn new(policy: &Policy, definitions: &mut Definitions<'_>, channel: Channel, row: usize) -> Route {
        let state = open(policy, definitions, &channel);
        Route { channel, row, state }
    }

    /// The topic, if the policy names the node that may publish it.
    pub fn unchecked_source(&self) -> Option<&str> {
        let open = self.state.as_ref().ok()?;
        open.topic.source().map(|_| self.channel.topic.as_str())
    }
}

/// The same questions that the guard asks of a topic and a publisher, in its order.
fn open(policy: &Policy, definitions: &mut Definitions<'_>, channel: &Channel) -> Result<Open, Denied> {
    let topic = policy.topic(&channel.topic).ok_or(Denied::UndeclaredTopic)?;
    if is_reserved(&channel.topic, policy) {
        return Err(Denied::ReservedName);
    }
    if policy.open_sibling(&channel.topic).is_some() {
        return Err(Denied::OpenSibling);
    }
    if channel.type_name != topic.type_name() || channel.serialization != "cdr" {
        return Err(Denied::WrongType);
    }
    let (definition, text) = definitions.of(channel)?;
    if topic.type_hash().is_some_and(|pinned| pinned != definition.hash) {
        return Err(Denied::WrongTypeHash);
    }
    Ok(Open { topic: Arc::clone(topic), definition, text, number: None })
}

type Known = (Arc<TypeDefinition>, Arc<str>);

/// The definitions that were looked up.
pub(super) struct Definitions<'a> {
    types: Types<'a>,
    trust_names: bool,
    /// By type and, if they are from the bag, by hash.
    known: HashMap<(String, String), Result<Known, Denied>>,
}

impl<'a> Definitions<'a> {
    pub fn new(types: Types<'a>, trust_names: bool) -> Self {
        Definitions { types, trust_names, known: HashMap::new() }
    }

    /// The definition of a channel's type, if the channel's own is the same.
    fn of(&mut self, channel: &Channel) -> Result<Known, Denied> {
        let told = channel.type_hash.as_deref();
        let written = || ros2msg::read(&channel.type_name, channel.definition.as_deref()?).ok();
        match self.types {
            Types::Installed(library) => {
                let key = (channel.type_name.clone(), String::new());
                let look_up = || {
                    let found = library.definition(&channel.type_name);
                    found.map(known).map_err(|_| Denied::TypeNotInstalled)
                };
                let known = self.known.entry(key).or_insert_with(look_up).clone()?;
                // As the guard: who tells no hash cannot show that its bytes mean what the policy was written for.
                let own = told.map(str::to_owned).or_else(|| written().map(|own| rihs::type_hash(&own)));
                match own {
                    Some(own) if own == known.0.hash => Ok(known),
                    None if self.trust_names && channel.definition.is_none() => Ok(known),
                    _ => Err(Denied::WrongTypeHash),
                }
            }
            Types::Bag => {
                let description = written().ok_or(Denied::TypeNotInstalled)?;
                let hash = rihs::type_hash(&description);
                if told.is_some_and(|told| told != hash) {
                    return Err(Denied::WrongTypeHash);
                }
                let key = (channel.type_name.clone(), hash.clone());
                if self.known.len() >= MAX_DEFINITIONS && !self.known.contains_key(&key) {
                    return Err(Denied::TypeNotInstalled);
                }
                let compile = || {
                    let plan = Plan::compile(&description).map_err(|_| Denied::TypeNotInstalled)?;
                    Ok(known(TypeDefinition { name: channel.type_name.clone(), hash, plan, description }))
                };
                self.known.entry(key).or_insert_with(compile).clone()
            }
        }
    }
}

fn known(definition: TypeDefinition) -> Known {
    // Written anew: a bag's own text may have anything in its comments.
    let text = ros2msg::write(&definition.description).into();
    (Arc::new(definition), text)
}
