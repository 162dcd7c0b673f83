//! Inspection of images in this process: offline, nothing waits for it, and a crash does no other harm.

use discreet_redact::ImageInspector;
use discreet_redact::ImageRules;
#[cfg(feature = "vision")]
use discreet_vision::{Engines, Models, Watch};

/// Loads the detectors that the rules need.
#[cfg(feature = "vision")]
pub fn open(rules: &ImageRules) -> anyhow::Result<Watch> {
    let models = Models::find(None)?;
    let engines = Engines::choose(&models)?;
    Ok(Watch::new(models, engines, rules)?)
}

/// The same, for the images of one topic.
#[cfg(feature = "vision")]
pub fn look(rules: &ImageRules) -> anyhow::Result<Box<dyn ImageInspector + Send>> {
    Ok(Box::new(open(rules)?))
}

/// Reports that this build has no detectors.
#[cfg(not(feature = "vision"))]
pub fn look(_rules: &ImageRules) -> anyhow::Result<Box<dyn ImageInspector + Send>> {
    anyhow::bail!("this build cannot inspect images; build it with `--features vision`")
}
