//! Runs a network: with ONNX Runtime if its library is found, else with OpenCV's own engine.

use opencv::core::{Mat, Scalar, Vector};
use opencv::dnn::{self, NetTrait};
use opencv::prelude::*;
use ort::session::Session;
use ort::value::TensorRef;

use discreet_models::onnx_runtime;

use super::blob::Blob;
use super::{Models, VisionError, onnx};

/// An engine for networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Three to four times as fast as OpenCV 4.6.
    OnnxRuntime,
    /// OpenCV's own: always available.
    OpenCv,
}

impl Engine {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Engine::OnnxRuntime => "ONNX Runtime",
            Engine::OpenCv => "OpenCV",
        }
    }
}

/// The chosen engine, and its limits.
#[derive(Debug, Clone)]
pub struct Engines {
    /// The engine.
    pub engine: Engine,
    /// Threads of one network.
    pub threads: usize,
}

impl Engines {
    /// ONNX Runtime if DISCREET_ONNXRUNTIME names its library, or the pinned one is next to the models. One
    /// thread: cameras are inspected in parallel, and two threads on one picture wait for each other.
    pub fn choose(models: &Models) -> Result<Engines, VisionError> {
        opencv::core::set_num_threads(1)?;
        let engine = if onnx_runtime(models)? { Engine::OnnxRuntime } else { Engine::OpenCv };
        Ok(Engines { engine, threads: 1 })
    }

    /// OpenCV's own engine, whatever else is available.
    pub fn opencv() -> Result<Engines, VisionError> {
        opencv::core::set_num_threads(1)?;
        Ok(Engines { engine: Engine::OpenCv, threads: 1 })
    }

    /// The same with this number of threads.
    pub fn with_threads(self, threads: usize) -> Result<Engines, VisionError> {
        opencv::core::set_num_threads(i32::try_from(threads).unwrap_or(1))?;
        Ok(Engines { threads: threads.max(1), ..self })
    }
}

/// A network that is ready to run.
pub(super) enum Net {
    OnnxRuntime(Session),
    OpenCv(dnn::Net),
}

/// One of a network's outputs, flat.
pub(super) struct Output {
    pub values: Vec<f32>,
}

impl Net {
    /// From an ONNX file, for pictures of any size.
    pub fn from_onnx(model: &[u8], engines: &Engines) -> Result<Net, VisionError> {
        match engines.engine {
            Engine::OnnxRuntime => {
                let free = onnx::with_free_size(model).ok_or(VisionError::Answer("pictures of any size"))?;
                Ok(Net::OnnxRuntime(discreet_models::session(&free, engines.threads)?))
            }
            Engine::OpenCv => Net::ready(dnn::read_net_from_onnx_buffer(&Vector::from_slice(model))?),
        }
    }

    /// From a Caffe network and its weights. Only OpenCV runs these.
    pub fn from_caffe(network: &[u8], weights: &[u8]) -> Result<Net, VisionError> {
        Net::ready(dnn::read_net_from_caffe_buffer(
            &Vector::from_slice(network),
            &Vector::from_slice(weights),
        )?)
    }

    /// From a frozen TensorFlow graph. Only OpenCV runs these.
    pub fn from_tensorflow(graph: &[u8]) -> Result<Net, VisionError> {
        Net::ready(dnn::read_net_from_tensorflow_buffer_def(&Vector::from_slice(graph))?)
    }

    fn ready(mut net: dnn::Net) -> Result<Net, VisionError> {
        net.set_preferable_backend(dnn::DNN_BACKEND_OPENCV)?;
        net.set_preferable_target(dnn::DNN_TARGET_CPU)?;
        Ok(Net::OpenCv(net))
    }

    /// The outputs with these names, in this order.
    pub fn run(&mut self, blob: &Blob, names: &[&str]) -> Result<Vec<Output>, VisionError> {
        let [height, width] = [blob.height(), blob.width()];
        match self {
            Net::OnnxRuntime(session) => {
                let picture = TensorRef::from_array_view(([1, 3, height, width], blob.values()))?;
                let answer = session.run(ort::inputs![picture])?;
                let output = |name: &&str| {
                    let value = answer.get(*name).ok_or(VisionError::Answer("the outputs of a model"))?;
                    let (_, values) = value.try_extract_tensor::<f32>()?;
                    Ok(Output { values: values.to_vec() })
                };
                names.iter().map(output).collect()
            }
            Net::OpenCv(net) => {
                let sides = [1, 3, height, width].map(|side| i32::try_from(side).unwrap_or(0));
                let picture = Mat::new_nd_with_data(&sides, blob.values())?;
                net.set_input(&picture, "", 1.0, Scalar::default())?;
                let (mut answers, names) =
                    (Vector::<Mat>::new(), Vector::<String>::from_iter(names.iter().copied()));
                net.forward(&mut answers, &names)?;
                let output = |answer: Mat| Ok(Output { values: answer.data_typed::<f32>()?.to_vec() });
                answers.iter().map(output).collect()
            }
        }
    }
}
