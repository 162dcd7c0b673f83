//! A stakeholder's node: opens the sealed topics of a robot and republishes them on a domain of its own.

mod outputs;
mod topic;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::workers::{ReadyQueue, Serve};
use super::{Apart, Context, Node, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_cdr::types::TypeLibrary;
use discreet_graph::qos::Qos;
use discreet_seal::catalog::{CATALOG_TOPIC, CATALOG_TYPE};
use discreet_seal::unseal::{Granted, Offered, Posts, ReadTime, RefusedPosts, Topics, UnsealedStatus};
use discreet_seal::{GRANTS_TOPIC, GRANTS_TYPE};

use topic::{ServedTopic, TopicOpener};

/// Grants and catalogues that wait to be read: several robots and strangers publish on these topics. One that is
/// displaced comes again within ten seconds.
const POSTS: usize = 64;

/// Interval of the checks that the two domains are still apart, and that publishers are still there.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// Parts of an unsealer.
pub struct UnsealingParts {
    /// The full name of the control node. The nodes of the two sides are named after it.
    pub node: String,
    /// The robot's outer domain.
    pub outer_domain: usize,
    /// The domain to republish on.
    pub own_domain: usize,
    /// Prefix of the names of republished topics.
    pub namespace: String,
    /// The stakeholder's keys.
    pub granted: Arc<Granted>,
    /// The installed types.
    pub types: TypeLibrary,
}

/// Every sealed topic that a stakeholder may open.
pub struct Unsealing {
    apart: Apart,
    checked: Instant,
    outer: Arc<Node>,
    own: Arc<Node>,
    namespace: String,
    types: TypeLibrary,
    queue: Arc<ReadyQueue>,
    threads: Vec<JoinHandle<()>>,
    grants: Subscription,
    catalog: Subscription,
    taken: SerializedMessage,
    posts: Posts,
    offered: Offered,
    topics: Topics<Arc<ServedTopic>>,
    started: Instant,
}

impl Unsealing {
    /// Joins both domains and waits for grants. `wake` is called when there is something for [`Unsealing::attend`].
    pub fn new(
        parts: UnsealingParts,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Unsealing, RosError> {
        let UnsealingParts { node, outer_domain, own_domain, namespace, granted, types } = parts;
        let outer = Node::new(&Context::new(outer_domain)?, &format!("{node}_outer"))?;
        let own = Node::new(&Context::new(own_domain)?, &format!("{node}_own"))?;
        let latched = Qos { latched: true, depth: POSTS, ..Qos::default() };
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let subscribe = |topic, type_name| {
            let wake = Arc::clone(&wake);
            Subscription::new(
                &outer,
                topic,
                &TypeSupport::load(type_name)?,
                latched,
                Box::new(move || wake()),
            )
        };
        let (grants, catalog) =
            (subscribe(GRANTS_TOPIC, GRANTS_TYPE)?, subscribe(CATALOG_TOPIC, CATALOG_TYPE)?);
        let (queue, threads) =
            ReadyQueue::start("unseal", 2).map_err(|error| RosError::Thread(error.to_string()))?;
        Ok(Unsealing {
            apart: Apart::of_reader(&outer, &own)?,
            checked: Instant::now(),
            grants,
            catalog,
            outer,
            own,
            namespace,
            types,
            queue,
            threads,
            taken: SerializedMessage::new(),
            offered: Offered::new(Arc::clone(&granted)),
            posts: Posts::new(granted),
            topics: Topics::default(),
            started: Instant::now(),
        })
    }

    /// Reads the grants and catalogues that have arrived, and opens and closes topics accordingly. To be called when
    /// woken, and several times a second.
    pub fn attend(&mut self) -> Result<(), RosError> {
        if self.checked.elapsed() >= CHECK_EVERY {
            self.checked = Instant::now();
            self.apart.check()?;
            self.end_latched()?;
        }
        let second = Time::system().second();
        // Not all that wait: a flood of them must not keep the topics from being served.
        for _ in 0..POSTS {
            let Some(info) = self.grants.take(&mut self.taken)? else { break };
            let now = ReadTime { second, elapsed: self.started.elapsed() };
            self.posts.read_grants(&info.gid, self.taken.as_bytes(), now);
        }
        self.offered.retry(second);
        for _ in 0..POSTS {
            let Some(info) = self.catalog.take(&mut self.taken)? else { break };
            let now = ReadTime { second, elapsed: self.started.elapsed() };
            self.posts.read_catalog(&mut self.offered, &info.gid, self.taken.as_bytes(), now);
        }
        let Unsealing { outer, own, namespace, types, queue, posts, offered, topics, .. } = self;
        let mut opener = TopicOpener { outer, own, namespace, granted: posts.granted(), types, queue };
        topics.reconcile(offered, &mut opener, second);
        // Messages may have waited for a key that has just arrived.
        topics.open().for_each(|(_, topic)| queue.push(Arc::clone(topic) as Arc<dyn Serve>));
        Ok(())
    }

    /// Ends what publishers of the robot had latched that are gone.
    fn end_latched(&self) -> Result<(), RosError> {
        for (offer, topic) in self.topics.open().filter(|(offer, _)| offer.qos.latched) {
            let there = self.outer.publishers_of(&offer.topic)?;
            topic.retain(|gid| there.iter().any(|endpoint| endpoint.gid == *gid));
        }
        Ok(())
    }

    /// Each topic that is sealed for this stakeholder.
    pub fn statuses(&self) -> Vec<UnsealedStatus> {
        self.topics.statuses(|topic| topic.state())
    }

    /// The stakeholder's keys.
    pub fn granted(&self) -> &Granted {
        self.posts.granted()
    }

    /// True if the robot's catalogue holds at second `now`.
    pub fn has_catalog(&self, now: i64) -> bool {
        self.offered.holds(now)
    }

    /// Control messages that were refused.
    pub fn refused(&self) -> RefusedPosts {
        self.posts.refused()
    }
}

impl Drop for Unsealing {
    fn drop(&mut self) {
        self.topics.open().for_each(|(_, topic)| topic.disconnect());
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}
