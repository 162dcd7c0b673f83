//! The doorkeeper of a guard whose keys come from a keeper.

use std::sync::{Arc, Mutex, PoisonError};

use super::Doorkeeper;
use crate::identity::PublicIdentity;
use crate::keeper::client::KeyRing;
use crate::seal::{CommandOpener, ReceivingKey, SenderKey, announced_key};
use crate::secret::{NoRandomness, Secret};

/// Holds the private part of the key that commands are sealed for. It was never anywhere else.
pub struct Porter {
    secret: Secret<32>,
    public: [u8; 32],
    signer: Arc<SenderKey>,
    keys: Mutex<Option<Arc<KeyRing>>>,
    opener: Mutex<Option<Arc<CommandOpener>>>,
}

impl Porter {
    /// With a fresh key, for a guard that signs with `signer`.
    pub fn new(signer: Arc<SenderKey>) -> Result<Porter, NoRandomness> {
        let secret = Secret::random()?;
        let public = ReceivingKey::from_secret(copy(&secret)).public();
        Ok(Porter { secret, public, signer, keys: Mutex::default(), opener: Mutex::default() })
    }

    /// What the keeper shall announce.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// From here on the keeper's word counts.
    pub fn serve(&self, keys: &Arc<KeyRing>) {
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(keys));
    }

    fn keys(&self) -> Option<Arc<KeyRing>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Doorkeeper for Porter {
    fn opener(&self) -> Option<Arc<CommandOpener>> {
        let announced = self.keys()?.grants().receiver.as_deref().and_then(announced_key);
        let mut opener = self.opener.lock().unwrap_or_else(PoisonError::into_inner);
        let key = announced?;
        // The keeper gives the key another number whenever it announces it anew.
        if opener.as_ref().is_none_or(|opener| opener.id() != key) {
            let secret = ReceivingKey::from_secret(copy(&self.secret));
            *opener = Some(Arc::new(CommandOpener::new(secret, key)));
        }
        opener.clone()
    }

    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>> {
        self.keys().map(|keys| keys.stakeholders()).unwrap_or_default()
    }

    fn signer(&self) -> Option<Arc<SenderKey>> {
        Some(Arc::clone(&self.signer))
    }
}

fn copy(secret: &Secret<32>) -> Secret<32> {
    let mut bytes = *secret.expose();
    Secret::take(&mut bytes) // wipes these
}
