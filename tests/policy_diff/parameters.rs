//! Parameters in a difference: one line for all of a node that change alike, else one for each.

use super::{Changes, Direction, Gains, says, told};

const GET: &str = "  - { who: desk, get: /control, as: redacted }\n";
const SET: &str = "  - { who: fleet, set: [/control:speed, /control:mode] }\n";

fn changed(from: &str, to: &str) -> Vec<(Direction, String)> {
    told(&[], &[(from, to)])
}

#[test]
fn a_party_that_gains_all_of_a_node_is_told_so_in_one_line() {
    let more = format!("{GET}{}", GET.replace("desk", "fleet").replace("redacted", "clear"));
    assert_eq!(
        changed(GET, &more),
        [says(Gains, "fleet get /control: nothing -> allowed until 2027-02-01 00:00")]
    );
}

#[test]
fn parameters_that_change_in_another_way_have_a_line_each() {
    assert_eq!(
        changed(SET, &SET.replace("[/control:speed, /control:mode]", "/control:speed")),
        [says(Direction::Loses, "fleet set /control:mode: allowed until 2027-02-01 00:00 -> nothing")]
    );
    // Numbers have no redacted form.
    let lines = changed(GET, &GET.replace("redacted", "clear"));
    let names: Vec<&str> = lines.iter().map(|(_, line)| line.split(':').nth(1).unwrap()).collect();
    assert_eq!(names, ["mode", "note"], "{lines:?}");
}

#[test]
fn a_key_has_one_line_for_each_party_that_it_concerns() {
    assert_eq!(
        changed("speed: { type: double", "speed: { type: double_array"),
        [
            says(Changes, "desk has /control:speed as double_array instead of double"),
            says(Changes, "fleet has /control:speed as double_array instead of double"),
        ]
    );
    let lines = changed("rate: 5, names", "names");
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn a_new_parameter_is_told_to_those_that_may_have_it() {
    let lines = changed("names: { speed", "names: { gear: { type: integer }, speed");
    assert_eq!(lines, [says(Gains, "desk get /control:gear: nothing -> allowed")]);
}
