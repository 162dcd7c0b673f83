//! The decisions about one channel of a bag that do not depend on the message.

use std::collections::HashMap;
use std::sync::Arc;

use super::Types;
use super::left_out::LeftOut;
use crate::Channel;
use discreet_cdr::Plan;
use discreet_cdr::types::{TypeDefinition, TypeLibrary, rihs, ros2msg};
use discreet_guard::admit::{admit_hash, admit_name, admit_type};
use discreet_policy::{Policy, TopicPolicy};

/// The most definitions that are compiled from a bag. A robot uses about a hundred types.
const MAX_DEFINITIONS: usize = 256;

/// A channel, and the treatment of its messages.
pub(super) struct Route {
    pub channel: Channel,
    /// Its row in the report.
    pub row: usize,
    /// The means to judge its messages, or the reason for leaving all of them out.
    pub state: Result<OpenRoute, Box<LeftOut>>,
}

/// The means to judge a message of an open channel.
pub(super) struct OpenRoute {
    pub topic: Arc<TopicPolicy>,
    pub definition: Arc<TypeDefinition>,
    /// The definition for the output.
    pub text: Arc<str>,
    /// The channel's number in the output, once it has a message there.
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

/// The guard's questions about a topic and a publisher, in its order.
fn open(
    policy: &Policy,
    definitions: &mut Definitions<'_>,
    channel: &Channel,
) -> Result<OpenRoute, Box<LeftOut>> {
    let admitted = admit_name(policy, &channel.topic)
        .and_then(|topic| admit_type(topic, &channel.type_name).map(|()| topic));
    let topic = admitted.map_err(|reason| Box::new(LeftOut::not_admitted(reason, channel, policy)))?;
    if channel.serialization != "cdr" {
        return Err(Box::new(LeftOut::not_cdr(channel)));
    }
    let (definition, text) = definitions.of(channel).map_err(Box::new)?;
    admit_hash(topic, &definition.hash)
        .map_err(|reason| Box::new(LeftOut::not_admitted(reason, channel, policy)))?;
    Ok(OpenRoute { topic: Arc::clone(topic), definition, text, number: None })
}

type Known = (Arc<TypeDefinition>, Arc<str>);

/// The definitions that were looked up.
pub(super) struct Definitions<'a> {
    types: Types<'a>,
    trust_names: bool,
    /// By type and, if they are from the bag, by hash.
    known: HashMap<(String, String), Result<Known, LeftOut>>,
}

impl<'a> Definitions<'a> {
    pub fn new(types: Types<'a>, trust_names: bool) -> Self {
        Definitions { types, trust_names, known: HashMap::new() }
    }

    /// The definition of a channel's type, if it is the one that the channel was recorded with.
    fn of(&mut self, channel: &Channel) -> Result<Known, LeftOut> {
        match self.types {
            Types::Installed(library) => self.installed(library, channel),
            Types::Bag => self.own(channel),
        }
    }

    /// As in the guard: without a hash, the meaning of the bytes is not proven to be that of the policy.
    fn installed(&mut self, library: &TypeLibrary, channel: &Channel) -> Result<Known, LeftOut> {
        let key = (channel.type_name.clone(), String::new());
        let look_up = || {
            let found = library.definition(&channel.type_name);
            found.map(known).map_err(|error| LeftOut::not_installed(channel, &error.to_string()))
        };
        let known = self.known.entry(key).or_insert_with(look_up).clone()?;
        let own = match (&channel.type_hash, &channel.definition) {
            (Some(told), _) => Some(told.clone()),
            (None, Some(text)) => match ros2msg::read(&channel.type_name, text) {
                Ok(own) => Some(rihs::type_hash(&own)),
                Err(why) => return Err(LeftOut::unreadable(channel, &why.to_string())),
            },
            (None, None) => None,
        };
        match own {
            Some(own) if own == known.0.hash => Ok(known),
            Some(_) => Err(LeftOut::other_version(channel)),
            None if self.trust_names => Ok(known),
            None => Err(LeftOut::unproven(channel)),
        }
    }

    /// By the definition in the bag.
    fn own(&mut self, channel: &Channel) -> Result<Known, LeftOut> {
        let text = channel.definition.as_deref().ok_or_else(|| LeftOut::undefined(channel))?;
        let unusable = |why: String| LeftOut::unusable(channel, &why);
        let description = ros2msg::read(&channel.type_name, text).map_err(|why| unusable(why.to_string()))?;
        let hash = rihs::type_hash(&description);
        if channel.type_hash.as_ref().is_some_and(|told| *told != hash) {
            return Err(LeftOut::contradiction());
        }
        let key = (channel.type_name.clone(), hash.clone());
        if self.known.len() >= MAX_DEFINITIONS && !self.known.contains_key(&key) {
            return Err(unusable("there are too many types in the bag".to_owned()));
        }
        let compile = || {
            let plan = Plan::compile(&description).map_err(|why| unusable(why.to_string()))?;
            Ok(known(TypeDefinition { name: channel.type_name.clone(), hash, plan, description }))
        };
        self.known.entry(key).or_insert_with(compile).clone()
    }
}

fn known(definition: TypeDefinition) -> Known {
    // Written again: comments in the bag's own text are untrusted.
    let text = ros2msg::write(&definition.description).into();
    (Arc::new(definition), text)
}
