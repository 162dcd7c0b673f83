//! Actions in a difference: one line for all parts that change alike, else one for each part.

use super::{Changes, Direction, Gains, says, told};

const RULE: &str = "  - { who: desk, act: /nav, as: redacted }\n";
const HIDDEN: &str = "feedback.note: person, result.seal: remove, result.text: date (generalise)";

fn changed(to: &str) -> Vec<(Direction, String)> {
    told(&[], &[(RULE, to)])
}

#[test]
fn a_party_that_loses_all_parts_is_told_so_in_one_line() {
    assert_eq!(
        changed(""),
        [says(Direction::Loses, &format!("desk act /nav: redacted ({HIDDEN}) -> nothing"))]
    );
}

#[test]
fn parts_that_change_in_another_way_have_a_line_each() {
    let fleet = "  - { who: fleet, act: [/nav/_action/status, /nav/_action/feedback], as: redacted }\n";
    assert_eq!(
        changed(&format!("{RULE}{fleet}")),
        [
            says(
                Gains,
                "fleet act /nav/_action/feedback: nothing -> redacted (feedback.note: person) until 2027-02-01 00:00"
            ),
            says(Gains, "fleet act /nav/_action/status: nothing -> allowed until 2027-02-01 00:00"),
        ]
    );
}

#[test]
fn only_parts_with_text_have_a_form_that_changes() {
    let lines = changed(&RULE.replace("redacted", "clear"));
    let names: Vec<&str> = lines.iter().map(|(_, line)| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["desk act /nav/_action/feedback", "desk act /nav/_action/get_result"]);
}

#[test]
fn all_parts_of_which_one_changes_otherwise_have_a_line_each() {
    let night = "  - { who: desk, act: /nav/_action/feedback, deny: true, hours: \"22:00-06:00\" }\n";
    let fleet = RULE.replace("desk", "fleet");
    let lines = changed(&format!("{RULE}{fleet}{}", night.replace("desk", "fleet")));
    assert_eq!(lines.len(), 5, "{lines:?}");
    let feedback = &lines.iter().find(|(_, line)| line.contains("/feedback")).unwrap().1;
    assert!(
        feedback.ends_with("nothing -> redacted (feedback.note: person) 06:00-22:00 until 2027-02-01 00:00"),
        "{feedback}"
    );
}

#[test]
fn a_key_of_an_action_has_one_line_for_each_party_that_it_concerns() {
    let fleet = RULE.replace("desk, act: /nav,", "fleet, act: /nav/_action/feedback,");
    let more = (RULE, &*format!("{RULE}{fleet}"));
    let dock = ("action/NavigateToPose", "action/Dock");
    let types = "has /nav as nav2_msgs/action/Dock instead of nav2_msgs/action/NavigateToPose";
    assert_eq!(
        told(&[more], &[more, dock]),
        [says(Changes, &format!("desk {types}")), says(Changes, &format!("fleet {types}"))]
    );
    // Only a party that sends goals has some when its right ends.
    let finish = ("on_end: cancel, ", "on_end: finish, ");
    assert_eq!(
        told(&[more], &[more, finish]),
        [says(Gains, "desk has goals of /nav finished instead of cancelled when its right ends")]
    );
}

#[test]
fn an_action_that_is_new_is_told_as_a_whole() {
    let policy = super::POLICY;
    let start = policy.find("actions:").unwrap();
    let actions = &policy[start..policy.find("parameters:\n").unwrap()];
    let without = [(actions, ""), (RULE, "")];
    assert_eq!(told(&without, &[]), [says(Gains, &format!("desk act /nav: nothing -> redacted ({HIDDEN})"))]);
}
