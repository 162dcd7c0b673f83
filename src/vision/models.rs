//! The models: where they are, and that they are the ones that were measured.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::VisionError;

/// A folder with models, as `tools/setup` makes it.
#[derive(Debug, Clone)]
pub struct Models {
    folder: PathBuf,
}

/// What is believed, also read by `tools/lib/models.sh`.
const PINNED: &str = include_str!("models.txt");

impl Models {
    /// The models in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Models {
        Models { folder: folder.into() }
    }

    /// The folder that was `given`, or that DISCREET_MODELS names; else the first that exists: where colcon installs
    /// them, beside the program, and where `tools/setup` puts them.
    pub fn find(given: Option<&Path>) -> Result<Models, VisionError> {
        let named =
            given.map(Path::to_path_buf).or_else(|| std::env::var_os("DISCREET_MODELS").map(PathBuf::from));
        if let Some(folder) = named {
            return Ok(Models { folder });
        }
        let candidates = candidates();
        let found = candidates.iter().find(|folder| folder.is_dir()).cloned();
        found.map(|folder| Models { folder }).ok_or(VisionError::NoModels { looked_in: candidates })
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads a model, if it is byte for byte the one that is meant.
    pub fn load(&self, file: &'static str) -> Result<Vec<u8>, VisionError> {
        let path = self.folder.join(file);
        let bytes =
            std::fs::read(&path).map_err(|error| VisionError::NoModel { path: path.clone(), error })?;
        let digest = Sha256::digest(&bytes);
        if pinned(file) == Some(hex(&digest)) { Ok(bytes) } else { Err(VisionError::WrongModel { path }) }
    }
}

fn pinned(file: &str) -> Option<String> {
    let rows = PINNED.lines().filter(|line| !line.starts_with('#'));
    let mut columns = rows.map(str::split_ascii_whitespace);
    columns
        .find_map(|mut columns| (columns.next() == Some(file)).then(|| columns.next().map(str::to_owned))?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(prefixes) = std::env::var_os("AMENT_PREFIX_PATH") {
        folders.extend(std::env::split_paths(&prefixes).map(|prefix| prefix.join("share/discreet/models")));
    }
    if let Some(program) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.push(program.join("models"));
        // target/release/discreet, and target/release/examples/...
        folders.extend(program.ancestors().skip(1).take(3).map(|folder| folder.join(".ros/models")));
    }
    folders.push(PathBuf::from(".ros/models"));
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_was_tampered_with_is_not_loaded() {
        let folder = std::env::temp_dir().join(format!("discreet-models-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("mininet_ssd_v1.prototxt"), "layer {}").unwrap();
        let models = Models::at(&folder);
        let wrong = models.load("mininet_ssd_v1.prototxt").unwrap_err().to_string();
        assert!(wrong.contains("tools/setup"), "{wrong}");
        assert!(matches!(models.load("mininet_ssd_v1.caffemodel"), Err(VisionError::NoModel { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_model_is_pinned_by_a_whole_hash() {
        let rows: Vec<_> = PINNED.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() >= 5);
        for row in rows {
            let columns: Vec<_> = row.split_ascii_whitespace().collect();
            assert_eq!(columns.len(), 4, "{row}");
            assert!(columns[1].len() == 64 && columns[2].contains("=="), "{row}");
        }
    }
}
