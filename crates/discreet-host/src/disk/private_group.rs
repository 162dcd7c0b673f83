//! Groups that have one user only, such as the group of the same name that Ubuntu and Debian give each user.
//!
//! With such a group their default umask is 002, so new files may be written by the group. That gives no right to
//! anybody else, and Debian's OpenSSH accepts it too. A group counts as shared unless the local
//! files show otherwise: users and groups of a directory service are not looked up.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs;
use std::path::Path;

use rustix::io::Errno;

/// The extended attribute with the access control list. With one, the mode of the group is only an upper bound of the
/// rights of other users (acl(5)).
const ACCESS_LIST: &CStr = c"system.posix_acl_access";

/// The local files that tell who is in a group.
pub struct Accounts {
    passwd: String,
    group: String,
    switch: String,
}

impl Accounts {
    /// Reads them. A file that cannot be read is empty, so that no group is private.
    pub fn system() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self { passwd: read("/etc/passwd"), group: read("/etc/group"), switch: read("/etc/nsswitch.conf") }
    }

    /// Is root or `own` the only user of the group with the number `gid`?
    pub fn is_private(&self, gid: u32, own: u32) -> bool {
        let Some(users) = self.users_of(gid) else { return false };
        let mut users = users.into_iter();
        matches!((users.next(), users.next()), (Some(user), None) if user == 0 || user == own)
    }

    /// The users of a group, by their numbers; none if they are not completely known.
    fn users_of(&self, gid: u32) -> Option<BTreeSet<u32>> {
        if !self.is_local() {
            return None;
        }
        let of_group = |line: &&str| field(line, 2) == Some(gid.to_string().as_str());
        let mut groups = self.group.lines().filter(of_group).peekable();
        groups.peek()?;
        let members = groups.flat_map(|line| field(line, 3).unwrap_or_default().split(','));
        let members = members.filter(|name| !name.is_empty()).map(|name| self.user(name));
        let primary = self.passwd.lines().filter(|line| field(line, 3) == Some(gid.to_string().as_str()));
        members.chain(primary.map(|line| field(line, 2)?.parse().ok())).collect()
    }

    fn user(&self, name: &str) -> Option<u32> {
        let line = self.passwd.lines().find(|line| field(line, 0) == Some(name))?;
        field(line, 2)?.parse().ok()
    }

    /// Are all users and groups in the local files? nsswitch.conf(5); without that file they are.
    fn is_local(&self) -> bool {
        let lines = self.switch.lines().map(|line| line.split('#').next().unwrap_or_default());
        let databases = lines.filter_map(|line| line.split_once(':'));
        let accounts = databases.filter(|(name, _)| matches!(name.trim(), "passwd" | "group" | "initgroups"));
        let mut sources = accounts.flat_map(|(_, sources)| sources.split_whitespace());
        sources.all(|source| matches!(source, "files" | "systemd"))
    }
}

/// Has the file or folder no access control list?
pub fn has_no_access_list(path: &Path) -> bool {
    let found = rustix::fs::getxattr(path, ACCESS_LIST, &mut [0_u8; 0]);
    matches!(found, Err(Errno::NODATA | Errno::NOTSUP))
}

fn field(line: &str, number: usize) -> Option<&str> {
    line.split(':').nth(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: u32 = 1000;

    fn accounts(passwd: &str, group: &str, switch: &str) -> Accounts {
        let passwd =
            format!("root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n{passwd}");
        Accounts { passwd, group: format!("root:x:0:\n{group}"), switch: switch.to_owned() }
    }

    #[test]
    fn the_group_of_one_user_is_private_to_it_and_that_of_root_to_everyone() {
        let found = accounts(
            "",
            "ada:x:1000:\n",
            "passwd: files systemd\ngroup:  files systemd # local\nhosts: dns\n",
        );
        assert!(found.is_private(1000, ADA) && found.is_private(0, ADA));
        assert!(!found.is_private(1000, 1001), "a group of another user");
        assert!(accounts("", "ada:x:1000:ada\n", "").is_private(1000, ADA), "named once more as a member");
    }

    #[test]
    fn a_group_of_others_or_of_nobody_known_is_not_private() {
        for (passwd, group) in [
            ("bob:x:1001:1001::/:/bin/sh\n", "ada:x:1000:bob\n"),
            ("bob:x:1001:1000::/:/bin/sh\n", "ada:x:1000:\n"),
            ("bob:x:1001:1001::/:/bin/sh\n", "ada:x:1000:\nstaff:x:1000:bob\n"),
            ("", "ada:x:1000:somebody_of_a_directory\n"),
            ("bob:x:many:1000::/:/bin/sh\n", "ada:x:1000:\n"),
            ("", ""),
            ("", "ada:x:2000:\n"),
        ] {
            assert!(!accounts(passwd, group, "").is_private(1000, ADA), "{passwd} {group}");
        }
        assert!(!accounts("", "empty:x:50:\n", "").is_private(50, ADA));
    }

    #[test]
    fn with_a_directory_service_no_group_is_private() {
        for switch in [
            "passwd: files sss\n",
            "group: files [SUCCESS=merge] sss\n",
            "passwd: compat\n",
            "initgroups: ldap",
        ] {
            assert!(!accounts("", "ada:x:1000:\n", switch).is_private(1000, ADA), "{switch}");
        }
    }

    /// `setfacl -m u:4711:rw`, as the kernel stores it: version 2, then tag, rights and user of each entry.
    fn let_another_user_write(file: &Path) -> rustix::io::Result<()> {
        let entries: [(u16, u16, u32); 5] =
            [(1, 6, u32::MAX), (2, 6, 4711), (4, 4, u32::MAX), (16, 6, u32::MAX), (32, 4, u32::MAX)];
        let mut list = 2_u32.to_le_bytes().to_vec();
        for (tag, rights, user) in entries {
            list.extend(tag.to_le_bytes().into_iter().chain(rights.to_le_bytes()).chain(user.to_le_bytes()));
        }
        rustix::fs::setxattr(file, ACCESS_LIST, &list, rustix::fs::XattrFlags::empty())
    }

    #[test]
    fn an_access_list_is_noticed() {
        let file = std::env::temp_dir().join(format!("discreet-access-list-{}", std::process::id()));
        fs::write(&file, "x").unwrap();
        assert!(has_no_access_list(&file));
        match let_another_user_write(&file) {
            Ok(()) => assert!(!has_no_access_list(&file)),
            Err(error) => assert_eq!(error, Errno::NOTSUP, "a file system without such lists"),
        }
        fs::remove_file(file).unwrap();
    }
}
