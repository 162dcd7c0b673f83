//! The policy itself: its robots, its time zone and its tags.

use jiff::tz::TimeZone;

use super::super::Policy;
use super::super::finding::plain;
use super::{ChangedPart, Differences, Direction, EVERYONE, Facet};

pub(super) fn compare(old: &Policy, new: &Policy, differences: &mut Differences) {
    if old.scope() != new.scope() {
        // All its rights apply to other robots: more on the new ones, less on the old.
        let scopes = [old, new].map(|policy| plain(&policy.scope().to_string()));
        let facet = Facet::instead("scope", scopes, Direction::Both, "finds this policy on");
        differences.push(EVERYONE, ChangedPart::Policy, "policy", &facet);
    }
    let zones = [old, new].map(|policy| zone(policy.zone()));
    let [before, after] = &zones;
    if before != after {
        let facet =
            Facet::instead("timezone", zones, Direction::Changes, "has hours and dates by the clock of");
        differences.push(EVERYONE, ChangedPart::Policy, "policy", &facet);
    }
    if old.tags() != new.tags() {
        let words =
            [old, new].map(|policy| if policy.tags() { "with tags" } else { "without tags" }.to_owned());
        let facet =
            Facet::instead("tags", words, Direction::of(new.tags(), old.tags()), "reads open messages");
        differences.push(EVERYONE, ChangedPart::Policy, "policy", &facet);
    }
}

fn zone(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}
