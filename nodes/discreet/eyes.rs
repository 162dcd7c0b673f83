//! What looks at images in this process: for work by hand, where nobody waits and a crash takes nothing with it.

use anyhow::bail;
use discreet::redact::{ImageRules, Look};

/// A look that one thread keeps.
pub type Eyes = Box<dyn Look + Send>;

/// Loads what finds all that the rules name.
#[cfg(feature = "vision")]
pub fn open(rules: &ImageRules, threads: usize) -> anyhow::Result<Eyes> {
    use discreet::vision::{Engines, Models, Watch};
    let models = Models::find(None)?;
    let engines = Engines::choose(&models)?.with_threads(threads)?;
    let subjects: Vec<_> = rules.covers.iter().map(|(subject, _)| *subject).collect();
    Ok(Box::new(Watch::new(models, engines, &subjects)?))
}

/// Says that this build has none.
#[cfg(not(feature = "vision"))]
pub fn open(_rules: &ImageRules, _threads: usize) -> anyhow::Result<Eyes> {
    bail!("this build cannot look at images; build it with `--features vision`")
}
