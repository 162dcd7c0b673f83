//! Rights of users at the keeper's socket. The kernel tells the user of a connection.

use std::path::PathBuf;

use super::super::peer::own_uid;

/// The socket, and the rights of users at it.
///
/// A guard gets keys; an administrator revokes, grants and lists access. These are different rights: an attacker in a
/// guard must not be able to grant again what was revoked.
#[derive(Debug, Clone)]
pub struct Door {
    /// The socket.
    pub socket: PathBuf,
    /// Users whose guards are given keys.
    pub guards: Vec<u32>,
    /// Users who may administer, in addition to root and the keeper's own.
    pub admins: Vec<u32>,
    /// The keeper's own user may run a guard. An attacker in that guard is the keeper's user too, and so has all that
    /// the keeper has.
    pub same_user: bool,
}

impl Door {
    /// True if this user may send a hello.
    pub fn lets_in(&self, uid: u32) -> bool {
        self.refuses_guard(uid).is_none() || self.refuses_admin(uid).is_none()
    }

    /// True if no user but the keeper's own is named.
    pub fn is_private(&self) -> bool {
        let own = own_uid();
        self.guards.iter().chain(&self.admins).all(|uid| *uid == own)
    }

    /// Reason for which a guard of this user gets no keys; `None` if it does.
    pub fn refuses_guard(&self, uid: u32) -> Option<String> {
        if uid == own_uid() {
            return (!self.same_user).then(|| {
                format!(
                    "the guard runs as user {uid}, as the keeper does, so that an attacker in it would have all \
                     that the keeper has: run it as another user and start the keeper with --guard-uid of that one, or \
                     with --same-user to try it out (docs/keys.md)"
                )
            });
        }
        (!self.guards.contains(&uid)).then(|| {
            format!("the keeper gives no keys to guards of user {uid}: start it with --guard-uid {uid} if it should")
        })
    }

    /// Reason for which this user's orders are refused; `None` if they are not.
    pub fn refuses_admin(&self, uid: u32) -> Option<String> {
        let may = uid == 0 || uid == own_uid() || self.admins.contains(&uid);
        (!may).then(|| {
            match self.guards.contains(&uid) {
                true => format!("the keeper takes no orders of user {uid}, whose guards it gives keys: give them as another user"),
                false => format!("the keeper takes no orders of user {uid}: start it with --admin-uid {uid} if it should"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_and_administrators_have_rights_of_their_own() {
        let own = own_uid();
        let (guard, admin, stranger) = (own + 1, own + 2, own + 3);
        let door =
            Door { socket: "k".into(), guards: vec![guard, own], admins: vec![admin], same_user: false };
        let may = |uid| (door.refuses_guard(uid).is_none(), door.refuses_admin(uid).is_none());
        assert_eq!(may(guard), (true, false));
        assert_eq!(may(admin), (false, true));
        assert_eq!(may(own), (false, true), "also if it is named: that takes --same-user");
        assert_eq!(may(stranger), (false, false));
        assert!(may(0).1 && !door.lets_in(stranger) && !door.is_private());
        let door = Door { guards: Vec::new(), admins: Vec::new(), same_user: true, ..door };
        assert!(door.refuses_guard(own).is_none() && door.is_private());
    }
}
