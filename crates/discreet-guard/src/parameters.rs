//! The parameters of a node: their description in `--help`, and those given to a node that does not have them.
//!
//! A launch file may give parameters to every node (`SetParameter`, `/**` in a file), and ROS 2 itself has some for
//! all: these are no reason to stop. A misspelt name of one of ours is: it would silently have no effect.

use std::fmt::Write as _;

use discreet_policy::finding::closest;

/// A parameter of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its meaning, in lines of at most 100 characters; with the default.
    pub help: &'static str,
}

/// The parameters as `--help` shows them: names on the left, meanings on the right.
pub fn help(parameters: &[Parameter]) -> String {
    let mut text = String::new();
    for Parameter { name, help } in parameters {
        let mut name = *name;
        for line in help.lines() {
            // A long name has a line of its own.
            if name.len() >= COLUMN {
                let _written = writeln!(text, "  {name}");
                name = "";
            }
            let _written = writeln!(text, "  {name:COLUMN$}{line}");
            name = "";
        }
    }
    text
}

/// Width of the column of names.
const COLUMN: usize = 17;

/// Known names that the given name probably misspells.
const ENDS: [&str; 8] = ["s", "_file", "_path", "_log", "_socket", "_id", "_name", "_count"];

/// The `given` names that are not `known`; an error if one of them is probably a misspelling of a known one.
pub fn foreign<'a>(given: impl Iterator<Item = &'a str>, known: &[&str]) -> Result<Vec<&'a str>, String> {
    let mut foreign = Vec::new();
    for name in given.filter(|name| !known.contains(name) && !is_of_ros(name)) {
        if let Some(meant) = meant(name, known) {
            return Err(format!(
                "unknown parameter `{}`; did you mean `{meant}`? If it is another node's, give it to that node alone, not to all \
                 (`/**`)",
                name.escape_default()
            ));
        }
        foreign.push(name);
    }
    Ok(foreign)
}

/// True for a parameter that ROS 2 may give to any node.
fn is_of_ros(name: &str) -> bool {
    matches!(
        name,
        "use_sim_time" | "start_type_description_service" | "enable_rosout" | "enable_logger_service"
    ) || name.starts_with("qos_overrides.")
}

fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // Other notations: `Outer-Domain`, `outerDomain`, `guard.outer_domain`.
    let name = name.rsplit(['.', '/']).next().unwrap_or_default().to_ascii_lowercase().replace('-', "_");
    let begins = |known: &&&str| ENDS.iter().any(|end| name.strip_suffix(end) == Some(**known));
    closest(&name, known.iter().copied())
        .and_then(|close| known.iter().find(|known| **known == close))
        .or_else(|| known.iter().find(begins))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_has_each_parameter_with_its_meaning() {
        let parameters = [
            Parameter { name: "policy", help: "the policy file;\nread again after a change" },
            Parameter { name: "audit_max_age_hours", help: "the age" },
        ];
        let expected = "  policy           the policy file;\n                   read again after a change\n  \
                        audit_max_age_hours\n                   the age\n";
        assert_eq!(help(&parameters), expected);
    }

    const KNOWN: [&str; 5] = ["policy", "audit", "keeper", "outer_domain", "workers"];

    #[test]
    fn what_is_given_to_every_node_is_no_reason_to_stand_still() {
        let given = [
            "policy",
            "robot_model",
            "robot_name",
            "use_sim_time",
            "start_type_description_service",
            "qos_overrides./parameter_events.publisher.depth",
            "namespace",
            "map_server.yaml_filename",
        ];
        let told = foreign(given.into_iter(), &KNOWN);
        assert_eq!(told, Ok(vec!["robot_model", "robot_name", "namespace", "map_server.yaml_filename"]));
    }

    #[test]
    fn a_misspelt_one_of_ours_is_refused_with_the_right_one() {
        for (given, meant) in [
            ("polcy", "policy"),
            ("Policy", "policy"),
            ("policy_file", "policy"),
            ("outer-domain", "outer_domain"),
            ("outerDomain", "outer_domain"),
            ("outer_domain_id", "outer_domain"),
            ("guard.outer_domain", "outer_domain"),
            ("worker", "workers"),
            ("audit_log", "audit"),
            ("keepr", "keeper"),
        ] {
            let error = foreign([given].into_iter(), &KNOWN).err().unwrap_or_default();
            assert!(error.contains(&format!("did you mean `{meant}`?")), "{given}: {error}");
        }
    }
}
