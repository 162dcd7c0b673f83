//! Any bytes as the keeper's state and as a mark: only the keeper's own are accepted, and no input panics, even
//! under a valid MAC.

use discreet_host::secret::Secret;
use discreet_keeper::state::{MarkKey, Record, RecordKey};
use discreet_seal::identity::Identity;

pub fn robot() -> Identity {
    Identity::from_secrets("r", Secret::take(&mut [1; 32]), Secret::take(&mut [2; 32]))
}

pub fn run(data: &[u8]) {
    let robot = robot();
    let (key, marks) = (RecordKey::of(&robot), MarkKey::of(&robot));
    // Only its own output is accepted: an accepted state is written again unchanged.
    if let Some(record) = Record::read(data, &key) {
        assert_eq!(record.write(&key).as_deref(), Some(data));
    }
    if let Some(mark) = marks.read(&String::from_utf8_lossy(data)) {
        assert_eq!(marks.write(&mark).as_bytes(), data.trim_ascii_end());
    }
    // Under a valid MAC.
    if let Some(record) = Record::read(&key.seal(data.to_vec()), &key) {
        let written = record.write(&key).unwrap();
        assert_eq!(Record::read(&written, &key).as_ref(), Some(&record));
        let _any = record.judge(&record.mark());
    }
}
