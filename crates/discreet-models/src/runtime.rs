//! Loads ONNX Runtime, and models into it.

use std::path::Path;
use std::sync::OnceLock;

use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;

use super::{ModelError, Models, library};

/// Loads ONNX Runtime once, if DISCREET_ONNXRUNTIME names its library, or the pinned one is next to the models. One
/// that the user named must work. False if there is none.
pub fn onnx_runtime(models: &Models) -> Result<bool, ModelError> {
    static LOADED: OnceLock<Result<bool, String>> = OnceLock::new();
    let load = |path: &Path| match ort::init_from(path) {
        Ok(environment) => {
            environment.with_telemetry(false).with_name("discreet").commit();
            Ok(true)
        }
        Err(error) => Err(error.to_string()),
    };
    let loaded = LOADED.get_or_init(|| {
        if let Some(named) = std::env::var_os("DISCREET_ONNXRUNTIME") {
            // An empty value disables it.
            return match library::usable(Path::new(&named)) {
                _ if named.is_empty() => Ok(false),
                Ok(()) => load(Path::new(&named)),
                Err(why) => Err(format!("{}: {why}", named.display())),
            };
        }
        match models.library() {
            Ok(Some(found)) => load(&found),
            Ok(None) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    });
    loaded.clone().map_err(ModelError::OnnxRuntime)
}

/// A model in the format ONNX, ready to run in so many threads. [`onnx_runtime`] must have loaded the library.
pub fn session(model: &[u8], threads: usize) -> Result<Session, ModelError> {
    let made = || -> Result<Session, ort::Error> {
        let builder = Session::builder()?
            .with_optimization_level(GraphOptimizationLevel::Level3)?
            .with_intra_threads(threads)?
            // Threads that spin while they wait take processor time from the guard.
            .with_intra_op_spinning(false)?;
        { builder }.commit_from_memory(model)
    };
    made().map_err(|error| ModelError::OnnxRuntime(error.to_string()))
}
