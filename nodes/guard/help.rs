//! The text of `guard --help`.

use discreet_guard::parameters;
use discreet_ros::GUARD_PARAMETERS;

/// The text.
pub fn text() -> String {
    format!("{BEFORE}{}{AFTER}", parameters::help(&GUARD_PARAMETERS))
}

const BEFORE: &str = "\
The guard of Discreet: joins a robot's inner ROS 2 domain and the outer one, and releases what the policy allows.

Usually started by its launch file:
  ros2 launch discreet discreet.launch.py policy:=hotel.yaml inner_domain:=0 outer_domain:=1
or by hand, on the robot's own domain (ROS_DOMAIN_ID):
  guard --ros-args -p policy:=hotel.yaml -p outer_domain:=1

Parameters (also from a file: --ros-args --params-file guard.params.yaml):
";

const AFTER: &str = "\
They are read at the start; `ros2 param set` is refused. Unknown parameters, as a launch file gives them to every node, are
logged; a misspelt name of one of these is an error.

Services:   ~/reload (std_srvs/srv/Trigger) reads the policy again at once and returns the outcome
            with `lifecycle:=true`, those of a managed node: ~/change_state, ~/get_state, ...
Topics:     /diagnostics on the inner domain; on the outer domain /discreet/catalog, /discreet/grants, and next
            to a topic, sealed for stakeholders, <topic>/sealed/clear and <topic>/sealed/redacted, and <topic>/tag
            with `tags: true` in the policy; commands come in on <topic>/command and calls on <service>/call, sealed by a stakeholder

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 a fault, 2 wrong parameters
";
