//! Where ONNX Runtime's shared library is.
//!
//! It is looked at before it is loaded: the `ort` crate waits for itself forever when a library cannot be loaded or is too
//! old (it asks the library for the means to report that).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The oldest that will do: 1.18.
const OLDEST: (u32, u32) = (1, 18);

/// The newest usable library in the folder of the models, or else where the system keeps its own.
pub(super) fn find(models: &Path) -> Option<PathBuf> {
    let mut folders = vec![models.to_path_buf()];
    if let Some(more) = std::env::var_os("LD_LIBRARY_PATH") {
        folders.extend(std::env::split_paths(&more));
    }
    let architecture = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    folders.extend(["/usr/local/lib", &architecture, "/usr/lib64", "/usr/lib"].map(PathBuf::from));
    folders.iter().find_map(|folder| newest(folder))
}

fn newest(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    let libraries = files.filter(|path| version(path).is_some() && usable(path).is_ok());
    libraries.max_by_key(|path| version(path))
}

/// Whether a library can be expected to load.
pub(super) fn usable(path: &Path) -> Result<(), String> {
    let real = std::fs::canonicalize(path).map_err(|error| error.to_string())?;
    let mut magic = [0; 4];
    File::open(&real).and_then(|mut file| file.read_exact(&mut magic)).map_err(|error| error.to_string())?;
    if magic != *b"\x7fELF" {
        return Err("not a shared library".into());
    }
    match version(&real) {
        Some(Some(version)) if version < OLDEST => Err("older than ONNX Runtime 1.18".into()),
        _ => Ok(()),
    }
}

/// The version in `libonnxruntime.so.1.28.0`; `Some(None)` without one; nothing if it is no library of this name.
fn version(path: &Path) -> Option<Option<(u32, u32)>> {
    let rest = path.file_name()?.to_str()?.strip_prefix("libonnxruntime.so")?;
    if rest.is_empty() {
        return Some(None);
    }
    let numbers: Vec<u32> =
        rest.strip_prefix('.')?.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    match numbers.as_slice() {
        [major, minor, ..] => Some(Some((*major, *minor))),
        _ => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_libraries_tell_versions() {
        let of = |name: &str| version(Path::new(name));
        assert_eq!(of("/usr/lib/libonnxruntime.so.1.28.0"), Some(Some((1, 28))));
        assert_eq!(of("libonnxruntime.so"), Some(None));
        assert_eq!(of("libonnxruntime.so.1"), Some(None));
        assert_eq!(of("libonnxruntime.so.1.28.0.license"), None);
        assert_eq!(of("libonnxruntime_providers_shared.so"), None);
    }

    #[test]
    fn what_would_not_load_is_not_tried() {
        let folder = std::env::temp_dir().join(format!("discreet-library-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in [("libonnxruntime.so.1.17.3", b"\x7fELF"), ("libonnxruntime.so.1.30.0", b"text")]
        {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        assert_eq!(newest(&folder), None);
        std::fs::write(folder.join("libonnxruntime.so.1.20.0"), b"\x7fELF").unwrap();
        assert_eq!(newest(&folder), Some(folder.join("libonnxruntime.so.1.20.0")));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
