//! Files that the middleware opens.

/// Sees to it that no process that is started from now on inherits an open file of this one, but for standard input,
/// output and error. The middleware's sockets lead into both domains, and it leaves them open to be inherited.
pub fn keep_files_to_itself() {
    // SAFETY: changes a flag of this process's files, of all there are, and touches no memory. A kernel before 5.11 does
    // not know it and changes nothing.
    unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) };
}
