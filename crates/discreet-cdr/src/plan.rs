//! The walk over a message, by a plan compiled from its type.

use super::{Malformed, Reader};
use discreet_host::steps;

/// The plan for walking messages of one type. Made once per route; see
/// [`Plan::compile`](super::Plan::compile).
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) steps: Box<[Step]>,
    /// The path of each string field, `status[].message`, wide ones too. Redaction identifies fields by it.
    pub(super) strings: Box<[String]>,
    pub(super) stamped: bool,
}

/// One step of the walk. Nested messages are already flattened into their parent's steps.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A run of fixed-size fields: align, then skip.
    Skip { align: usize, size: usize },
    /// A string, with its place in the plan's `strings`.
    String { field: usize, bound: Option<u32> },
    /// A wide string.
    WString { field: usize, bound: Option<u32> },
    /// A sequence of elements that all have the same size: one skip, however long.
    Sequence { align: usize, size: usize, stride: usize, bound: Option<u32> },
    /// A fixed array of elements that must be walked one by one.
    Array { count: u32, element: Box<[Step]>, smallest: usize },
    /// A sequence of elements that must be walked one by one.
    Elements { bound: Option<u32>, element: Box<[Step]>, smallest: usize },
}

/// A message that was walked to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    end: usize,
}

impl Walk {
    /// The end of the last field. Up to three bytes of padding may follow; `&message[..end]` is the same
    /// message without them (some senders fill them with uninitialised memory).
    pub fn end(&self) -> usize {
        self.end
    }
}

impl Plan {
    /// Walks all of `message`. Allocates nothing; takes a step per field, not per byte.
    pub fn check(&self, message: &[u8]) -> Result<Walk, Malformed> {
        let mut reader = Reader::new(message)?;
        walk(&self.steps, &mut reader)?;
        reader.end()?;
        Ok(Walk { end: reader.offset() })
    }

    /// The time in the message's header (seconds, nanoseconds), when its type begins with one.
    pub fn stamp(&self, message: &[u8]) -> Option<(i32, u32)> {
        if !self.stamped {
            return None;
        }
        let mut reader = Reader::new(message).ok()?;
        Some((reader.i32().ok()?, reader.u32().ok()?))
    }

    /// The paths of the string fields, wide ones too, in order: `header.frame_id`, `status[].message`. A
    /// field's number is its index here.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.strings.iter().map(String::as_str)
    }
}

/// Recursion is as deep as arrays nest in the type, which the compiler limits. The message has no influence
/// on it.
fn walk(steps: &[Step], reader: &mut Reader) -> Result<(), Malformed> {
    for step in steps {
        match step {
            Step::Skip { align, size } => reader.skip(*align, *size)?,
            Step::String { bound, .. } => drop(reader.string(*bound)?),
            Step::WString { bound, .. } => reader.skip_wstring(*bound)?,
            Step::Sequence { align, size, stride, bound } => {
                reader.skip_sequence(*align, *size, *stride, *bound)?
            }
            Step::Array { count, element, smallest } => {
                let needed = smallest.saturating_mul(*count as usize);
                if needed > reader.left() {
                    let missing = needed - reader.left();
                    return Err(Malformed::Truncated { offset: reader.offset(), missing });
                }
                for _ in 0..*count {
                    walk(element, reader)?;
                }
            }
            Step::Elements { bound, element, smallest } => {
                let count = reader.sequence(*smallest, *bound)?;
                steps::count(count as usize);
                for _ in 0..count {
                    walk(element, reader)?;
                }
            }
        }
    }
    Ok(())
}

/// The fewest bytes that `steps` can take, padding not counted.
pub(super) fn smallest(steps: &[Step]) -> usize {
    let one = |step: &Step| match step {
        Step::Skip { size, .. } => *size,
        Step::Array { count, smallest, .. } => smallest.saturating_mul(*count as usize),
        Step::String { .. } | Step::WString { .. } | Step::Sequence { .. } | Step::Elements { .. } => 4,
    };
    steps.iter().map(one).fold(0, usize::saturating_add)
}
