//! Applies a policy to a recorded bag, message by message, exactly as the guard applies it to a running
//! robot.
//!
//! Two things differ, because a bag does not have them: the node that published (a policy's `source:` is not
//! checked, which is reported), and the present time. A message is judged as of the time at which it was
//! recorded.

mod left_out;
mod report;
mod route;

use std::collections::HashMap;
use std::io::{Seek, Write};
use std::sync::Arc;

use crate::{Aside, Bag, BagWriter, ChannelOut, Damage, Piece, Recorded};
use discreet_cdr::types::TypeLibrary;
use discreet_guard::denied::Denied;
use discreet_guard::message::{Buffer, Origin, Received};
use discreet_guard::protect::{CameraInfo, Makers, Protection, Releasable};
use discreet_guard::relay;
use discreet_guard::sources::PublisherTrust;
use discreet_policy::{Moment, Policy};
use discreet_redact::{
    CAMERA_INFO_TYPE, Cameras, ImageInspector, ImageKind, ImageRedactor, ImageRules, MessageRedactor,
};

use left_out::LeftOut;
pub use report::{Reason, Report, TopicReport};
use route::{Definitions, OpenRoute, Route};

/// ROS 2 did not exist before: an earlier time is that of a simulator, or missing.
const FIRST_CREDIBLE: i64 = 946_684_800; // 2000-01-01
/// The greatest lead of the recorder's clock, in seconds.
const CLOCK_ERROR: i64 = 24 * 3600;

/// Options for scrubbing a bag.
pub struct Scrub<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The source of type definitions.
    pub types: Types<'a>,
    /// Trusts the type name of a channel that has neither a hash nor a definition of its type.
    pub trust_names: bool,
    /// Judges all messages as of this second, instead of the time of recording.
    pub at: Option<i64>,
    /// The present second. A later time of recording is not credible.
    pub now: i64,
    /// Scrubs the part of a damaged bag before the damage.
    pub partial: bool,
}

/// The source of type definitions.
#[derive(Clone, Copy)]
pub enum Types<'a> {
    /// The installed ROS 2, as in the guard.
    Installed(&'a TypeLibrary),
    /// The bag, which is trusted.
    Bag,
}

/// Makes the inspector for the images of one topic; without one they are blanked.
pub type InspectorFactory<'a> = dyn FnMut(&ImageRules) -> Option<Box<dyn ImageInspector + Send>> + 'a;

/// Why a bag could not be scrubbed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The bag cannot be read.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The output cannot be written.
    #[error("cannot be written: {0}")]
    Output(#[from] mcap::McapError),
}

impl Scrub<'_> {
    /// Reads all of `bag`, and writes what may leave. `watch` gets the progress: bytes read, and bytes in
    /// total.
    pub fn run<W: Write + Seek>(
        &self,
        bag: &mut dyn Bag,
        writer: &mut BagWriter<W>,
        inspectors: &mut InspectorFactory<'_>,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<Report, Fault> {
        let mut work = Work {
            scrub: self,
            definitions: Definitions::new(self.types, self.trust_names),
            routes: HashMap::new(),
            inspectors,
            protections: HashMap::new(),
            texts: HashMap::new(),
            cameras: Arc::default(),
            report: Report::new(self.types),
        };
        loop {
            match bag.next() {
                Ok(Some(piece)) => work.piece(piece, bag.cdr(), writer)?,
                Ok(None) => break,
                Err(damage) if self.partial => {
                    work.report.damage = Some(damage.to_string());
                    break;
                }
                Err(damage) => return Err(damage.into()),
            }
            let (read, size) = bag.progress();
            watch(read, size);
        }
        work.report.close(self.policy);
        Ok(work.report)
    }

    fn moment(&self, log_time: u64) -> Moment {
        let recorded = i64::try_from(log_time / 1_000_000_000).unwrap_or(i64::MAX);
        let latest = self.now.saturating_add(CLOCK_ERROR);
        match self.at {
            Some(second) => self.policy.moment(second, true),
            None => self.policy.moment(recorded, (FIRST_CREDIBLE..=latest).contains(&recorded)),
        }
    }
}

/// The state of one run.
struct Work<'a, 'l> {
    scrub: &'a Scrub<'a>,
    definitions: Definitions<'a>,
    routes: HashMap<u64, Route>,
    inspectors: &'a mut InspectorFactory<'l>,
    /// By topic: tracking continues across all channels and files with its images.
    protections: HashMap<String, Protection>,
    /// By channel.
    texts: HashMap<u64, Protection>,
    cameras: Arc<Cameras>,
    report: Report,
}

