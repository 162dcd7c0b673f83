//! A keeper in a folder of its own, with everything it needs.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use discreet_keeper::client::{Event, Guard, KeyRing};
use discreet_policy::{Policy, read_file};
use discreet_seal::epoch_keys::Keys;
use discreet_seal::identity::{Identity, PublicIdentity};
use discreet_seal::{Grant, ReceivingKey, SenderKey};

const PASSPHRASE: &str = "correct horse battery";

pub struct House {
    pub folder: PathBuf,
    pub robot: PublicIdentity,
    pub people: Vec<Identity>,
    /// What the keeper is started with beside what it always has.
    pub more: Vec<&'static str>,
    child: Option<Child>,
}

/// Two stakeholders, and topics of which they may have different ones.
pub fn policy_text(version: u32, rules: &str) -> String {
    format!(
        "discreet: 1\nrobot: concierge-1\nversion: {version}\nclasses:\n  operational: {{ epoch: 1h, retention: 7d }}\n  \
         contextual: {{ epoch: 30s, retention: 1d }}\nstakeholders:\n  desk: {{ identity: ids/desk.pub }}\n  vendor: {{ \
         identity: ids/vendor.pub }}\ntopics:\n  /names: {{ type: std_msgs/msg/String, class: contextual }}\n  /scan: {{ \
         type: std_msgs/msg/String, class: operational }}\nrules:\n{rules}"
    )
}

/// Names for the desk, scans for both.
pub const RULES: &str = "  - { who: desk, read: /names, as: clear }\n  - { who: desk, read: /scan, as: clear }\n  - { who: \
                         vendor, read: /scan, as: clear }\n";

impl House {
    pub fn new(test: &str) -> House {
        let folder = std::env::temp_dir().join(format!("dk-{test}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
        fs::create_dir(folder.join("ids")).unwrap();
        fs::write(folder.join("p"), PASSPHRASE).unwrap();
        fs::set_permissions(folder.join("p"), fs::Permissions::from_mode(0o600)).unwrap();
        let robot = Identity::generate("concierge-1").unwrap();
        // The least work there is: what is tested is not the passphrase.
        robot.create(&folder.join("robot.key"), PASSPHRASE.as_bytes(), 1).unwrap();
        let people: Vec<_> = ["desk", "vendor"].map(|name| Identity::generate(name).unwrap()).into();
        for one in &people {
            fs::write(folder.join(format!("ids/{}.pub", one.public().name)), one.public_file()).unwrap();
        }
        let house = House { folder, robot: robot.public().clone(), people, more: Vec::new(), child: None };
        house.write_policy(&policy_text(1, RULES));
        house
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write_policy(&self, text: &str) {
        // As an editor does: the file is whole or not there.
        fs::write(self.path("new.yaml"), text).unwrap();
        fs::rename(self.path("new.yaml"), self.path("p.yaml")).unwrap();
    }

    pub fn policy(&self) -> Policy {
        read_file(&self.path("p.yaml")).unwrap().0
    }

    /// The keeper's command, with --new-state for its first start.
    pub fn keeper(&self) -> Command {
        let mut command = self.plain();
        if !self.path("state/state").exists() && !self.path("robot.mark").exists() {
            command.arg("--new-state");
        }
        command
    }

    /// The keeper's command.
    pub fn plain(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keeper"));
        command.args(["--policy", "p.yaml", "--identity", "robot.key", "--passphrase-file", "p"]);
        command.args(["--state", "state", "--socket", "s/k"]).args(&self.more).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts the keeper, and waits until it listens.
    pub fn start(&mut self) {
        self.start_with(&["--same-user"]);
    }

    /// The same with these options.
    pub fn start_with(&mut self, options: &[&str]) {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        self.child = Some(self.keeper().args(options).stderr(log).spawn().unwrap());
        let until = Instant::now() + Duration::from_secs(20);
        while UnixStream::connect(self.socket()).is_err() {
            assert!(Instant::now() < until, "it does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The process that was started.
    pub fn first_pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// The process that works: its child.
    pub fn pid(&self) -> u32 {
        works(self.first_pid())
    }

    /// Waits for its end, and gives its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.take().and_then(|mut child| child.wait().ok()?.code())
    }

    /// With SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            kill(&mut child);
        }
    }

    pub fn socket(&self) -> PathBuf {
        self.path("s/k")
    }

    pub fn discreet(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discreet"));
        command.args(arguments).arg("--socket").arg(self.socket()).output().unwrap()
    }

    pub fn guard(&self) -> GuardSide {
        GuardSide::connect(self.socket())
    }

    /// The ids of the grants that this person can open.
    pub fn can_open(&self, ring: &KeyRing, who: usize) -> Vec<u32> {
        let grants = ring.grants();
        let grants = grants.grants.iter().map(|grant| Grant::read(grant, &self.robot).unwrap());
        grants.filter_map(|grant| grant.open(&self.people[who]).unwrap()).map(|key| key.id()).collect()
    }
}

/// The only child of a process, or itself as long as it has none.
fn works(id: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    children.split_whitespace().next().map_or(id, |child| child.parse().unwrap())
}

/// With SIGKILL: first the process that works, so that nothing is left of it when the other one has ended.
pub fn kill(child: &mut Child) {
    let works = works(child.id());
    assert!(Command::new("kill").args(["-KILL", &works.to_string()]).status().unwrap().success());
    child.wait().unwrap();
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// What a guard has of the keeper.
pub struct GuardSide {
    pub ring: Arc<KeyRing>,
    pub events: Arc<Mutex<Vec<Event>>>,
}

impl GuardSide {
    pub fn connect(socket: PathBuf) -> GuardSide {
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&events);
        let guard = Guard {
            socket,
            sender: Arc::new(SenderKey::generate().unwrap()),
            receiver: ReceivingKey::generate().unwrap().public(),
            domain: 7,
            mark: None,
        };
        let ring = KeyRing::connect(guard, move |event| told.lock().unwrap().push(event.clone()));
        GuardSide { ring, events }
    }

    pub fn follow(&self, policy: &Policy) -> bool {
        self.ring.follow(policy, Duration::from_secs(5))
    }

    /// The id of the key of a topic's clear messages now.
    pub fn key(&self, policy: &Policy, topic: &str) -> Option<u32> {
        let group = policy.topic(topic).unwrap().group(discreet_policy::Form::Clear)?.id();
        self.ring.key(&group, now()).map(|key| key.key.id())
    }

    pub fn saw(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        soon(|| self.events.lock().unwrap().iter().any(&wanted))
    }
}

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

/// Is it so, within twenty seconds? Busy machines are slow.
pub fn soon(what: impl Fn() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if what() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}
