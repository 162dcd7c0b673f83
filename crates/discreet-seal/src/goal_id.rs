//! Ids of goals: outside those of the stakeholders' clients, inside ids that belong to one stakeholder each.

use super::identity_hash::party;
use crate::identity::PublicIdentity;

const ID: &str = "discreet 2026-12 goal id inside v1";
const MARK: &str = "discreet 2026-12 goal id mark v1";
/// The bytes before the mark.
const START: usize = 12;

/// The id of a goal (unique_identifier_msgs/msg/UUID).
pub type GoalId = [u8; 16];

/// The id inside of a stakeholder's goal: a hash of the action, the stakeholder's keys and the id outside, and a mark. Nobody
/// can name a goal of somebody else, and a guard that has started again finds the same id.
pub fn inner_goal_id(action: &str, owner: &PublicIdentity, outer: &GoalId) -> GoalId {
    let mut hasher = blake3::Hasher::new_derive_key(ID);
    hasher.update(&party(owner)).update(outer).update(action.as_bytes());
    let mut id = GoalId::default();
    let (start, end) = id.split_at_mut(START);
    hasher.finalize_xof().fill(start);
    end.copy_from_slice(&mark(start));
    id
}

/// True of ids that a guard has made; by chance, of one in four billion others.
pub fn is_inner_goal_id(id: &GoalId) -> bool {
    id.split_last_chunk().is_some_and(|(start, end)| mark(start) == *end)
}

fn mark(start: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = blake3::derive_key(MARK, start);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_outside_is_another_goal_for_each_stakeholder_and_action() {
        let party = |byte: u8| PublicIdentity { name: "desk".into(), receive: [byte; 32], sign: [byte; 32] };
        let mut ids = vec![
            inner_goal_id("/go", &party(1), &[7; 16]),
            inner_goal_id("/go", &party(2), &[7; 16]),
            inner_goal_id("/dock", &party(1), &[7; 16]),
            inner_goal_id("/go", &party(1), &[8; 16]),
        ];
        assert!(ids.iter().all(is_inner_goal_id));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4);
        assert!(!is_inner_goal_id(&[7; 16]));
    }
}
