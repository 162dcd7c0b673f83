//! The hash of a type (REP 2016, RIHS01): SHA-256 of its description in one fixed spelling of JSON.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::description::{Description, Individual};

/// `RIHS01_` and 64 hexadecimal digits, as rosidl computes it.
pub fn type_hash(description: &Description) -> String {
    let mut referenced: Vec<&Individual> = description.referenced.iter().collect();
    referenced.sort_by(|one, other| one.type_name.cmp(&other.type_name));
    let mut json = String::from("{\"type_description\": ");
    individual(&mut json, &description.main);
    json.push_str(", \"referenced_type_descriptions\": [");
    for (at, one) in referenced.into_iter().enumerate() {
        json.push_str(if at > 0 { ", " } else { "" });
        individual(&mut json, one);
    }
    json.push_str("]}");
    let mut text = String::from("RIHS01_");
    for byte in Sha256::digest(json.as_bytes()) {
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

/// Names hold letters, digits, `_` and `/` only, so there is nothing to escape.
fn individual(json: &mut String, one: &Individual) {
    let _infallible = write!(json, "{{\"type_name\": \"{}\", \"fields\": [", one.type_name);
    for (at, field) in one.fields.iter().enumerate() {
        let kind = &field.field_type;
        let _infallible = write!(
            json,
            "{}{{\"name\": \"{}\", \"type\": {{\"type_id\": {}, \"capacity\": {}, \"string_capacity\": {}, \
             \"nested_type_name\": \"{}\"}}}}",
            if at > 0 { ", " } else { "" },
            field.name,
            kind.type_id,
            kind.capacity,
            kind.string_capacity,
            kind.nested_type_name
        );
    }
    json.push_str("]}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TypeLibrary;

    #[test]
    fn the_hash_is_the_one_that_rosidl_computed() {
        let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/types");
        let library = TypeLibrary::new([root]);
        for name in [
            "std_msgs/msg/String",
            "std_msgs/msg/Header",
            "sensor_msgs/msg/Image",
            "sensor_msgs/msg/LaserScan",
        ] {
            let installed = library.definition(name).unwrap();
            assert_eq!(type_hash(&installed.description), installed.hash, "{name}");
        }
    }
}
