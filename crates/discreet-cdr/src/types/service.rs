//! Services: a request and a response, defined in one file, `share/<package>/srv/<Name>.json`. An action's file,
//! `share/<package>/action/<Name>.json`, defines two services and the feedback.

use std::path::{Path, PathBuf};

use super::description::{Description, File, Individual};
use super::{TypeDefinition, TypeError, TypeLibrary, damaged, define, hash_of, parse_kind, printable};

/// An installed service type.
#[derive(Debug, Clone)]
pub struct ServiceDefinition {
    /// `package/srv/Name`, or `package/action/Name_SendGoal` and `package/action/Name_GetResult` of an action.
    pub name: String,
    /// The hash of the service as a whole.
    pub hash: String,
    /// `package/srv/Name_Request`
    pub request: TypeDefinition,
    /// `package/srv/Name_Response`
    pub response: TypeDefinition,
}

/// A type that is defined in the file of a service or an action.
pub(super) struct Part<'a> {
    package: &'a str,
    /// `srv` or `action`.
    pub folder: &'static str,
    /// The name of the file: that of the service or action.
    name: &'a str,
    /// The rest of the type's name: empty, or `_Request`, or `_SendGoal_Request`.
    pub end: &'a str,
}

/// The services of an action.
const ACTION_SERVICES: [&str; 2] = ["_SendGoal", "_GetResult"];
/// The messages of a service.
const MESSAGES: [&str; 3] = ["_Request", "_Response", "_Event"];

impl<'a> Part<'a> {
    /// Splits the name of a service, or of a part of a service or an action; `None` for other names.
    pub fn of(type_name: &'a str) -> Option<Part<'a>> {
        ["srv", "action"].into_iter().find_map(|folder| {
            let (start, rest) = type_name.split_once(&format!("/{folder}/"))?;
            let at = rest.find('_').unwrap_or(rest.len());
            let whole = type_name.get(..start.len() + folder.len() + 2 + at)?;
            let (package, name) = parse_kind(whole, &format!("/{folder}/"))?;
            Some(Part { package, folder, name, end: rest.get(at..)? })
        })
    }

    /// True if it is a service: `package/srv/Name` or `package/action/Name_SendGoal`.
    pub fn is_service(&self) -> bool {
        match self.folder {
            "srv" => self.end.is_empty(),
            _ => ACTION_SERVICES.contains(&self.end),
        }
    }

    /// True if it is a message: of a service, or an action's feedback.
    pub fn is_message(&self) -> bool {
        let of_service = |end: &str| MESSAGES.contains(&end);
        match self.folder {
            "srv" => of_service(self.end),
            _ => {
                self.end == "_FeedbackMessage"
                    || ACTION_SERVICES
                        .iter()
                        .any(|service| self.end.strip_prefix(service).is_some_and(of_service))
            }
        }
    }

    /// True if it is a service's event, which has its requests and responses.
    pub fn is_event(&self) -> bool {
        self.is_message() && self.end.ends_with("_Event")
    }
}

impl TypeLibrary {
    /// Reads and compiles the definition of a service. Reads a file on each call.
    pub fn service(&self, type_name: &str) -> Result<ServiceDefinition, TypeError> {
        let unnamed = || TypeError::ServiceName(printable(type_name));
        let service = Part::of(type_name).filter(Part::is_service).ok_or_else(unnamed)?;
        let (path, file) = self.file_of(&service)?;
        Ok(ServiceDefinition {
            name: type_name.to_owned(),
            hash: hash_of(&path, type_name, &file.type_hashes)?,
            request: part(&path, &file, format!("{type_name}_Request"))?,
            response: part(&path, &file, format!("{type_name}_Response"))?,
        })
    }

    /// A message of a service or an action.
    pub(super) fn part(&self, type_name: &str, part_of: &Part<'_>) -> Result<TypeDefinition, TypeError> {
        let (path, file) = self.file_of(part_of)?;
        part(&path, &file, type_name.to_owned())
    }

    fn file_of(&self, part: &Part<'_>) -> Result<(PathBuf, File), TypeError> {
        let Part { package, folder, name, .. } = part;
        let (path, file) = self.file(package, folder, name)?;
        if file.type_description_msg.main.type_name != format!("{package}/{folder}/{name}") {
            return Err(damaged(&path, "it defines another type"));
        }
        Ok((path, file))
    }
}

fn part(path: &Path, file: &File, name: String) -> Result<TypeDefinition, TypeError> {
    let referenced = &file.type_description_msg.referenced;
    let main = referenced.iter().find(|one| one.type_name == name).cloned();
    let main = main.ok_or_else(|| damaged(path, "a message is missing in it"))?;
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
        assert!(matches!(library().definition("../srv/SetBool_Event"), Err(TypeError::Name(_))));
    }

    #[test]
    fn an_action_has_two_services_and_its_feedback() {
        let action = "hotel_interfaces/action/NavigateToPose";
        let goal = library().service(&format!("{action}_SendGoal")).unwrap();
        assert_eq!(goal.request.name, format!("{action}_SendGoal_Request"));
        assert_eq!(type_hash(&goal.request.description), goal.request.hash);
        let strings: Vec<_> = goal.request.plan.strings().collect();
        assert_eq!(strings, ["goal.pose.header.frame_id", "goal.behavior_tree"]);
        let result = library().service(&format!("{action}_GetResult")).unwrap();
        assert_eq!(result.response.plan.strings().collect::<Vec<_>>(), ["result.error_msg"]);
        let feedback = library().definition(&format!("{action}_FeedbackMessage")).unwrap();
        assert_eq!(type_hash(&feedback.description), feedback.hash);
        assert!(library().definition(&format!("{action}_SendGoal_Event")).is_ok());
        for no_service in
            [action.to_owned(), format!("{action}_Cancel"), format!("{action}_SendGoal_Request")]
        {
            assert!(matches!(library().service(&no_service), Err(TypeError::ServiceName(_))), "{no_service}");
        }
        assert!(matches!(library().definition(action), Err(TypeError::Name(_))));
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
