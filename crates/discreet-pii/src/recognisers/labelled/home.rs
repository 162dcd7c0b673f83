//! Accounts whose home is a folder: `/home/petra.k/ws`, `C:\\Users\\Petra`.

use std::ops::Range;

/// Accounts of programs and of machines.
const MACHINES: &str = "root ubuntu user users ros ros2 robot robots pi runner admin administrator app node vagrant ec2-user jenkins \
    docker build builder work workspace ws src test guest default public shared operator developer dev nvidia jetson turtlebot \
    husky clearpath www-data git linuxbrew student nobody service system username name your_user youruser me you kiosk debian \
    fedora centos steam vscode devcontainer conda container agent ci deploy colcon catkin assistant panel page index screen \
    automation office";
/// The longest name of an account.
const LONGEST: usize = 32;

/// The account behind the folder of homes `start..end`.
pub(crate) fn home(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let word = text.get(start..end).filter(|word| matches!(*word, "home" | "Users" | "homes"))?;
    let bytes = text.as_bytes();
    let sign = *bytes.get(end)?;
    let before = start.checked_sub(1).and_then(|at| bytes.get(at))?;
    let root = start.checked_sub(2).and_then(|at| bytes.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let slashes = bytes.get(end..)?.iter().take(2).take_while(|byte| **byte == sign).count();
    let from = end + slashes;
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let length = bytes.get(from..)?.iter().take(LONGEST + 1).take_while(inside).count();
    let account = text.get(from..from + length)?.trim_end_matches('.');
    let fits = *before == sign
        && (root || word == "homes")
        && (2..=LONGEST).contains(&account.len())
        && account.starts_with(|c: char| c.is_ascii_alphabetic())
        && !MACHINES.split(' ').any(|known| known.eq_ignore_ascii_case(account));
    fits.then(|| from..from + account.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_has_the_name_of_an_account() {
        let found = |text: &str| {
            let start = text.find("home").or(text.find("Users")).unwrap();
            let end = start + text[start..].find(['/', '\\']).unwrap();
            home(text, start, end).map(|at| text[at].to_owned())
        };
        for (text, account) in [
            ("/home/lotte.g/ws", "lotte.g"),
            ("cd /home/lotteg.", "lotteg"),
            ("C:\\Users\\Lotte.Graf\\x", "Lotte.Graf"),
            ("\"/Users/lotteg\"", "lotteg"),
        ] {
            assert_eq!(found(text).as_deref(), Some(account), "{text}");
        }
        for text in ["/home/ubuntu/ws", "/home/", "home/lotte", "a/home/lotte", "/home/1234", "/home/%u/x"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
