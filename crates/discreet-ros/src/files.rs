//! Files that the middleware opens.

/// Makes every open file of this process, except standard input, output and error, close-on-exec, so that child
/// processes do not inherit it. The middleware's sockets lead into both domains, and it opens them inheritable.
pub fn keep_files_to_itself() {
    // SAFETY: changes a flag of this process's files, of all there are, and touches no memory. A kernel before 5.11 does
    // not know it and changes nothing.
    unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) };
}
