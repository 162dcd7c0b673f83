//! Loads ONNX Runtime.

use std::path::Path;
use std::sync::OnceLock;

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
