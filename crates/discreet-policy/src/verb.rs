//! The six things that a rule allows, and everything in which they differ.

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
        /// Using an action, or a part of one.
        Act = "act",
        /// Reading a parameter of a node.
        Get = "get",
        /// Setting a parameter of a node.
        Set = "set",
    }

    /// The key of a rule: `read: /scan`.
    name
}

impl Verb {
    /// A name that it is about, in words.
    pub const fn object(self) -> &'static str {
        match self {
            Self::Read => "topic",
            Self::Command => "command",
            Self::Call => "service",
            Self::Act => "action",
            Self::Get | Self::Set => "parameter",
        }
    }

    /// The key of a case about it, and the option of `discreet explain`.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Read | Self::Command | Self::Call | Self::Act => self.object(),
            Self::Get | Self::Set => self.name(),
        }
    }

    /// The section of a policy that declares such names.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Read => "topics",
            Self::Command => "commands",
            Self::Call => "services",
            Self::Act => "actions",
            Self::Get | Self::Set => "parameters",
        }
    }

    /// The code of the error for a name that the section does not have.
    pub const fn undeclared(self) -> &'static str {
        match self {
            Self::Read => "undeclared-topic",
            Self::Command => "undeclared-command",
            Self::Call => "undeclared-service",
            Self::Act => "undeclared-action",
            Self::Get | Self::Set => "undeclared-parameter",
        }
    }

    /// The kind of messages that it lets in; `None` if it lets out.
    pub const fn ingress(self) -> Option<IngressKind> {
        match self {
            Self::Read => None,
            Self::Command => Some(IngressKind::Command),
            // Of an action, feedback and status leave too: `Ingress::part` tells the parts apart.
            Self::Call | Self::Act | Self::Get | Self::Set => Some(IngressKind::Call),
        }
    }

    /// True if the party receives data; false if it sends a command, a call or a goal, signed, into the robot.
    pub const fn is_read(self) -> bool {
        self.ingress().is_none()
    }

    /// True if the party receives something in a form: a topic, the answer of a service, feedback, or a parameter.
    pub const fn has_form(self) -> bool {
        match self {
            Self::Read | Self::Call | Self::Act | Self::Get => true,
            Self::Command | Self::Set => false,
        }
    }
}