impl Work<'_, '_> {
    fn piece<W: Write + Seek>(
        &mut self,
        piece: Piece,
        cdr: &mut [u8],
        writer: &mut BagWriter<W>,
    ) -> Result<(), Fault> {
        match piece {
            Piece::Channel(channel) => {
                let row = self.report.row(&channel.topic, &channel.type_name);
                let route = Route::new(self.scrub.policy, &mut self.definitions, channel, row);
                if let Some(source) = route.unchecked_source() {
                    self.report.unchecked_source(source);
                }
                self.prepare_redactor(&route);
                self.routes.insert(route.channel.id, route);
            }
            Piece::Message(recorded) => self.message(&recorded, cdr, writer)?,
            Piece::Aside(Aside::Attachment) => self.report.attachments += 1,
            Piece::Aside(Aside::Metadata) => self.report.metadata += 1,
            Piece::Aside(Aside::Private) => self.report.private += 1,
        }
        Ok(())
    }

    fn prepare_redactor(&mut self, route: &Route) {
        let Ok(open) = &route.state else { return };
        let topic = &route.channel.topic;
        let texts = || MessageRedactor::new(open.definition.plan.clone(), Arc::default());
        let watch = open.topic.class().escalation().map(|_| texts());
        if open.topic.image_rules().is_none() {
            // Each channel of a bag may have a definition of its own.
            let texts = open.topic.text_rules().map(|_| texts());
            let learns = open.definition.name == CAMERA_INFO_TYPE;
            let camera_info = learns.then(|| CameraInfo::new(topic, Arc::clone(&self.cameras)));
            let makers = Makers { texts, ..Makers::default() };
            self.texts.insert(route.channel.id, Protection { watch, camera_info, makers });
            return;
        }
        let kind = ImageKind::of(&open.definition.name);
        let (Some(rules), Some(kind)) = (open.topic.image_rules(), kind) else { return };
        if !self.protections.contains_key(topic) {
            let look = if rules.needs_looking() { (self.inspectors)(rules) } else { None };
            let images = ImageRedactor::new(topic, kind, look, Arc::clone(&self.cameras)).unhurried();
            let images = Some(images);
            self.protections.insert(
                topic.clone(),
                Protection { watch, makers: Makers { images, ..Makers::default() }, ..Protection::default() },
            );
        }
    }

    fn message<W: Write + Seek>(
        &mut self,
        recorded: &Recorded,
        cdr: &mut [u8],
        writer: &mut BagWriter<W>,
    ) -> Result<(), Fault> {
        let now = self.scrub.moment(recorded.log_time);
        self.report.untimed += u64::from(!now.trusted);
        let Some(route) = self.routes.get_mut(&recorded.channel) else { return Ok(()) };
        self.report.count_in(route.row, cdr.len());
        let open = match &mut route.state {
            Ok(open) => open,
            Err(left_out) => {
                self.report.count_left_out(route.row, left_out);
                return Ok(());
            }
        };
        let topic = &route.channel.topic;
        let mut none = Protection::default();
        let protection = match self.texts.get_mut(&recorded.channel) {
            Some(texts) => texts,
            None => self.protections.get_mut(topic).unwrap_or(&mut none),
        };
        match decide(open, protection, now, recorded, cdr) {
            Ok(releasable) => {
                let number = match open.number {
                    Some(number) => number,
                    None => writer.channel(&ChannelOut {
                        topic,
                        type_name: &open.definition.name,
                        definition: &open.text,
                        type_hash: &open.definition.hash,
                        qos: route.channel.qos.as_deref(),
                    })?,
                };
                writer.message(number, recorded, releasable.cdr())?;
                self.report.count_out(route.row, &releasable);
                open.number = Some(number);
            }
            Err(reason) => self.report.count_left_out(route.row, &LeftOut::message(reason)),
        }
        Ok(())
    }
}

/// The guard's data path for one recorded message: the form that everyone may have. Nothing is sealed in a
/// bag.
fn decide<'a>(
    open: &'a OpenRoute,
    protection: &'a mut Protection,
    now: Moment,
    recorded: &Recorded,
    cdr: &'a mut [u8],
) -> Result<Releasable<'a>, Denied> {
    let origin = Origin {
        publisher: Default::default(),
        trust: PublisherTrust::Accepted,
        sequence: recorded.sequence.into(),
        source_stamp: i64::try_from(recorded.publish_time).unwrap_or(i64::MAX),
    };
    let message = Received { origin, cdr: Buffer::new(cdr) };
    let releases = relay::decide(&open.topic, &open.definition.plan, protection, now, message)?;
    // There are no keys here for named stakeholders, and no rule lets everyone have it.
    let for_everyone = |release: &Result<_, _>| !matches!(release, Err(Denied::NoKey));
    releases.present().map(|(_, release)| release).find(for_everyone).unwrap_or(Err(Denied::NoRule))
}
