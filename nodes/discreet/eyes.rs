//! What looks at images in this process: for work by hand, where nobody waits and a crash takes nothing with it.

use discreet::redact::ImageRules;

#[cfg(feature = "vision")]
pub use discreet::vision::Watch as Eyes;

/// Loads what finds all that the rules name.
#[cfg(feature = "vision")]
pub fn open(rules: &ImageRules, threads: usize) -> anyhow::Result<Eyes> {
    use discreet::vision::{Engines, Models};
    let models = Models::find(None)?;
    let engines = Engines::choose(&models)?.with_threads(threads)?;
    let subjects: Vec<_> = rules.covers.iter().map(|(subject, _)| *subject).collect();
    Ok(Eyes::new(models, engines, &subjects)?)
}

/// Nothing: this build has no eyes.
#[cfg(not(feature = "vision"))]
pub enum Eyes {}

/// Says so.
#[cfg(not(feature = "vision"))]
pub fn open(_rules: &ImageRules, _threads: usize) -> anyhow::Result<Box<dyn discreet::redact::Look + Send>> {
    anyhow::bail!("this build cannot look at images; build it with `--features vision`")
}
