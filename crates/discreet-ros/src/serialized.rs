//! A buffer for serialized messages with room around the part that rmw fills, so that a message is sealed in place.

use std::alloc::{Layout, alloc_zeroed, dealloc, realloc};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

use r2r_rcl as rcl;

use super::error::{RosError, check};

/// Bytes of a block before the part that rmw knows: the block's size, and the headroom of [`Framed`].
const BEFORE: usize = 64;
/// Bytes behind it.
const BEHIND: usize = 128;
/// Bytes before the message in a [`Framed`].
pub const HEADROOM: usize = 24;
/// Malloc's alignment on 64-bit machines; enough for everything that rmw copies.
const ALIGNMENT: usize = 16;

/// A buffer that messages are taken into, again and again. It grows to the largest message and stays there.
pub struct SerializedMessage {
    pub(super) array: rcl::rcutils_uint8_array_t,
}

/// A message with the room around it.
pub struct Framed<'a> {
    /// Begins [`HEADROOM`] bytes before the message, and ends at least 128 bytes behind it.
    pub buffer: &'a mut [u8],
    /// The message's own length.
    pub length: usize,
}

// SAFETY: the array owns its memory, and nothing else points to it.
unsafe impl Send for SerializedMessage {}

impl SerializedMessage {
    /// An empty buffer.
    pub fn new() -> SerializedMessage {
        let allocator = allocator();
        SerializedMessage {
            array: rcl::rcutils_uint8_array_t {
                buffer: ptr::null_mut(),
                buffer_length: 0,
                buffer_capacity: 0,
                allocator,
            },
        }
    }

    /// Replaces the content by a copy of `message`.
    pub fn fill(&mut self, message: &[u8]) -> Result<(), RosError> {
        if self.array.buffer_capacity < message.len() {
            // SAFETY: the array is valid: empty, or filled with memory of its own allocator.
            let code = unsafe { rcl::rcutils_uint8_array_resize(&mut self.array, message.len()) };
            check(code, || format!("making room for {} bytes", message.len()))?;
        }
        if !message.is_empty() {
            // SAFETY: the buffer has room for at least `message.len()` bytes, and is nobody else's.
            unsafe { ptr::copy_nonoverlapping(message.as_ptr(), self.array.buffer, message.len()) };
        }
        self.array.buffer_length = message.len();
        Ok(())
    }

    /// The message: encapsulation header and CDR.
    pub fn as_bytes(&self) -> &[u8] {
        if self.array.buffer.is_null() {
            return &[];
        }
        // SAFETY: `buffer` is valid for `buffer_length` bytes, zeroed when allocated; `self` is borrowed meanwhile.
        unsafe { std::slice::from_raw_parts(self.array.buffer, self.array.buffer_length) }
    }

    /// The message, mutable, as redaction needs it.
    pub fn as_mut_bytes(&mut self) -> &mut [u8] {
        if self.array.buffer.is_null() {
            return &mut [];
        }
        // SAFETY: as above, and `self` is borrowed exclusively meanwhile.
        unsafe { std::slice::from_raw_parts_mut(self.array.buffer, self.array.buffer_length) }
    }

    /// The message with the room around it. Without a message, the buffer is empty.
    pub fn framed(&mut self) -> Framed<'_> {
        if self.array.buffer.is_null() {
            return Framed { buffer: &mut [], length: 0 };
        }
        let length = HEADROOM + self.array.buffer_capacity + BEHIND;
        // SAFETY: every buffer of this array comes from `allocator`, whose blocks begin BEFORE bytes (more than
        // HEADROOM) before it and end BEHIND bytes after its capacity, all of it initialised; nobody else points there,
        // and `self` is borrowed exclusively meanwhile. The block's size, at its very beginning, is not within reach.
        let buffer =
            unsafe { std::slice::from_raw_parts_mut(self.array.buffer.wrapping_sub(HEADROOM), length) };
        Framed { buffer, length: self.array.buffer_length }
    }
}

impl Default for SerializedMessage {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for SerializedMessage {
    fn drop(&mut self) {
        // SAFETY: the array is empty or was filled with memory of its own allocator.
        unsafe { rcl::rcutils_uint8_array_fini(&mut self.array) };
    }
}

/// The allocator that rmw uses.
fn allocator() -> rcl::rcutils_allocator_t {
    rcl::rcutils_allocator_t {
        allocate: Some(allocate),
        deallocate: Some(deallocate),
        reallocate: Some(reallocate),
        zero_allocate: Some(zero_allocate),
        state: ptr::null_mut(),
    }
}

/// The layout of a block for `size` bytes; none if the size overflows.
fn layout(size: usize) -> Option<Layout> {
    let whole = size.checked_add(BEFORE + BEHIND)?;
    Layout::from_size_align(whole, ALIGNMENT).ok()
}

/// Zeroes all memory before handing it out: uninitialised bytes must not be read.
unsafe extern "C" fn allocate(size: usize, _state: *mut c_void) -> *mut c_void {
    let Some(layout) = layout(size) else { return ptr::null_mut() };
    // SAFETY: the layout is not of size zero.
    let block = unsafe { alloc_zeroed(layout) };
    // SAFETY: null, or a fresh block of that layout.
    unsafe { begin(block, size) }
}

unsafe extern "C" fn zero_allocate(count: usize, size: usize, state: *mut c_void) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: as the caller promised.
        Some(size) => unsafe { allocate(size, state) },
        None => ptr::null_mut(),
    }
}

