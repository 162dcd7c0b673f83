//! Calls: a request comes in like a command, and its answer leaves sealed for the caller alone.

use blake3::Hasher;

use super::addressed::{self, Bound, Direction, OUTWARD, Unopenable};
use super::command::{Unsendable, seal_command_drawing};
use super::header::{Parts, Sealing, split};
use super::identity_hash::party;
use super::{ContextDigest, HEADROOM, OpenError, Receiver, SenderKey};
use crate::identity::{Identity, PublicIdentity};
use discreet_cdr::{Malformed, Reader};
use discreet_host::secret::Secret;

const ANSWER: &str = "discreet 2026-11 call answer context v1";

/// The request that an answer belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    context: ContextDigest,
    stamp_ns: u64,
    key: u32,
}

impl Ticket {
    /// The ticket of a sealed request. Take it before the request is opened in place.
    pub fn of(context: &ContextDigest, request: &[u8]) -> Result<Ticket, OpenError> {
        // Only the part that the request itself covers: middleware may pad the bytes after it.
        let mut head = request.first_chunk::<HEADROOM>().copied().ok_or(OpenError::Truncated)?;
        let [.., a, b, c, d] = head;
        let end = HEADROOM.saturating_add(u32::from_le_bytes([a, b, c, d]) as usize);
        let body = request.get(HEADROOM..end).ok_or(OpenError::Truncated)?;
        let [_, _, _, _, stamp @ ..] = &mut head;
        let stamp = stamp.first_chunk().copied().ok_or(OpenError::Truncated)?;
        let header = request.get(4..20).ok_or(OpenError::Truncated)?;
        let mut hasher = Hasher::new_derive_key(ANSWER);
        hasher.update(&context.0).update(header).update(body);
        Ok(Ticket {
            context: ContextDigest(*hasher.finalize().as_bytes()),
            stamp_ns: u64::from_le_bytes(stamp),
            key: super::key_id(request)?,
        })
    }
}

/// Seals a serialized request. Its answer opens with the ticket.
pub fn seal_call(
    me: &Identity,
    receiver: &Receiver,
    context: &ContextDigest,
    stamp_ns: u64,
    request: &[u8],
) -> Result<(Vec<u8>, Ticket), Unsendable> {
    seal_call_drawing(me, receiver, context, stamp_ns, request, &Secret::random()?)
}

/// The same, with its randomness as an argument.
pub fn seal_call_drawing(
    me: &Identity,
    receiver: &Receiver,
    context: &ContextDigest,
    stamp_ns: u64,
    request: &[u8],
    random: &Secret<32>,
) -> Result<(Vec<u8>, Ticket), Unsendable> {
    let sealed = seal_command_drawing(me, receiver, context, stamp_ns, request, random)?;
    let ticket = Ticket::of(context, &sealed).map_err(|_| Unsendable::TooLong)?;
    Ok((sealed, ticket))
}

/// The guard's side: seals a serialized response for the caller.
pub fn seal_response(
    sender: &SenderKey,
    caller: &PublicIdentity,
    ticket: &Ticket,
    response: &[u8],
) -> Result<Vec<u8>, Unsendable> {
    seal_response_drawing(sender, caller, ticket, response, &Secret::random()?)
}

/// The same, with its randomness as an argument.
pub fn seal_response_drawing(
    sender: &SenderKey,
    caller: &PublicIdentity,
    ticket: &Ticket,
    response: &[u8],
    random: &Secret<32>,
) -> Result<Vec<u8>, Unsendable> {
    let party = party(caller);
    let bound = Bound { direction: &OUTWARD, context: &ticket.context, party: &party };
    let header = addressed::header(ticket.stamp_ns, ticket.key);
    let sign = |statement: &[u8]| sender.sign(statement);
    Ok(addressed::seal(&bound, header, &caller.receive, random, sign, response)?)
}

/// The caller's side: opens the answer to its own request in place.
pub fn open_response<'a>(
    me: &Identity,
    receiver: &Receiver,
    ticket: &Ticket,
    message: &'a mut [u8],
) -> Result<&'a mut [u8], OpenError> {
    let outward = Outward { direction: &OUTWARD, context: &ticket.context, key: ticket.key };
    open_outward(me, receiver, &outward, message).map(|(_, response)| response)
}

/// The binding of a message from the guard to one stakeholder.
pub(super) struct Outward<'a> {
    pub direction: &'a Direction,
    pub context: &'a ContextDigest,
    /// The id of the guard's key for commands.
    pub key: u32,
}

/// Opens a message from the guard to `me` in place; returns its counter, and the serialized message.
pub(super) fn open_outward<'a>(
    me: &Identity,
    receiver: &Receiver,
    outward: &Outward<'_>,
    message: &'a mut [u8],
) -> Result<(u64, &'a mut [u8]), OpenError> {
    let Parts { header, bytes: [.., suite, flags, _], body } = split(message)?;
    if header.sealing != Sealing::Hpke {
        return Err(OpenError::Suite(suite));
    }
    if !header.signed || header.padded {
        return Err(OpenError::Flags(flags));
    }
    if header.key != outward.key {
        return Err(OpenError::Key(header.key));
    }
    let party = party(me.public());
    let bound = Bound { direction: outward.direction, context: outward.context, party: &party };
    let counter = header.counter;
    let opened = addressed::open(&bound, header, me.receive(), &receiver.terms().sender, body);
    let message = opened.map_err(|why| match why {
        Unopenable::Truncated => OpenError::Truncated,
        Unopenable::Signature => OpenError::Signature,
        Unopenable::Changed => OpenError::Changed,
    })?;
    Ok((counter, message))
}

/// The guard's answer to a call: `discreet_interfaces/srv/Call_Response`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallAnswer<'a> {
    /// A serialized `Sealed`.
    Sealed(Vec<u8>),
    /// The reason for a refusal. Not signed: only a hint for the caller.
    Refused(&'a str),
}

/// Writes the serialized response. The order of fields is that of
/// interfaces/discreet_interfaces/srv/Call.srv.
pub fn write_call_answer(answer: &CallAnswer<'_>) -> Vec<u8> {
    let (sealed, refused) = match answer {
        CallAnswer::Sealed(sealed) => (sealed.as_slice(), ""),
        CallAnswer::Refused(why) => {
            (&[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], *why)
        }
    };
    let mut bytes = sealed.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let why = refused.split('\0').next().unwrap_or_default();
    bytes.extend_from_slice(&u32::try_from(why.len() + 1).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(why.as_bytes());
    bytes.push(0);
    bytes
}

/// Reads the serialized response.
pub fn read_call_answer(bytes: &[u8]) -> Result<CallAnswer<'_>, Malformed> {
    let mut reader = Reader::new(bytes)?;
    let _header: [u8; 16] = reader.bytes()?;
    let length = reader.sequence(1, None)? as usize;
    let end = HEADROOM.saturating_add(length);
    let sealed = bytes.get(..end).ok_or(Malformed::Encapsulation)?;
    let mut rest = Reader::new(bytes)?;
    rest.skip(1, end.saturating_sub(4))?;
    let refused = rest.string(None)?;
    rest.end()?;
    match refused {
        [] => Ok(CallAnswer::Sealed(sealed.to_vec())),
        why => Ok(CallAnswer::Refused(std::str::from_utf8(why).unwrap_or("the reason is not text"))),
    }
}
