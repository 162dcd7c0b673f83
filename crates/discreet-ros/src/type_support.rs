//! Type support loaded at run time, for types that are unknown at compile time.

use std::collections::HashMap;
use std::ffi::CStr;
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::{Mutex, OnceLock};

use libloading::{Library, Symbol};
use r2r_rcl as rcl;

use super::error::RosError;
use discreet_cdr::types::folder_of;
use discreet_host::sync::lock;

/// The type support of a message type. Lives as long as the process: its library is never unloaded.
#[derive(Clone, Copy)]
pub struct TypeSupport {
    pub(super) handle: NonNull<rcl::rosidl_message_type_support_t>,
}

// SAFETY: the handle points to static, immutable data of a library that stays loaded.
unsafe impl Send for TypeSupport {}
// SAFETY: as above.
unsafe impl Sync for TypeSupport {}

impl TypeSupport {
    /// Loads the type support of `package/msg/Name`, or of a message of a service or action (`package/srv/Name_Event`,
    /// `package/action/Name_FeedbackMessage`), from the sourced workspaces (`AMENT_PREFIX_PATH`).
    ///
    /// The name must come from the policy or from this program, never from discovery: a library is loaded by it.
    pub fn load(type_name: &str) -> Result<TypeSupport, RosError> {
        let refuse = |message: String| RosError::TypeSupport { type_name: type_name.into(), message };
        let folder = folder_of(type_name).unwrap_or("msg");
        let (package, name) =
            split(type_name, folder).ok_or_else(|| refuse("not a `package/msg/Name`".into()))?;
        TypeSupport::find(package, folder, name).map_err(refuse)
    }

    /// The same for a message, or for a part of a service, whose names were checked.
    pub(super) fn find(package: &str, folder: &str, name: &str) -> Result<TypeSupport, String> {
        let library = library(package, "rosidl_typesupport_c")?;
        let symbol =
            format!("rosidl_typesupport_c__get_message_type_support_handle__{package}__{folder}__{name}\0");
        // SAFETY: rosidl generates this function without parameters for every message; it returns a pointer to static
        // data of its library, which is never unloaded.
        let handle = unsafe {
            let get: Symbol<'_, unsafe extern "C" fn() -> *mut rcl::rosidl_message_type_support_t> =
                library.get(symbol.as_bytes()).map_err(|error| error.to_string())?;
            get()
        };
        NonNull::new(handle).map(|handle| TypeSupport { handle }).ok_or_else(|| "null handle".into())
    }

    /// The type's hash as `RIHS01_` and 64 hexadecimal digits (REP 2016), if the type support has one.
    pub fn type_hash(&self) -> Option<String> {
        // SAFETY: the handle is valid for the life of the process; the function, if there, takes that same handle and
        // returns a pointer to static data or null.
        let hash = unsafe {
            let get = self.handle.as_ref().get_type_hash_func?;
            get(self.handle.as_ptr()).as_ref()?
        };
        hash_text(hash)
    }
}

/// A hash in the notation of REP 2016; none if the endpoint has none.
pub(super) fn hash_text(hash: &rcl::rosidl_type_hash_t) -> Option<String> {
    use std::fmt::Write;
    let mut text = format!("RIHS{:02}_", hash.version);
    for byte in hash.value {
        write!(text, "{byte:02x}").ok()?;
    }
    (hash.version != 0).then_some(text)
}

/// Splits and checks a name: only what rosidl itself allows, because it becomes part of a path and of a symbol.
pub(super) fn split<'a>(type_name: &'a str, folder: &str) -> Option<(&'a str, &'a str)> {
    let (package, name) = type_name.split_once(&format!("/{folder}/"))?;
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    (plain(package) && plain(name)).then_some((package, name))
}

/// A library of the package; each is loaded once and kept.
pub(super) fn library(package: &str, kind: &str) -> Result<&'static Library, String> {
    static LOADED: OnceLock<Mutex<HashMap<String, &'static Library>>> = OnceLock::new();
    let mut loaded = lock(LOADED.get_or_init(Mutex::default));
    let file = format!("lib{package}__{kind}.so");
    if let Some(library) = loaded.get(&file) {
        return Ok(library);
    }
    let prefixes = std::env::var_os("AMENT_PREFIX_PATH").unwrap_or_default();
    let path = std::env::split_paths(&prefixes)
        .filter(|prefix| prefix.is_absolute()) // never the current folder
        .map(|prefix: PathBuf| prefix.join("lib").join(&file))
        .find(|path| path.is_file())
        .ok_or_else(|| format!("{file} is in no prefix of AMENT_PREFIX_PATH"))?;
    // SAFETY: loading runs the library's constructors. It is found only under the prefixes that the operator sourced,
    // by a name of letters, digits and underscores, and rosidl's libraries have no constructors of consequence.
    let library = unsafe { Library::new(&path) }.map_err(|error| error.to_string())?;
    let library: &'static Library = Box::leak(Box::new(library));
    loaded.insert(file, library);
    Ok(library)
}

impl std::fmt::Debug for TypeSupport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: the identifier is a static C string of the library, which stays loaded.
        let identifier = unsafe { CStr::from_ptr(self.handle.as_ref().typesupport_identifier) };
        write!(f, "TypeSupport({identifier:?}, {:?})", self.type_hash())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        assert_eq!(split("std_msgs/msg/String", "msg"), Some(("std_msgs", "String")));
        for hostile in
            ["../evil/msg/X", "a/b/msg/X", "a/msg/X/../Y", "/msg/X", "a/msg/", "a/srv/X", "a/msg/X\0"]
        {
            assert_eq!(split(hostile, "msg"), None, "{hostile}");
        }
    }

    #[test]
    fn a_type_that_is_not_installed_says_what_to_do() {
        let error = TypeSupport::load("no_such_package/msg/Thing").unwrap_err().to_string();
        assert!(
            error.contains("no_such_package/msg/Thing") && error.contains("source the workspace"),
            "{error}"
        );
    }
}