unsafe extern "C" fn deallocate(pointer: *mut c_void, _state: *mut c_void) {
    let Some((block, size)) = known(pointer) else { return };
    if let Some(layout) = layout(size) {
        // SAFETY: the block was made by this allocator with this layout.
        unsafe { dealloc(block.as_ptr(), layout) };
    }
}

unsafe extern "C" fn reallocate(pointer: *mut c_void, size: usize, state: *mut c_void) -> *mut c_void {
    let Some((block, before)) = known(pointer) else {
        // SAFETY: as the caller promised.
        return unsafe { allocate(size, state) };
    };
    let (Some(old), Some(new)) = (layout(before), layout(size)) else { return ptr::null_mut() };
    // SAFETY: the block was made by this allocator with the old layout, and the new size is not zero. What was behind
    // the old part is moved along and what is new is zeroed, so that everything stays initialised.
    unsafe {
        let block = realloc(block.as_ptr(), old, new.size());
        if !block.is_null() && new.size() > old.size() {
            block.add(old.size()).write_bytes(0, new.size() - old.size());
        }
        begin(block, size)
    }
}

/// Notes the size at the block's beginning; gives the part that rmw knows.
///
/// # Safety
/// `block` is null or the beginning of a block with the layout for `size`.
unsafe fn begin(block: *mut u8, size: usize) -> *mut c_void {
    if block.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the caller's promise; a block is longer and better aligned than a usize.
    unsafe {
        block.cast::<usize>().write(size);
        block.add(BEFORE).cast()
    }
}

/// The beginning of this pointer's block, and its noted size.
fn known(pointer: *mut c_void) -> Option<(NonNull<u8>, usize)> {
    let block = NonNull::new(pointer)?.as_ptr().cast::<u8>().wrapping_sub(BEFORE);
    // SAFETY: rcutils gives back only what `begin` gave it, BEFORE bytes into a block with its size in front.
    let size = unsafe { block.cast::<usize>().read() };
    NonNull::new(block).map(|block| (block, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_around_a_message_it_stays_right_while_it_grows_and_shrinks() {
        let mut message = SerializedMessage::new();
        assert_eq!(message.framed().buffer.len(), 0);
        let mut seed = 1_u32;
        for _ in 0..2000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let bytes: Vec<u8> = (0..seed >> 16 & 0x7ff).map(|at| (at ^ seed) as u8).collect();
            message.fill(&bytes).unwrap();
            assert_eq!(message.as_bytes(), bytes);
            let Framed { buffer, length } = message.framed();
            assert_eq!(length, bytes.len());
            if bytes.is_empty() {
                continue;
            }
            assert_eq!(&buffer[HEADROOM..HEADROOM + length], bytes);
            assert!(buffer.len() >= HEADROOM + length + BEHIND);
            buffer[..HEADROOM].fill(0xaa);
            buffer[HEADROOM + length..].fill(0xbb);
            assert_eq!(message.as_bytes(), bytes);
        }
    }

    #[test]
    fn a_block_keeps_its_bytes_when_it_is_resized_and_is_zero_where_it_is_new() {
        // SAFETY: the calls are as rcutils makes them: each pointer came from the same allocator and is given back once.
        unsafe {
            let null = ptr::null_mut();
            let first = reallocate(null, 10, null).cast::<u8>();
            first.write_bytes(7, 10);
            let second = reallocate(first.cast(), 1 << 20, null).cast::<u8>();
            let bytes = std::slice::from_raw_parts(second, (1 << 20) + BEHIND);
            assert!(bytes[..10] == [7; 10] && bytes[10..].iter().all(|byte| *byte == 0));
            let third = reallocate(second.cast(), 4, null);
            assert_eq!(std::slice::from_raw_parts(third.cast::<u8>(), 4), [7; 4]);
            deallocate(third, null);
            deallocate(null, null);
            assert!(allocate(usize::MAX - 8, null).is_null());
            assert!(zero_allocate(usize::MAX / 2, 3, null).is_null());
            let fourth = zero_allocate(3, 5, null);
            deallocate(fourth, null);
        }
    }
}
