//! The definitions of installed ROS 2 types, read from `share/<package>/msg/<Name>.json` in the ament
//! prefixes.
//!
//! Type names come from policies and from discovery, where anybody can announce anything: a name must be
//! `package/msg/Name` by ROS's own rules before a path is made from it.

mod definitions;
pub mod description;
pub mod rihs;
pub mod ros2msg;
mod service;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::{Plan, Unwalkable};

pub use definitions::Definitions;
use service::Part;
pub use service::ServiceDefinition;

/// The largest definition in a ROS 2 desktop installation has 60 KB.
const MAX_FILE: u64 = 1 << 20;

/// An installed type: name and hash, to which the policy binds it, and the walk over its messages.
#[derive(Debug, Clone)]
pub struct TypeDefinition {
    /// `package/msg/Name`
    pub name: String,
    /// `RIHS01_` and 64 hexadecimal digits.
    pub hash: String,
    /// The walk over its messages.
    pub plan: Plan,
    /// The definition that the walk was compiled from.
    pub description: description::Description,
}

/// The prefixes in which types are looked up, in order.
#[derive(Debug, Clone)]
pub struct TypeLibrary {
    prefixes: Vec<PathBuf>,
}

/// Why a type cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TypeError {
    /// No ROS 2 is sourced.
    #[error("no ROS 2 environment: AMENT_PREFIX_PATH is not set; source /opt/ros/jazzy/setup.bash")]
    NoEnvironment,
    /// Not a name of a message type.
    #[error("`{0}` is not a message type; write it as package/msg/Name, like sensor_msgs/msg/Image")]
    Name(String),
    /// Not a name of a service type.
    #[error("`{0}` is not a service type; write it as package/srv/Name, like std_srvs/srv/Trigger")]
    ServiceName(String),
    /// The package is not in any prefix.
    #[error("{package} is not installed: apt install ros-jazzy-{} or source its workspace", package.replace('_', "-"))]
    NoPackage {
        /// The package.
        package: String,
    },
    /// The package is there, the type is not.
    #[error("{package} is installed in {} but has no type {name}", prefix.display())]
    NoType {
        /// The package.
        package: String,
        /// The type's name.
        name: String,
        /// Where the package was found.
        prefix: PathBuf,
    },
    /// The definition's file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The definition's file is not as rosidl writes it.
    #[error("{} is damaged ({reason}); install its package again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The defect.
        reason: String,
    },
    /// The definition has no walk.
    #[error("messages of {name} cannot be checked: {reason}")]
    Unwalkable {
        /// The type.
        name: String,
        /// The reason.
        reason: Unwalkable,
    },
}

impl TypeLibrary {
    /// The prefixes of the sourced ROS 2 environment.
    pub fn from_env() -> Result<Self, TypeError> {
        let paths = std::env::var_os("AMENT_PREFIX_PATH").filter(|paths| !paths.is_empty());
        let paths = paths.ok_or(TypeError::NoEnvironment)?;
        Ok(TypeLibrary::new(std::env::split_paths(&paths)))
    }

    /// Looks in these prefixes; the first that has a package wins, as in ROS.
    pub fn new(prefixes: impl IntoIterator<Item = PathBuf>) -> Self {
        TypeLibrary { prefixes: prefixes.into_iter().filter(|prefix| prefix.is_absolute()).collect() }
    }

    /// Reads and compiles the definition of `type_name`: a message, a message of a service
    /// (`package/srv/Name_Event`), or one of an action (`package/action/Name_FeedbackMessage`). Reads a file on each call.
    pub fn definition(&self, type_name: &str) -> Result<TypeDefinition, TypeError> {
        if let Some(part) = Part::of(type_name).filter(Part::is_message) {
            return self.part(type_name, &part);
        }
        let (package, name) = parse(type_name).ok_or_else(|| TypeError::Name(printable(type_name)))?;
        let (path, file) = self.file(package, "msg", name)?;
        let description::File { type_description_msg: description, type_hashes } = file;
        define(&path, type_name, description, &type_hashes)
    }

    /// Reads the file that defines a message or a service.
    fn file(
        &self,
        package: &str,
        folder: &str,
        name: &str,
    ) -> Result<(PathBuf, description::File), TypeError> {
        let installed = |prefix: &&PathBuf| prefix.join("share").join(package).is_dir();
        let Some(prefix) = self.prefixes.iter().find(installed) else {
            return Err(TypeError::NoPackage { package: package.to_owned() });
        };
        let path = prefix.join("share").join(package).join(folder).join(format!("{name}.json"));
        let text = match read_capped(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (package, name) = (package.to_owned(), name.to_owned());
                return Err(TypeError::NoType { package, name, prefix: prefix.clone() });
            }
            Err(error) => return Err(TypeError::Unreadable { path, error }),
        };
        match serde_json::from_slice(&text) {
            Ok(file) => Ok((path, file)),
            Err(error) => Err(TypeError::Damaged { path, reason: error.to_string() }),
        }
    }
}

