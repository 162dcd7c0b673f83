//! Present access: the stakeholders that can open each topic, feedback and status of an action, or a parameter, and the
//! end of that.

use super::engine::Engine;
use super::protocol::{GuardState, Member, Standing, Summary, ToAdmin, TopicAccess};
use discreet_policy::{Form, KeyGroup, Policy};

/// The answer, in parts.
pub fn who(engine: &Engine, now: i64) -> Vec<ToAdmin> {
    let mut answer = Vec::new();
    if let (Ok(policy), true) = (engine.policy(), engine.trusted) {
        let forms = [Form::Clear, Form::Redacted];
        let topics = policy.topics().flat_map(|topic| forms.map(|form| (topic.name(), topic.group(form))));
        // Feedback and status of actions.
        let parts = policy.ingress().iter();
        let parts = parts.flat_map(|part| forms.map(|form| (part.name(), part.readers(form))));
        let parameters = policy.nodes().iter().flat_map(|node| node.parameters());
        let parameters = parameters.flat_map(|one| forms.map(|form| (one.full_name(), one.readers(form))));
        for (name, group) in topics.chain(parts).chain(parameters) {
            let Some(group) = group else { continue };
            answer.push(ToAdmin::Topic(TopicAccess {
                topic: name.to_owned(),
                class: group.class().name().to_owned(),
                form: group.form().name().to_owned(),
                who: readers(engine, &policy, group, now),
            }));
        }
    }
    answer.push(ToAdmin::Summary(summary(engine)));
    answer
}

fn readers(engine: &Engine, policy: &Policy, group: &KeyGroup, now: i64) -> Vec<Member> {
    let served = |name: &str| !engine.revoked.contains_key(name) && engine.unserved(name).is_none();
    let now = policy.moment(now, true);
    let until = |name: &str| group.member_until(policy, name, now);
    let members = group.members(now).filter(|name| served(name));
    members.map(|name| Member { name: name.to_string(), until: until(name) }).collect()
}

fn summary(engine: &Engine) -> Summary {
    let current = engine.live.current();
    let policy = current.as_ref();
    let named =
        policy.into_iter().flat_map(|policy| policy.stakeholders().iter().map(|one| one.name.to_string()));
    let mut names: Vec<String> = named.collect();
    // A revoked stakeholder may be missing from the policy.
    names.extend(engine.revoked.keys().filter(|who| !engine.identities.names(who)).cloned());
    let standing = |name: String| Standing {
        fingerprint: engine.identities.identity(&name).ok().map(|identity| identity.fingerprint()),
        revoked: engine.revoked.get(&name).copied(),
        unserved: engine.unserved(&name),
        name,
    };
    let mut trouble = Vec::new();
    trouble.extend(engine.policy().err());
    trouble.extend(engine.refused.as_ref().map(|why| format!("the policy's file is not in force: {why}")));
    if !engine.trusted {
        trouble.push("the clock was set back: no keys are given until it has caught up".into());
    }
    trouble.extend(engine.ungranted.values().cloned());
    let guards = engine.sessions.values().map(|session| GuardState {
        pid: session.peer.pid,
        domain: session.hello.domain,
        keys: u32::try_from(session.keys()).unwrap_or(u32::MAX),
        same_policy: session.wanted.is_some() && session.wanted == policy.map(|policy| policy.hash()),
    });
    let guards: Vec<GuardState> = guards.collect();
    trouble.extend(guards.iter().filter(|guard| !guard.same_policy).map(|guard| {
        format!("guard {} wants another policy than the keeper has; it gets no new keys", guard.pid)
    }));
    // A guard that hangs may still have keys that it was told to forget.
    let silent = engine.sessions.values().filter(|session| session.applied < session.number());
    trouble.extend(silent.map(|session| {
        format!(
            "guard {} has not confirmed its last message: it may still use keys that were taken back, until they end",
            session.peer.pid
        )
    }));
    Summary {
        robot: engine.signer.public().name.clone(),
        policy_version: policy.map(|policy| policy.version()),
        clock_trusted: engine.trusted,
        stakeholders: names.into_iter().map(standing).collect(),
        guards,
        trouble,
    }
}
