use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use super::super::subscription::OnMessage;
use super::super::{Context, Node, RosError, SerializedMessage};
use super::*;
use discreet_cdr::Writer;
use discreet_cdr::types::TypeLibrary;

fn bell() -> (OnMessage, Receiver<()>) {
    let (ring, rung) = sync_channel(1);
    let on_message = Box::new(move || {
        let _rings_already = ring.try_send(());
    });
    (on_message, rung)
}

fn waits_for<T>(rung: &Receiver<()>, mut take: impl FnMut() -> Result<Option<T>, RosError>) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(taken) = take().unwrap() {
            return taken;
        }
        assert!(Instant::now() < end, "nothing comes");
        let _or_look_again = rung.recv_timeout(Duration::from_millis(100));
    }
}

#[test]
fn a_service_whose_type_nobody_knew_is_called_and_answered_in_bytes() {
    let domain = std::process::id() as usize % 100 + 1;
    let definition = TypeLibrary::from_env().unwrap().service("std_srvs/srv/SetBool").unwrap();
    let support = ServiceSupport::load(&definition).unwrap();
    let name = format!("/service_{}", std::process::id());
    let node = |name: &str| Node::new(&Context::new(domain).unwrap(), name).unwrap();
    let (on_request, requested) = bell();
    let (on_response, answered) = bell();
    let mut client = Client::new(&node("caller"), &name, &support, on_response).unwrap();
    assert!(!client.is_available());
    let mut server = Server::new(&node("offerer"), &name, &support, on_request).unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while !client.is_available() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(5));
    }

    let mut numbers = Vec::new();
    for on in [1, 0, 1] {
        let number = client.send_request(&[0, 1, 0, 0, on]).unwrap();
        let mut message = SerializedMessage::new();
        let id = waits_for(&requested, || server.take_request(&mut message));
        assert_eq!(id.sequence, number);
        assert!(definition.request.plan.check(message.as_bytes()).is_ok());
        assert_eq!(message.as_bytes()[4], on);

        let response = [0, 1, 0, 0, on, 0, 0, 0, 3, 0, 0, 0, b'h', b'i', 0];
        server.send_response(id, &response).unwrap();
        assert_eq!(waits_for(&answered, || client.take_response(&mut message)), number);
        let end = definition.response.plan.check(message.as_bytes()).unwrap().end();
        assert_eq!(message.as_bytes()[..end], response);
        numbers.push(number);

        for hostile in [
            &[0, 1, 0, 0, on, 0, 0, 0, 0xff, 0xff, 0xff, 0xff][..],
            &[0, 1, 0, 0, on, 0, 0, 0, 3, 0, 0, 0, b'h', b'i', b'!'],
            &[0, 9, 0, 0],
            &[],
        ] {
            let refused = server.send_response(id, hostile).unwrap_err();
            assert!(matches!(refused, RosError::Malformed { .. }), "{refused}");
            assert!(matches!(
                client.send_request(&hostile[..hostile.len().min(4)]),
                Err(RosError::Malformed { .. })
            ));
        }
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
}

/// A sequence of messages with wide numbers, of which the middleware estimates too long a length.
#[test]
fn only_what_the_middleware_has_written_is_taken() {
    let definition = TypeLibrary::from_env().unwrap().service("rcl_interfaces/srv/GetParameters").unwrap();
    let support = ServiceSupport::load(&definition).unwrap();
    let mut response = Vec::new();
    let mut writer = Writer::new(&mut response);
    writer.sequence(3);
    for _value in 0..3 {
        writer.u8(3);
        writer.bool(false);
        writer.i64(0);
        writer.f64(0.5);
        writer.str("");
        (0..5).for_each(|_list| writer.sequence(0));
    }
    let mut written = SerializedMessage::new();
    support.response.read(&response).unwrap().write(&mut written).unwrap();
    assert_eq!(written.as_bytes(), response);
}

#[test]
fn a_service_that_is_not_installed_says_what_to_do() {
    let mut definition = TypeLibrary::from_env().unwrap().service("std_srvs/srv/SetBool").unwrap();
    definition.name = "no_such_package/srv/Thing".into();
    let error = ServiceSupport::load(&definition).err().unwrap().to_string();
    assert!(error.contains("no_such_package") && error.contains("source the workspace"), "{error}");
}