/// Compiles a definition that was read from `path`.
fn define(
    path: &Path,
    type_name: &str,
    description: description::Description,
    hashes: &[description::TypeHash],
) -> Result<TypeDefinition, TypeError> {
    if description.main.type_name != type_name {
        return Err(damaged(path, "it defines another type"));
    }
    let hash = hash_of(path, type_name, hashes)?;
    let name = type_name.to_owned();
    match Plan::compile(&description) {
        Ok(plan) => Ok(TypeDefinition { name, hash, plan, description }),
        Err(reason) => Err(TypeError::Unwalkable { name, reason }),
    }
}

fn hash_of(path: &Path, type_name: &str, hashes: &[description::TypeHash]) -> Result<String, TypeError> {
    let hash = hashes.iter().find(|hash| hash.type_name == type_name);
    let hash = hash.map(|hash| hash.hash_string.clone()).filter(|hash| is_type_hash(hash));
    hash.ok_or_else(|| damaged(path, "no type hash"))
}

fn damaged(path: &Path, reason: &str) -> TypeError {
    TypeError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

/// Is this a type hash of ROS 2?
pub fn is_type_hash(text: &str) -> bool {
    let digits = text.strip_prefix("RIHS01_").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Is this the name of a message type, `package/msg/Name`?
pub fn is_type_name(text: &str) -> bool {
    parse(text).is_some()
}

/// Is this the name of a service's event message, `package/srv/Name_Event` or `package/action/Name_SendGoal_Event`?
pub fn is_event_name(text: &str) -> bool {
    Part::of(text).is_some_and(|part| part.is_event())
}

/// The folder of a type's package in which it is defined: `msg`, `srv` or `action`; `None` for other names.
pub fn folder_of(type_name: &str) -> Option<&'static str> {
    match Part::of(type_name) {
        Some(part) => (part.is_message() || part.is_service()).then_some(part.folder),
        None => is_type_name(type_name).then_some("msg"),
    }
}

/// Package and name, by the patterns in rosidl_adapter: nothing that could leave a folder matches them.
fn parse(type_name: &str) -> Option<(&str, &str)> {
    parse_kind(type_name, "/msg/")
}

fn parse_kind<'a>(type_name: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let (package, name) = type_name.split_once(kind)?;
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let package_fits = package.starts_with(|first: char| first.is_ascii_lowercase())
        && package.bytes().all(lower)
        && !package.contains("__")
        && !package.ends_with('_');
    let name_fits = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (package_fits && name_fits && type_name.len() <= 255).then_some((package, name))
}

fn read_capped(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = fs::File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut text)?;
    if read as u64 > MAX_FILE {
        return Err(io::Error::other("larger than 1 MiB, the limit for a definition"));
    }
    Ok(text)
}

/// A name from the network, safe for an error message.
fn printable(text: &str) -> String {
    text.chars().take(80).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> TypeLibrary {
        TypeLibrary::new([PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/types")])
    }

    #[test]
    fn names_follow_the_rules_of_ros() {
        for name in ["std_msgs/msg/String", "a1_b/msg/X", "sensor_msgs/msg/PointCloud2"] {
            assert!(is_type_name(name), "{name}");
        }
        let bad = [
            "",
            "String",
            "std_msgs/String",
            "std_msgs/srv/Empty",
            "../etc/msg/Passwd",
            "std_msgs/msg/../X",
            "A/msg/B",
            "a__b/msg/C",
            "a_/msg/C",
            "1a/msg/C",
            "a/msg/c",
            "a/msg/C_d",
            "a/msg/C\0",
            "a/msg/",
            "/msg/C",
            "a/msg/Ĉ",
            "a/msg/C/msg/D",
            " a/msg/C",
            "a.b/msg/C",
        ];
        for name in bad {
            assert!(matches!(library().definition(name), Err(TypeError::Name(_))), "{name}");
        }
        assert!(!is_type_name(&format!("{}/msg/A", "a".repeat(300))));
    }

    #[test]
    fn a_definition_has_a_name_a_hash_and_a_plan() {
        let image = library().definition("sensor_msgs/msg/Image").unwrap();
        assert_eq!(image.name, "sensor_msgs/msg/Image");
        assert!(is_type_hash(&image.hash));
        assert_eq!(image.plan.strings().collect::<Vec<_>>(), ["header.frame_id", "encoding"]);
    }

    #[test]
    fn what_is_missing_is_said_with_what_to_do() {
        let missing = library().definition("nav2_msgs/msg/Costmap").unwrap_err();
        assert_eq!(
            missing.to_string(),
            "nav2_msgs is not installed: apt install ros-jazzy-nav2-msgs or source its workspace"
        );
        let missing = library().definition("std_msgs/msg/Strong").unwrap_err();
        assert!(missing.to_string().ends_with("but has no type Strong"), "{missing}");
        let nothing = TypeLibrary::new([]).definition("std_msgs/msg/String").unwrap_err();
        assert!(matches!(nothing, TypeError::NoPackage { .. }));
    }
}
