//! What looks at images in this process: for work by hand, where nobody waits and a crash takes nothing with it.

use discreet_redact::ImageInspector;
use discreet_redact::ImageRules;
#[cfg(feature = "vision")]
use discreet_vision::{Engines, Models, Watch};

/// Loads what finds all that the rules name.
#[cfg(feature = "vision")]
pub fn open(rules: &ImageRules) -> anyhow::Result<Watch> {
    let models = Models::find(None)?;
    let engines = Engines::choose(&models)?;
    let subjects: Vec<_> = rules.covers.iter().map(|(subject, _)| *subject).collect();
    Ok(Watch::new(models, engines, &subjects)?)
}

/// The same, for the images of one topic.
#[cfg(feature = "vision")]
pub fn look(rules: &ImageRules) -> anyhow::Result<Box<dyn ImageInspector + Send>> {
    Ok(Box::new(open(rules)?))
}

/// Says that this build has no eyes.
#[cfg(not(feature = "vision"))]
pub fn look(_rules: &ImageRules) -> anyhow::Result<Box<dyn ImageInspector + Send>> {
    anyhow::bail!("this build cannot look at images; build it with `--features vision`")
}
