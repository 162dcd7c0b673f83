//! Inspection of images with OpenCV (cargo feature `vision`): detectors, tracking, and the codecs of
//! compressed images.
//!
//! All of this processes untrusted bytes in C++ libraries: the guard runs it in a separate process for each
//! camera. Start with [`Watch`], the inspector of one camera. A detector is one file and one line in
//! `detectors.rs`.

mod blob;
mod close;
mod codec;
mod detectors;
mod engine;
mod faces;
mod graph;
mod library;
mod light;
mod models;
mod motion;
mod onnx;
mod persons;
mod plates;
mod protobuf;
mod text;
mod turned;
mod unseen_regions;
mod watch;

use std::path::PathBuf;

pub use detectors::Detector;
pub use engine::{Engine, Engines};
pub use models::Models;
pub use watch::{NoPhotograph, Photograph, Spent, Watch};

/// Why images cannot be inspected.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// There is no folder of models.
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
    /// Only ONNX Runtime can run this model.
    #[error(
        "detecting {0} needs ONNX Runtime, which was not found: run tools/setup, or name its library in DISCREET_ONNXRUNTIME"
    )]
    NeedsOnnxRuntime(&'static str),
    /// The named library of ONNX Runtime cannot be used.
    #[error("ONNX Runtime cannot be used: {0}")]
    OnnxRuntime(String),
    /// The result of a network or of OpenCV is not as the code expects.
    #[error("a network or OpenCV gave an unexpected result for {0}")]
    Answer(&'static str),
    /// The system's error.
    #[error("cannot start a thread for detection: {0}")]
    Thread(#[from] std::io::Error),
    /// OpenCV's error.
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
