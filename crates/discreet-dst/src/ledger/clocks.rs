//! The promise that time does not go back.

use super::{Acting, Checked, Ledger, broken};

impl Ledger {
    /// A guard acts by its clock: one that was set back is not trusted.
    pub(super) fn clock(&mut self, acting: Acting) -> Checked {
        let latest = &mut self.robots[acting.robot].latest;
        if acting.second < *latest - 5 {
            let back = *latest - acting.second;
            return broken(
                "time does not go back",
                format!("the guard acted by a clock that is {back} s behind"),
            );
        }
        *latest = acting.second.max(*latest);
        Ok(())
    }
}
