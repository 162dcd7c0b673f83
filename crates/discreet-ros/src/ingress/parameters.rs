//! The services for parameters of a node: what goes in, and what leaves.

use std::sync::Arc;

use super::action::{About, Request};
use super::redact::redact;
use discreet_guard::ingress::{IngressFacts, Refused};
use discreet_guard::node_parameters::{self, Asked, Refusal, Rights};
use discreet_redact::{MessageRedactor, Recipient, TextRules};
use discreet_seal::identity::PublicIdentity;

/// The request as it goes in. Values that may not be set are answered here, as a node would answer.
pub fn request(
    facts: &IngressFacts,
    caller: &PublicIdentity,
    request: &[u8],
) -> Result<Request<'static>, Refusal> {
    let (service, node) = facts.ingress.parameters().ok_or((Refused::Undeclared, String::new()))?;
    let rights = Rights { node, who: &caller.name, now: facts.now.moment };
    match node_parameters::request(rights, service, request) {
        Ok((asked, inside)) => Ok(Request::Inside(About::Parameters(asked), inside.into())),
        Err(why) => match node_parameters::not_set(service, request, why.0) {
            Some(answer) => Ok(Request::Answer(answer, Some(why))),
            None => Err(why),
        },
    }
}

/// The part of the robot's answer that a stakeholder may have.
pub fn answer(
    facts: &IngressFacts,
    asked: &Asked,
    texts: &mut MessageRedactor,
    who: &str,
    cdr: &[u8],
) -> Result<Vec<u8>, Refusal> {
    let (_, node) = facts.ingress.parameters().ok_or((Refused::Undeclared, String::new()))?;
    let rights = Rights { node, who, now: facts.now.moment };
    let mut hide = |rules: &Arc<TextRules>, answer: &[u8]| {
        redact(texts, Some(rules), Recipient::Named(who), answer).map(<[u8]>::to_vec)
    };
    node_parameters::answer(rights, asked, cdr, &mut hide)
}
