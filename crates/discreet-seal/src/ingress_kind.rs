//! The kinds of messages that come in.

discreet_host::words! {
    /// A command, or the request of a call.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum IngressKind {
        /// A message on an inner topic.
        Command = "command",
        /// The request of an inner service.
        Call = "call",
    }

    /// The word in signed contexts, in the audit, and in names on the outer domain.
    name
}

impl IngressKind {
    /// The outer topic or service for an inner one.
    pub fn outside(self, name: &str) -> String {
        format!("{name}/{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_name_outside() {
        assert_eq!(IngressKind::Command.outside("/cmd_vel"), "/cmd_vel/command");
        assert_eq!(IngressKind::Call.outside("/set_mode"), "/set_mode/call");
    }
}
