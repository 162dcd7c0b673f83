//! Definitions that were read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::{ServiceDefinition, TypeDefinition, TypeLibrary};
use discreet_host::sync::lock;

/// The definitions of a library, each read and compiled once. One that cannot be found is looked for again, since its package
/// may be installed meanwhile.
pub struct Definitions {
    library: TypeLibrary,
    messages: Mutex<HashMap<String, Arc<TypeDefinition>>>,
    services: Mutex<HashMap<String, Arc<ServiceDefinition>>>,
}

impl Definitions {
    /// None is read yet.
    pub fn new(library: TypeLibrary) -> Definitions {
        Definitions { library, messages: Mutex::default(), services: Mutex::default() }
    }

    /// A message type, `package/msg/Name`; in words why it cannot be used.
    pub fn message(&self, name: &str) -> Result<Arc<TypeDefinition>, String> {
        cached(&self.messages, name, || self.library.definition(name).map_err(|error| error.to_string()))
    }

    /// A service type, `package/srv/Name`; in words why it cannot be used.
    pub fn service(&self, name: &str) -> Result<Arc<ServiceDefinition>, String> {
        cached(&self.services, name, || self.library.service(name).map_err(|error| error.to_string()))
    }
}

fn cached<T>(
    known: &Mutex<HashMap<String, Arc<T>>>,
    name: &str,
    read: impl FnOnce() -> Result<T, String>,
) -> Result<Arc<T>, String> {
    let mut known = lock(known);
    if let Some(definition) = known.get(name) {
        return Ok(Arc::clone(definition));
    }
    let definition = Arc::new(read()?);
    known.insert(name.to_owned(), Arc::clone(&definition));
    Ok(definition)
}
