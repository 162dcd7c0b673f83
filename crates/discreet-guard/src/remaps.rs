//! Remapping rules of the command line, and those of them that have no effect on data.
//!
//! The topics of a policy are absolute names, because a policy says what leaves whatever a launch file says: the data
//! plane takes no remapping rules. The node's own names (`__node`, `~/reload`, `/diagnostics`) can be remapped.

/// Topics of every node, which do not come from a policy.
const OWN: [&str; 3] = ["diagnostics", "rosout", "parameter_events"];

/// The rules among a program's arguments that have no effect.
pub fn without_effect(arguments: impl Iterator<Item = String>) -> Vec<String> {
    rules(arguments).into_iter().filter(|rule| !is_of_the_node(rule)).collect()
}

/// The rules: what follows `-r` or `--remap` between `--ros-args` and `--`.
fn rules(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let (mut rules, mut of_ros, mut next) = (Vec::new(), false, false);
    for argument in arguments {
        match argument.as_str() {
            _ if std::mem::take(&mut next) => rules.push(argument),
            "--ros-args" => of_ros = true,
            "--" => of_ros = false,
            "-r" | "--remap" => next = of_ros,
            _ => {}
        }
    }
    rules
}

/// True for a rule about a name of the node itself. A rule may begin with the node that it is for: `guard:__ns:=/robot1`.
fn is_of_the_node(rule: &str) -> bool {
    let from = rule.split_once(":=").map_or(rule, |(from, _)| from);
    let from =
        ["rostopic://", "rosservice://"].iter().find_map(|kind| from.strip_prefix(kind)).unwrap_or(from);
    let name = from.rsplit(':').next().unwrap_or_default();
    name.starts_with("__") || name.starts_with("~/") || OWN.contains(&name.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<String> {
        without_effect(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn rules_of_topics_are_told() {
        assert_eq!(
            told("guard --ros-args -r /scan:=/robot1/scan --remap cmd_vel:=/v"),
            ["/scan:=/robot1/scan", "cmd_vel:=/v"]
        );
        assert_eq!(
            told("guard --ros-args -r guard:/tf:=tf -r rostopic:///a:=/b"),
            ["guard:/tf:=tf", "rostopic:///a:=/b"]
        );
        assert_eq!(told("guard --ros-args -p policy:=p.yaml -r /a:=/b -- -r /c:=/d"), ["/a:=/b"]);
    }

    #[test]
    fn rules_of_the_nodes_own_names_have_their_effect() {
        let own = "guard --ros-args -r __ns:=/robot1 -r __node:=g -r guard:__name:=h -r ~/reload:=/again \
                   -r /diagnostics:=/robot1/diagnostics -r rosservice://~/reload:=/r -p x:=1";
        assert!(told(own).is_empty());
        assert!(told("guard -r /a:=/b").is_empty(), "it is not an argument of ROS");
        assert!(told("guard --ros-args -r").is_empty());
    }
}
