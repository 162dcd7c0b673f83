//! The folder of the models, and the check that they are the pinned ones.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ModelError;

/// A folder with models, as `tools/setup` makes it.
#[derive(Debug, Clone)]
pub struct Models {
    folder: PathBuf,
}

/// The largest file; models and ONNX Runtime are smaller.
const LARGEST: u64 = 256 << 20;

/// The pinned hashes, which `tools/lib/models.sh` reads too.
const PINNED: &str = include_str!("models.txt");

impl Models {
    /// The models in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Models {
        Models { folder: folder.into() }
    }

    /// The folder that is `given`, or that DISCREET_MODELS names by an absolute path; else the first that
    /// exists: where colcon installs them, next to the program, and where `tools/setup` puts them. Never the
    /// current folder, which may be a folder of photographs.
    pub fn find(given: Option<&Path>) -> Result<Models, ModelError> {
        if let Some(folder) = given {
            return Ok(Models { folder: folder.into() });
        }
        let named = std::env::var_os("DISCREET_MODELS").filter(|named| !named.is_empty()).map(PathBuf::from);
        match named {
            Some(folder) if folder.is_absolute() => return Ok(Models { folder }),
            Some(folder) => return Err(ModelError::RelativeModels { folder }),
            None => {}
        }
        let candidates = candidates();
        let found = candidates.iter().find(|folder| folder.is_dir()).cloned();
        found.map(|folder| Models { folder }).ok_or(ModelError::NoModels { looked_in: candidates })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads a model, if it is byte for byte the pinned one.
    pub fn load(&self, file: &'static str) -> Result<Vec<u8>, ModelError> {
        let path = self.folder.join(file);
        let bytes = read(&path).map_err(|error| ModelError::NoModel { path: path.clone(), error })?;
        let digest = Sha256::digest(&bytes);
        if pinned(file) == Some(hex(&digest)) { Ok(bytes) } else { Err(ModelError::WrongModel { path }) }
    }

    /// ONNX Runtime's library in this folder, if it exists and is byte for byte the pinned one.
    pub(super) fn library(&self) -> Result<Option<PathBuf>, ModelError> {
        let here = format!("{}/", std::env::consts::ARCH);
        let found = rows().find_map(|(file, _)| Some((file, file.strip_prefix(here.as_str())?)));
        let Some((file, name)) = found else { return Ok(None) };
        let path = self.folder.join(name);
        match read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ModelError::NoModel { path, error }),
            Ok(bytes) if pinned(file) == Some(hex(&Sha256::digest(&bytes))) => Ok(Some(path)),
            Ok(_) => Err(ModelError::WrongModel { path }),
        }
    }
}

/// Reads a regular file with the size of a model.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let size = std::fs::metadata(path)?;
    if !size.is_file() || size.len() > LARGEST {
        return Err(std::io::Error::other("not a file of a model's size"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Each file, and its SHA-256. A library has its architecture before its name.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = PINNED.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut columns = row.split_ascii_whitespace();
        Some((columns.next()?, columns.next()?))
    })
}

fn pinned(file: &str) -> Option<String> {
    rows().find(|(name, _)| *name == file).map(|(_, hash)| hash.to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(prefixes) = std::env::var_os("AMENT_PREFIX_PATH") {
        let prefixes = std::env::split_paths(&prefixes).filter(|prefix| prefix.is_absolute());
        folders.extend(prefixes.map(|prefix| prefix.join("share/discreet/models")));
    }
    if let Some(program) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.push(program.join("models"));
        // target/release/discreet, and target/release/examples/...: in the build folder, and nowhere else.
        let target = program.ancestors().take(4).find(|folder| folder.ends_with("target"));
        folders.extend(target.and_then(Path::parent).map(|workspace| workspace.join(".ros/models")));
    }
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
        assert!(matches!(models.load("mininet_ssd_v1.caffemodel"), Err(ModelError::NoModel { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_library_that_is_not_the_pinned_one_is_not_loaded() {
        let folder = std::env::temp_dir().join(format!("discreet-pinned-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let models = Models::at(&folder);
        std::fs::write(folder.join("libonnxruntime.so.1.99.0"), b"\x7fELF").unwrap();
        assert!(matches!(models.library(), Ok(None)), "a newer one is as good as none");
        std::fs::write(folder.join("libonnxruntime.so.1.28.0"), b"\x7fELF").unwrap();
        assert!(matches!(models.library(), Err(ModelError::WrongModel { .. })));
        std::fs::remove_file(folder.join("libonnxruntime.so.1.28.0")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.join("libonnxruntime.so.1.28.0")).unwrap();
        assert!(matches!(models.library(), Err(ModelError::NoModel { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn no_folder_is_looked_for_from_where_the_program_was_started() {
        assert!(candidates().iter().all(|folder| folder.is_absolute()), "{:?}", candidates());
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
