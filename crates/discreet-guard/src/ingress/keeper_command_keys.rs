//! The command keys of a guard whose keys come from a keeper.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use super::CommandKeys;
use discreet_host::secret::NoRandomness;
use discreet_host::sync::lock;
use discreet_keeper::client::KeyRing;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CommandOpener, ReceivingKey, SenderKey};

/// Holds the key that commands are sealed for. Its private part never leaves this process.
pub struct KeeperCommandKeys {
    public: [u8; 32],
    signer: Arc<SenderKey>,
    keys: OnceLock<Arc<KeyRing>>,
    /// Unset until the keeper has given the id of the key.
    unnamed: Mutex<Option<ReceivingKey>>,
    opener: OnceLock<Arc<CommandOpener>>,
}

impl KeeperCommandKeys {
    /// With a fresh key, for a guard that signs with `signer`.
    pub fn new(signer: Arc<SenderKey>) -> Result<KeeperCommandKeys, NoRandomness> {
        Ok(KeeperCommandKeys::with(ReceivingKey::generate()?, signer))
    }

    /// With a key that was made elsewhere.
    pub fn with(key: ReceivingKey, signer: Arc<SenderKey>) -> KeeperCommandKeys {
        let (public, unnamed) = (key.public(), Mutex::new(Some(key)));
        KeeperCommandKeys { public, signer, keys: OnceLock::new(), unnamed, opener: OnceLock::new() }
    }

    /// The public key that the keeper announces.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// From here on the keeper's stakeholders and lease hold.
    pub fn serve(&self, keys: &Arc<KeyRing>) {
        let _once = self.keys.set(Arc::clone(keys));
    }
}

impl CommandKeys for KeeperCommandKeys {
    fn opener(&self, at: Instant, second: i64) -> Option<Arc<CommandOpener>> {
        let keys = self.keys.get()?;
        if !keys.lease().holds(at, second) {
            return None; // a stakeholder that was revoked meanwhile would still be accepted
        }
        let id = keys.receiver_id()?;
        if let Some(opener) = self.opener.get() {
            if opener.id() != id {
                opener.rename(id);
            }
        } else {
            let key = lock(&self.unnamed).take();
            if let Some(key) = key {
                let _first = self.opener.set(Arc::new(CommandOpener::new(key, id)));
            }
        }
        self.opener.get().cloned()
    }

    fn key_id(&self) -> Option<u32> {
        self.keys.get()?.receiver_id()
    }

    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>> {
        self.keys.get().map(|keys| keys.stakeholders()).unwrap_or_default()
    }

    fn signer(&self) -> Option<Arc<SenderKey>> {
        Some(Arc::clone(&self.signer))
    }
}
