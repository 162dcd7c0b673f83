//! Looking at images with OpenCV (cargo feature `vision`): detectors, tracking, and the codecs of compressed images.
//!
//! Everything here works on bytes from outside in C++ libraries: the guard does it in a process of its own for each camera.
//! Start with [`Watch`], one camera's eye and memory. A detector is one file and one line in `detectors.rs`.

mod blob;
mod codec;
mod detectors;
mod engine;
mod faces;
mod graph;
mod library;
mod models;
mod motion;
mod onnx;
mod persons;
mod plates;
mod protobuf;
mod text;
mod unseen_regions;
mod watch;

use std::path::PathBuf;

pub use detectors::Detector;
pub use engine::{Engine, Engines};
pub use models::Models;
pub use watch::{NoPhotograph, Photograph, Spent, Watch};

/// Why images cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// No folder of models.
    #[error("no models found in {}; get them with tools/setup, or name their folder in DISCREET_MODELS", list(.looked_in))]
    NoModels {
        /// Where they would be.
        looked_in: Vec<PathBuf>,
    },
    /// A folder that depends on where the program was started.
    #[error(
        "DISCREET_MODELS is `{}`, which depends on the folder that this was started in; write an absolute path",
        .folder.display()
    )]
    RelativeModels {
        /// As it was written.
        folder: PathBuf,
    },
    /// A model is not there.
    #[error("{} cannot be read ({error}); get it with tools/setup", .path.display())]
    NoModel {
        /// Where it should be.
        path: PathBuf,
        /// Why it could not be read.
        error: std::io::Error,
    },
    /// A model is another than the one that was measured.
    #[error("{} is not the file that Discreet was built for; delete it and run tools/setup", .path.display())]
    WrongModel {
        /// The file.
        path: PathBuf,
    },
    /// Only ONNX Runtime can run this model.
    #[error(
        "looking for {0} needs ONNX Runtime, which was not found: run tools/setup, or name its library in DISCREET_ONNXRUNTIME"
    )]
    NeedsOnnxRuntime(&'static str),
    /// ONNX Runtime's library was asked for and cannot be used.
    #[error("ONNX Runtime cannot be used: {0}")]
    OnnxRuntime(String),
    /// A model has another form than its detector expects.
    #[error("the model for {0} does not answer as it should")]
    Answer(&'static str),
    /// The system's word.
    #[error("no thread can be started to look with: {0}")]
    Thread(#[from] std::io::Error),
    /// OpenCV's word.
    #[error("OpenCV: {0}")]
    OpenCv(#[from] opencv::Error),
}

impl<R> From<ort::Error<R>> for VisionError {
    fn from(error: ort::Error<R>) -> VisionError {
        VisionError::OnnxRuntime(error.to_string())
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
