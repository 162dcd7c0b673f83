//! A stakeholder that opens sealed messages in the process that reads them.

use std::path::Path;
use std::sync::{Arc, mpsc};

use discreet_audit::Time;
use discreet_cdr::types::TypeLibrary;
use discreet_graph::qos::Qos;
use discreet_ros::{Node, SerializedMessage, Subscription, TypeSupport};
use discreet_seal::identity::{Identity, PassphraseSource, PublicIdentity};
use discreet_seal::unseal::{Granted, Opener, SealedSource, Unopened};
use discreet_seal::{GRANTS_TOPIC, GRANTS_TYPE};

pub struct Stakeholder {
    opener: Opener,
}

impl Stakeholder {
    /// Follows the grants of a robot on `node`'s domain, on a thread of its own, and opens one topic.
    pub fn new(
        node: &Arc<Node>,
        topic: &str,
        type_name: &str,
        [identity, passphrase, robot]: [&str; 3],
    ) -> anyhow::Result<Stakeholder> {
        let identity = Path::new(identity);
        let source = PassphraseSource::choose(Some(Path::new(passphrase)), identity)?;
        let me = Identity::open(identity, &source)?;
        let domain = u32::try_from(node.domain_id())?;
        let granted = Arc::new(Granted::new(me, PublicIdentity::open(Path::new(robot))?, domain));
        let of = SealedSource {
            domain,
            topic: topic.into(),
            type_name: type_name.into(),
            type_hash: TypeLibrary::from_env()?.definition(type_name)?.hash,
            form: "clear".into(),
        };
        follow(node, Arc::clone(&granted))?;
        Ok(Stakeholder { opener: Opener::new(of, granted) })
    }

    /// Opens a message in place, at `now` in nanoseconds.
    pub fn open<'m>(&mut self, message: &'m mut [u8], now: i64) -> Result<&'m [u8], Unopened> {
        self.opener.open(message, now / 1_000_000_000)
    }
}

fn follow(node: &Arc<Node>, granted: Arc<Granted>) -> anyhow::Result<()> {
    let (waker, woken) = mpsc::sync_channel(1);
    let on_message = Box::new(move || {
        let _already_woken = waker.try_send(());
    });
    let latched = Qos { latched: true, depth: 1, ..Qos::default() };
    let types = TypeSupport::load(GRANTS_TYPE)?;
    let mut grants = Subscription::new(node, GRANTS_TOPIC, &types, latched, on_message)?;
    std::thread::spawn(move || -> anyhow::Result<()> {
        let mut message = SerializedMessage::new();
        while woken.recv().is_ok() {
            while grants.take(&mut message)?.is_some() {
                granted.update(message.as_bytes(), Time::system().second())?;
            }
        }
        Ok(())
    });
    Ok(())
}
