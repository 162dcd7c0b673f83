//! Calls: an answer is for one caller, to one request.

use discreet_seal::{
    CallAnswer, CommandContext, CommandOpener, IngressKind, SenderKey, Ticket, open_response,
    read_call_answer, seal_call, seal_response, write_call_answer,
};

use super::world::*;

fn context() -> CommandContext<'static> {
    let (name, type_name) = ("/set_mode", "std_srvs/srv/SetBool");
    CommandContext { kind: IngressKind::Call, name, type_name, ..command_context() }
}

fn request(stamp: u64) -> (Vec<u8>, Ticket) {
    seal_call(&desk(), &receiver(), &context().digest(), stamp, b"request").unwrap()
}

fn answer(request: &[u8], by: &SenderKey) -> Vec<u8> {
    let ticket = Ticket::of(&context().digest(), request).unwrap();
    seal_response(by, desk().public(), &ticket, b"response").unwrap()
}

fn open(ticket: &Ticket, message: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut message = message.to_vec();
    open_response(&desk(), &receiver(), ticket, &mut message)
        .map(|text| text.to_vec())
        .map_err(|why| why.label())
}

#[test]
fn a_call_is_opened_by_the_guard_and_its_answer_by_the_caller() {
    let (sealed, ticket) = request(STAMP);
    assert_eq!(open(&ticket, &answer(&sealed, &sender())).as_deref(), Ok(&b"response"[..]));
    let (opener, desk) = (CommandOpener::new(receiving(), RECEIVER), desk());
    let (mut sealed, known) = (sealed, [desk.public()]);
    let opened = opener.open(&context().digest(), among(&known), &mut sealed).unwrap();
    assert_eq!((opened.sender.name.as_str(), &*opened.message), ("front_desk", &b"request"[..]));
}

#[test]
fn every_byte_of_an_answer_that_is_changed_is_noticed() {
    let (sealed, ticket) = request(STAMP);
    let answer = answer(&sealed, &sender());
    for (at, changed) in flips(&answer) {
        // The length of what middleware filled up is not part of the message.
        assert!(open(&ticket, &changed).is_err(), "byte {at}");
    }
}

#[test]
fn an_answer_to_another_request_or_by_another_guard_is_refused() {
    let (first, ticket) = request(STAMP);
    let (second, _) = request(STAMP); // same stamp, same content
    assert_eq!(open(&ticket, &answer(&second, &sender())), Err("signature"));
    assert_eq!(open(&ticket, &answer(&first, &SenderKey::generate().unwrap())), Err("signature"));
    // Nobody but the caller reads it.
    let mut answer = answer(&first, &sender());
    let opened = open_response(&night(), &receiver(), &ticket, &mut answer);
    assert_eq!(opened.unwrap_err().label(), "changed");
    // The request itself is no answer to it.
    assert_eq!(open(&ticket, &first), Err("signature"));
}

#[test]
fn a_ticket_does_not_depend_on_what_middleware_fills_up() {
    let (sealed, ticket) = request(STAMP);
    let filled = [sealed, vec![0xaa; 3]].concat();
    assert_eq!(Ticket::of(&context().digest(), &filled), Ok(ticket));
    assert!(Ticket::of(&context().digest(), &filled[..40]).is_err());
}

#[test]
fn answers_and_refusals_are_read_as_they_were_written() {
    let (sealed, ticket) = request(STAMP);
    let sealed = answer(&sealed, &sender());
    let written = write_call_answer(&CallAnswer::Sealed(sealed.clone()));
    let CallAnswer::Sealed(read) = read_call_answer(&written).unwrap() else { panic!("refused") };
    assert_eq!(open(&ticket, &read).as_deref(), Ok(&b"response"[..]));
    let refused = CallAnswer::Refused("not now");
    assert_eq!(read_call_answer(&write_call_answer(&refused)), Ok(refused));
    for end in 0..written.len() - 1 {
        assert!(read_call_answer(&written[..end]).is_err(), "cut at {end}");
    }
}
