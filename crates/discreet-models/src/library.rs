//! Checks that a library named by the user is ONNX Runtime.
//!
//! It is checked before it is loaded: the `ort` crate deadlocks when a library cannot be loaded or is too old
//! (it asks the library for the means to report that). Without a name, only the library that is pinned by its
//! hash is loaded, from the folder of the models (`Models::library`).

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use memchr::memmem;

/// The oldest supported version: 1.18.
const OLDEST: (u32, u32) = (1, 18);

/// The largest size; every release is smaller.
const LARGEST: u64 = 1 << 30;

/// The function that every ONNX Runtime has.
const ENTRY: &[u8] = b"OrtGetApiBase";

/// Can a library be expected to load, and can only its owner have changed it?
pub(super) fn usable(path: &Path) -> Result<(), String> {
    if !path.is_absolute() {
        return Err(
            "not an absolute path: a relative one depends on the folder that the program was started in"
                .into(),
        );
    }
    let said = |error: std::io::Error| error.to_string();
    let real = std::fs::canonicalize(path).map_err(said)?;
    let metadata = std::fs::metadata(&real).map_err(said)?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err("not a shared library".into());
    }
    if metadata.permissions().mode() & 0o002 != 0 {
        return Err("every user may write to it".into());
    }
    let mut bytes = Vec::new();
    File::open(&real).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)).map_err(said)?;
    if !bytes.starts_with(b"\x7fELF") || memmem::find(&bytes, ENTRY).is_none() {
        return Err("not ONNX Runtime's shared library".into());
    }
    match version(&real) {
        Some(version) if version < OLDEST => Err("older than ONNX Runtime 1.18".into()),
        _ => Ok(()),
    }
}

/// The version in `libonnxruntime.so.1.28.0`, if it has one.
fn version(path: &Path) -> Option<(u32, u32)> {
    let rest = path.file_name()?.to_str()?.strip_prefix("libonnxruntime.so.")?;
    let mut numbers = rest.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_libraries_tell_versions() {
        let of = |name: &str| version(Path::new(name));
        assert_eq!(of("/usr/lib/libonnxruntime.so.1.28.0"), Some((1, 28)));
        assert_eq!(of("libonnxruntime.so"), None);
        assert_eq!(of("libonnxruntime.so.1"), None);
    }

    #[test]
    fn what_would_not_load_is_not_tried() {
        let folder = std::env::temp_dir().join(format!("discreet-library-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let good = b"\x7fELF..OrtGetApiBase";
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.join(name), bytes).unwrap();
            folder.join(name)
        };
        assert!(usable(&write("libonnxruntime.so.1.17.3", good)).is_err());
        assert!(usable(&write("libonnxruntime.so.1.30.0", b"OrtGetApiBase")).is_err());
        assert!(usable(&write("libonnxruntime.so.1.31.0", b"\x7fELF, and another library")).is_err());
        let path = write("libonnxruntime.so.1.20.0", good);
        assert_eq!(usable(&path), Ok(()));
        assert!(usable(Path::new("libonnxruntime.so.1.20.0")).is_err());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(usable(&path).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
