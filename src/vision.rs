//! Looking at images with OpenCV (cargo feature `vision`): detectors, tracking, and the codecs of compressed images.
