//! The service through which the robot's own software hands over the list of today's guests.

use std::sync::{Arc, Mutex};

use super::wake::wake;
use super::workers::{ReadyQueue, Serve, Turn};
use super::{Node, RosError, SerializedMessage, Server, ServiceSupport};
use discreet_cdr::types::Definitions;
use discreet_cdr::{Malformed, Plan, Reader, Writer};
use discreet_host::sync::lock;
use discreet_pii::{Kinds, Roster, Rosters};

/// Its name on the inner domain. It is not offered outside.
pub const ROSTER_SERVICE: &str = "/discreet/roster";
/// Its type.
pub const ROSTER_TYPE: &str = "discreet_interfaces/srv/SetRoster";

/// Requests answered in one go.
const BATCH: usize = 4;

/// Takes rosters.
pub struct RosterService {
    turn: Turn,
    rosters: Arc<Rosters>,
    plan: Plan,
    server: Mutex<Option<Server>>,
}

impl RosterService {
    /// Offers the service on the inner domain.
    pub fn open(
        inner: &Arc<Node>,
        types: &Definitions,
        rosters: Arc<Rosters>,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<RosterService>, RosError> {
        let refuse = |message| RosError::TypeSupport { type_name: ROSTER_TYPE.into(), message };
        let definition = types.service(ROSTER_TYPE).map_err(refuse)?;
        let service = Arc::new(RosterService {
            turn: Turn::default(),
            rosters,
            plan: definition.request.plan.clone(),
            server: Mutex::default(),
        });
        let wake = wake(Arc::downgrade(&service), Arc::clone(queue));
        let server = Server::new(inner, ROSTER_SERVICE, &ServiceSupport::load(&definition)?, wake)?;
        *lock(&service.server) = Some(server);
        Ok(service)
    }

    fn replace(&self, request: &[u8]) -> Result<usize, String> {
        self.plan.check(request).map_err(|why| why.to_string())?;
        let (kinds, texts) = entries(request).map_err(|why| why.to_string())?;
        if kinds.len() != texts.len() {
            return Err(format!(
                "{} kinds for {} texts: there must be one for each",
                kinds.len(),
                texts.len()
            ));
        }
        let count = texts.len();
        let kind_of = |word: &str| {
            // A group of kinds, such as `stay`, does not say which of them a text is.
            let kind = Kinds::named(word).and_then(|kinds| kinds.iter().find(|kind| kind.name() == word));
            kind.ok_or_else(|| "one of the kinds is none: write `person`, `room`, `booking`".to_owned())
        };
        let kinds: Vec<_> = kinds.iter().map(|word| kind_of(word)).collect::<Result<_, _>>()?;
        let roster = Roster::new(kinds.into_iter().zip(texts)).map_err(|why| why.to_string())?;
        self.rosters.replace((count > 0).then_some(roster));
        Ok(count)
    }
}

/// The two lists of a request that was walked.
fn entries(request: &[u8]) -> Result<(Vec<String>, Vec<String>), Malformed> {
    let mut reader = Reader::new(request)?;
    let mut list = || {
        let count = reader.sequence(4, None)?;
        let mut texts = Vec::new();
        for _ in 0..count {
            texts.push(String::from_utf8_lossy(reader.string(None)?).into_owned());
        }
        Ok(texts)
    };
    Ok((list()?, list()?))
}

impl Serve for RosterService {
    fn serve(&self) -> bool {
        let mut server = lock(&self.server);
        let Some(server) = server.as_mut() else { return false };
        let (mut request, mut response) = (SerializedMessage::new(), Vec::new());
        for _ in 0..BATCH {
            let Ok(Some(id)) = server.take_request(&mut request) else { return false };
            let (success, message) = match self.replace(request.as_bytes()) {
                Ok(0) => (true, "no roster any more".to_owned()),
                Ok(count) => (true, format!("a roster of {count} entries")),
                Err(why) => (false, why),
            };
            let mut writer = Writer::new(&mut response);
            writer.bool(success);
            writer.str(&message);
            // A caller that is gone does not wait for it.
            let _gone = server.send_response(id, &response);
        }
        true
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}
