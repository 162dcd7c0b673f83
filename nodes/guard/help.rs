//! The text of `guard --help`.

pub const HELP: &str = "\
The guard of Discreet: joins a robot's inner ROS 2 domain and the outer one, and releases what the policy allows.

Usually started by its launch file:
  ros2 launch discreet discreet.launch.py policy:=hotel.yaml inner_domain:=0 outer_domain:=1
or by hand, on the robot's own domain (ROS_DOMAIN_ID):
  guard --ros-args -p policy:=hotel.yaml -p outer_domain:=1

Parameters (also from a file: --ros-args --params-file guard.params.yaml):
  policy        the policy file; without a valid one nothing leaves. It is read again about a second after it
                has changed; replace it by a rename, so that it is never incomplete
  trust         a trust file: only policies signed by enough of the owners in it are accepted. Without one, the
                keeper's trust holds; if the keeper has none either, every valid policy is accepted
  outer_domain  the domain to release to, 0 to 232 (default 1)
  audit         the audit log (default ~/.ros/discreet/audit.log)
  audit_max_bytes, audit_max_age_hours
                size and age at which the log is rotated; audit.log.000001 is the first closed part
                (defaults 67108864 and 24; 0 for no limit)
  audit_keep_days
                days after which a closed part is removed, after an entry in the log (default 0: never)
  keeper        the socket of the keeper, which gives the sealing keys (default ~/.ros/discreet/keeper.sock)
  workers       threads for operational topics, and as many for contextual ones (default 2)
They are read at the start; `ros2 param set` is refused. Unknown parameters, as a launch file gives them to every node, are
logged; a misspelt name of one of these is an error.

Services:   ~/reload (std_srvs/srv/Trigger) reads the policy again at once and returns the outcome
Topics:     /diagnostics on the inner domain; on the outer domain /discreet/catalog, /discreet/grants, and next
            to a topic <topic>/tag and, sealed for stakeholders, <topic>/sealed/clear and <topic>/sealed/redacted;
            commands come in on <topic>/command and calls on <service>/call, sealed by a stakeholder

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 a fault, 2 wrong parameters
";
