//! The files of trained models, and ONNX Runtime to run them. Each is compared with its pinned hash before it is loaded.
//!
//! `models.txt` lists the files; `tools/setup` gets them out of packages, and docs/models.md describes them. Only
//! `discreet-vision` (images) and `discreet-ner` (names in text) use this crate.

mod folder;
mod library;
mod runtime;

use std::path::PathBuf;

pub use folder::Models;
pub use runtime::{onnx_runtime, session};

/// Why a model cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No folder of models was found.
    #[error("no models found in {}; get them with tools/setup, or name their folder in DISCREET_MODELS", list(.looked_in))]
    NoModels {
        /// The folders that were searched.
        looked_in: Vec<PathBuf>,
    },
    /// A relative folder, which depends on where the program was started.
    #[error(
        "DISCREET_MODELS is `{}`, a relative path; write an absolute path",
        .folder.display()
    )]
    RelativeModels {
        /// The folder as written.
        folder: PathBuf,
    },
    /// A model cannot be read.
    #[error("{} cannot be read ({error}); get it with tools/setup", .path.display())]
    NoModel {
        /// Its expected path.
        path: PathBuf,
        /// The system's error.
        error: std::io::Error,
    },
    /// A model differs from the pinned one.
    #[error("{} is not the file that Discreet was built for; delete it and run tools/setup", .path.display())]
    WrongModel {
        /// The file.
        path: PathBuf,
    },
    /// ONNX Runtime cannot be loaded, or refuses a model.
    #[error("ONNX Runtime cannot be used: {0}")]
    OnnxRuntime(String),
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
