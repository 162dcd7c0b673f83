//! Makes the routes: redaction and sealing of a topic's messages, the subscription inside, the publishers outside,
//! and the workers that serve it.

use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

use super::listener::Listener;
use super::outer::{OuterDomain, Released};
use super::route::Route;
use super::shared::Shared;
use super::wake::wake;
use super::workers::ReadyQueue;
use super::{Node, RosError, TypeSupport};
use discreet_cdr::types::TypeDefinition;
use discreet_graph::qos::Qos;
use discreet_guard::desired::RouteSpec;
use discreet_guard::lanes::Lanes;
use discreet_guard::outbound::Outbound;
use discreet_guard::protect::{CameraInfo, Makers, Protection, Seal, SealedTopic};
use discreet_redact::{CAMERA_INFO_TYPE, ImageInspector, ImageKind, ImageRedactor, MessageRedactor};

/// Makes the inspector for the images of the named topic.
pub type InspectorFactory = Box<dyn Fn(&str) -> Box<dyn ImageInspector + Send> + Send>;

/// The parts that every new route is made with.
pub struct RouteMaker {
    /// The node on the robot's domain.
    pub inner: Arc<Node>,
    /// The node on the outer domain.
    pub outer: Arc<Node>,
    /// The prefix of outer topics when there is only one domain.
    pub prefix: &'static str,
    /// The workers of operational topics.
    pub operational: Arc<ReadyQueue>,
    /// The workers of contextual topics, which may have to wait for the audit's disk.
    pub contextual: Arc<ReadyQueue>,
    /// Starts to inspect the images of a topic.
    pub inspectors: InspectorFactory,
    /// The parts that all routes share.
    pub shared: Shared,
}

/// A route, the queue of its workers, and the threads that are its own.
pub type Made = (Arc<Route>, Arc<ReadyQueue>, Vec<JoinHandle<()>>);

impl RouteMaker {
    /// A route for this topic, without subscriptions yet.
    pub fn make(
        &self,
        topic: &str,
        spec: &RouteSpec,
        definition: Arc<TypeDefinition>,
    ) -> Result<Made, RosError> {
        let types = TypeSupport::load(&spec.type_name)?;
        let outer = Released {
            topic: format!("{}{topic}", self.prefix),
            source_topic: topic.into(),
            type_name: spec.type_name.clone(),
            tags: spec.tags,
            qos: Qos::default(),
        };
        let lanes = Lanes::new(OuterDomain::new(Arc::clone(&self.outer), outer));
        let protection = self.protection(topic, spec, &definition);
        let (queue, threads) = match &protection.makers.images {
            Some(_) => {
                ReadyQueue::start("redaction", 1).map_err(|error| RosError::Thread(error.to_string()))?
            }
            None if spec.contextual => (Arc::clone(&self.contextual), Vec::new()),
            None => (Arc::clone(&self.operational), Vec::new()),
        };
        let route = Arc::new_cyclic(|route| {
            let wake = Arc::from(wake(Weak::clone(route), Arc::clone(&queue)));
            let listener = Listener::new(Arc::clone(&self.inner), topic.into(), types, wake);
            let outbound = Outbound {
                topic: topic.into(),
                source: String::new(),
                definition,
                resolved: None,
                live: Arc::clone(&self.shared.live),
                clock: Arc::clone(&self.shared.clock),
                audit: Arc::clone(&self.shared.audit),
                keys: Arc::clone(&self.shared.keys),
                protection,
                lanes,
            };
            Route::new(outbound, listener)
        });
        Ok((route, queue, threads))
    }

    fn protection(&self, topic: &str, spec: &RouteSpec, definition: &TypeDefinition) -> Protection {
        let seal = || {
            let of = SealedTopic {
                domain: u32::try_from(self.outer.domain_id()).unwrap_or(u32::MAX),
                topic: topic.into(),
                type_name: spec.type_name.clone(),
                type_hash: spec.type_hash.clone(),
            };
            Seal::new(of, Arc::clone(&self.shared.keys))
        };
        let text = spec.redacts && ImageKind::of(&spec.type_name).is_none();
        let learns = spec.type_name == CAMERA_INFO_TYPE;
        Protection {
            watch: spec.watches.then(|| self.texts(definition)),
            camera_info: learns.then(|| CameraInfo::new(topic, Arc::clone(&self.shared.cameras))),
            makers: Makers {
                images: self.images(topic, spec),
                texts: text.then(|| self.texts(definition)),
                seals: spec.ever.sealed.map(|_, sealed| sealed.then(seal)),
            },
        }
    }

    fn images(&self, topic: &str, spec: &RouteSpec) -> Option<ImageRedactor> {
        let kind = ImageKind::of(&spec.type_name).filter(|_| spec.redacts)?;
        let look = spec.looks.then(|| (self.inspectors)(topic));
        Some(ImageRedactor::new(topic, kind, look, Arc::clone(&self.shared.cameras)))
    }

    fn texts(&self, definition: &TypeDefinition) -> MessageRedactor {
        MessageRedactor::new(definition.plan.clone(), Arc::clone(&self.shared.rosters))
    }
}
