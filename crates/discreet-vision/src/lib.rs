//! Inspection of images with OpenCV (cargo feature `vision`): detectors, tracking, and the codecs of
//! compressed images.
//!
//! All of this processes untrusted bytes in C++ libraries: the guard runs it in a separate process for each
//! camera. Start with [`Watch`], the inspector of one camera. A detector is one file in
//! `detectors/`, a line in `detectors.rs`, and a subject in `discreet_redact`'s `detector_subjects.rs`.

mod blob;
mod close;
mod codec;
mod detectors;
mod engine;
mod graph;
mod jpeg;
#[cfg(test)]
#[path = "jpeg/tests.rs"]
mod jpeg_tests;
mod light;
mod motion;
mod onnx;
mod orientation;
mod parts;
mod protobuf;
mod turned;
mod unseen_regions;
mod watch;

pub use detectors::Detector;
pub use discreet_models::{ModelError, Models};
pub use engine::{Engine, Engines};
pub use watch::{NoPhotograph, Photograph, Spent, Watch};

/// Why images cannot be inspected.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// A model, or ONNX Runtime, cannot be loaded.
    #[error(transparent)]
    Models(#[from] ModelError),
    /// Only ONNX Runtime can run this model.
    #[error(
        "detecting {0} needs ONNX Runtime, which was not found: run tools/setup, or name its library in DISCREET_ONNXRUNTIME"
    )]
    NeedsOnnxRuntime(&'static str),
    /// ONNX Runtime's error.
    #[error("ONNX Runtime: {0}")]
    OnnxRuntime(String),
    /// The result of a network or of OpenCV is not as the code expects.
    #[error("a network or OpenCV gave an unexpected result for {0}")]
    Answer(&'static str),
    /// Some of them would not be covered.
    #[error("more things in a picture than can be followed")]
    TooMany,
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
