//! The dialect of CDR on the wire, where implementations differ: the one that Fast DDS writes for ROS 2 Jazzy.

use super::HEADER;

/// The bytes of a UTF-16 unit of a wide string. Its length counts units; there is no NUL.
pub(crate) const WIDE_UNIT: usize = 4;

/// The value of a bool: anything but 0 is true, as in older readers.
pub(crate) const fn is_true(byte: u8) -> bool {
    byte != 0
}

/// True for big-endian numbers. `None` if the header names another encoding than plain CDR, version 1.
pub(crate) const fn is_big_endian(header: [u8; HEADER]) -> Option<bool> {
    // The last option byte may count the padding at the end (0 to 3). Other values would hide data.
    match header {
        [0, order @ (0 | 1), 0, 0..=3] => Some(order == 0),
        _ => None,
    }
}
