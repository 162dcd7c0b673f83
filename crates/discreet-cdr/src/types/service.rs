//! Services: a request and a response, defined in one file, `share/<package>/srv/<Name>.json`.

use std::path::{Path, PathBuf};

use super::description::{Description, File, Individual};
use super::{TypeDefinition, TypeError, TypeLibrary, damaged, define, hash_of, parse_kind, printable};

/// An installed service type.
#[derive(Debug, Clone)]
pub struct ServiceDefinition {
    /// `package/srv/Name`
    pub name: String,
    /// The hash of the service as a whole.
    pub hash: String,
    /// `package/srv/Name_Request`
    pub request: TypeDefinition,
    /// `package/srv/Name_Response`
    pub response: TypeDefinition,
}

impl TypeLibrary {
    /// Reads and compiles the definition of a service. Reads a file on each call.
    pub fn service(&self, type_name: &str) -> Result<ServiceDefinition, TypeError> {
        let (path, file) = self.service_file(type_name)?;
        Ok(ServiceDefinition {
            name: type_name.to_owned(),
            hash: hash_of(&path, type_name, &file.type_hashes)?,
            request: part(&path, &file, "Request")?,
            response: part(&path, &file, "Response")?,
        })
    }

    /// One message of a service: its `Request`, its `Response`, or its `Event`, which has both.
    pub(super) fn part_of_service(&self, type_name: &str, end: &str) -> Result<TypeDefinition, TypeError> {
        let (path, file) = self.service_file(type_name)?;
        part(&path, &file, end)
    }

    fn service_file(&self, type_name: &str) -> Result<(PathBuf, File), TypeError> {
        let unnamed = || TypeError::ServiceName(printable(type_name));
        let (package, name) = parse_kind(type_name, "/srv/").ok_or_else(unnamed)?;
        let (path, file) = self.file(package, "srv", name)?;
        if file.type_description_msg.main.type_name != type_name {
            return Err(damaged(&path, "it defines another type"));
        }
        Ok((path, file))
    }
}

fn part(path: &Path, file: &File, end: &str) -> Result<TypeDefinition, TypeError> {
    let Description { main, referenced } = &file.type_description_msg;
    let name = format!("{}_{end}", main.type_name);
    let main = referenced.iter().find(|one| one.type_name == name).cloned();
    let main = main.ok_or_else(|| damaged(path, "a message of the service is missing in it"))?;
    let description = Description { referenced: used_by(&main, referenced), main };
    define(path, &name, description, &file.type_hashes)
}

/// The types that `main` uses, directly or not, in the order in which the file has them.
fn used_by(main: &Individual, all: &[Individual]) -> Vec<Individual> {
    let (mut used, mut open) = (vec![false; all.len()], vec![main]);
    while let Some(one) = open.pop() {
        for field in &one.fields {
            let nested = &field.field_type.nested_type_name;
            let known = all.iter().zip(&mut used).find(|(known, _)| known.type_name == *nested);
            if let Some((known, used)) = known
                && !std::mem::replace(used, true)
            {
                open.push(known);
            }
        }
    }
    all.iter().zip(used).filter(|(_, used)| *used).map(|(one, _)| one.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rihs::type_hash;
    use super::*;

    fn library() -> TypeLibrary {
        TypeLibrary::new([PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/types")])
    }

    #[test]
    fn a_service_has_a_plan_for_its_request_and_one_for_its_response() {
        let service = library().service("std_srvs/srv/SetBool").unwrap();
        assert_eq!(service.request.name, "std_srvs/srv/SetBool_Request");
        assert_eq!(service.response.plan.strings().collect::<Vec<_>>(), ["message"]);
        assert!(service.request.plan.check(&[0, 1, 0, 0, 1]).is_ok());
        assert!(service.request.plan.check(&[0, 1, 0, 0]).is_err());
        assert_eq!(type_hash(&service.request.description), service.request.hash);
        assert_eq!(type_hash(&service.response.description), service.response.hash);
    }

    #[test]
    fn what_tells_about_calls_is_a_message_like_any_other() {
        let event = library().definition("std_srvs/srv/SetBool_Event").unwrap();
        assert_eq!(event.name, "std_srvs/srv/SetBool_Event");
        assert!(event.plan.strings().any(|path| path == "response[].message"));
        assert_eq!(type_hash(&event.description), event.hash);
        assert!(matches!(library().definition("../srv/SetBool_Event"), Err(TypeError::ServiceName(_))));
    }

    #[test]
    fn only_services_are_read_as_services() {
        for name in
            ["std_srvs/msg/SetBool", "../srv/SetBool", "std_srvs/srv/../x", "std_srvs/srv/SetBool_Request"]
        {
            assert!(matches!(library().service(name), Err(TypeError::ServiceName(_))), "{name}");
        }
        assert!(matches!(library().service("std_srvs/srv/Nothing"), Err(TypeError::NoType { .. })));
    }
}
