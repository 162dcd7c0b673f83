//! The model of names, for texts that nothing waits for.

use std::sync::Arc;

use discreet_pii::NameModel;

/// Loads the model.
#[cfg(feature = "ner")]
pub fn model() -> anyhow::Result<Arc<dyn NameModel>> {
    let models = discreet_models::Models::find(None)?;
    Ok(Arc::new(discreet_ner::Ner::load(&models)?))
}

/// Reports that this build has no model.
#[cfg(not(feature = "ner"))]
pub fn model() -> anyhow::Result<Arc<dyn NameModel>> {
    anyhow::bail!("this build has no model of names; build it with `--features ner`")
}
