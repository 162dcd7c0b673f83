//! The promise that time does not go back.

use super::{Acting, Checked, Ledger, broken};

impl Ledger {
    /// A guard acts by its clock: one that was set back is not trusted.
    pub(super) fn clock(&mut self, acting: Acting) -> Checked {
        let ledger = &mut self.robots[acting.robot];
        let latest = ledger.latest.max(ledger.latest_of_run);
        if acting.second < latest - 5 {
            let back = latest - acting.second;
            return broken(
                "time does not go back",
                format!("the guard acted by a clock that is {back} s behind"),
            );
        }
        ledger.latest_of_run = acting.second.max(ledger.latest_of_run);
        // What only its memory had ends with it.
        if acting.writes {
            ledger.latest = acting.second.max(ledger.latest);
        }
        Ok(())
    }
}
