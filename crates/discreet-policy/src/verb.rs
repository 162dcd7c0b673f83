//! The three things that a rule allows, and everything in which they differ.

use discreet_seal::IngressKind;

discreet_host::words! {
    /// The action that a rule is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Verb {
        /// Reading a topic.
        Read = "read",
        /// Giving a command.
        Command = "command",
        /// Calling a service.
        Call = "call",
    }

    /// The key of a rule: `read: /scan`.
    name
}

impl Verb {
    /// A name that it is about: the key of a case, and the option of `discreet explain`.
    pub const fn object(self) -> &'static str {
        match self {
            Self::Read => "topic",
            Self::Command => "command",
            Self::Call => "service",
        }
    }

    /// The section of a policy that declares such names.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Read => "topics",
            Self::Command => "commands",
            Self::Call => "services",
        }
    }

    /// The code of the error for a name that the section does not have.
    pub const fn undeclared(self) -> &'static str {
        match self {
            Self::Read => "undeclared-topic",
            Self::Command => "undeclared-command",
            Self::Call => "undeclared-service",
        }
    }

    /// The kind of messages that it lets in; `None` if it lets out.
    pub const fn ingress(self) -> Option<IngressKind> {
        match self {
            Self::Read => None,
            Self::Command => Some(IngressKind::Command),
            Self::Call => Some(IngressKind::Call),
        }
    }

    /// True if the party receives data; false if it sends a command or a call, signed, into the robot.
    pub const fn is_read(self) -> bool {
        self.ingress().is_none()
    }

    /// True if the party receives something in a form: a topic, or the answer of a service.
    pub const fn has_form(self) -> bool {
        match self {
            Self::Read | Self::Call => true,
            Self::Command => false,
        }
    }
}
