//! Scope of a policy: one robot, or every robot of a fleet.

use std::fmt;

/// Scope of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One robot, by its name.
    Robot(String),
    /// Every robot whose trust file names this fleet.
    Fleet(String),
}

impl Scope {
    /// From its two words, as [`fmt::Display`] writes them.
    pub fn new(kind: &str, name: &str) -> Option<Scope> {
        match kind {
            "robot" => Some(Scope::Robot(name.to_owned())),
            "fleet" => Some(Scope::Fleet(name.to_owned())),
            _ => None,
        }
    }

    /// `robot` or `fleet`.
    pub fn kind(&self) -> &'static str {
        match self {
            Scope::Robot(_) => "robot",
            Scope::Fleet(_) => "fleet",
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Scope::Robot(name) | Scope::Fleet(name) => name,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.name())
    }
}
