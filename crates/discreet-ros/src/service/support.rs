//! The type support of a service type, and its messages as C structures.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

use libloading::Symbol;
use r2r_rcl as rcl;

use super::super::SerializedMessage;
use super::super::error::{RosError, check};
use super::super::type_support::{TypeSupport, library, split};
use discreet_cdr::Malformed;
use discreet_cdr::types::{ServiceDefinition, TypeDefinition, folder_of};

type Create = unsafe extern "C" fn() -> *mut c_void;
type Destroy = unsafe extern "C" fn(*mut c_void);

/// A service type. Its libraries are never unloaded.
#[derive(Clone)]
pub struct ServiceSupport {
    pub(super) handle: NonNull<rcl::rosidl_service_type_support_t>,
    pub(super) request: Structure,
    pub(super) response: Structure,
}

// SAFETY: the handle points to static, immutable data of a library that stays loaded.
unsafe impl Send for ServiceSupport {}
// SAFETY: as above.
unsafe impl Sync for ServiceSupport {}

/// The functions that make the C structure of a request or a response, and the definition that checks its bytes.
#[derive(Clone)]
pub(super) struct Structure {
    types: TypeSupport,
    create: Create,
    destroy: Destroy,
    definition: Arc<TypeDefinition>,
}

impl ServiceSupport {
    /// Loads the definition's type support from the sourced workspaces (`AMENT_PREFIX_PATH`).
    ///
    /// The name must come from the policy or from this program, never from discovery: libraries are loaded by it.
    pub fn load(definition: &ServiceDefinition) -> Result<ServiceSupport, RosError> {
        let type_name = definition.name.as_str();
        let refuse = |message: String| RosError::TypeSupport { type_name: type_name.into(), message };
        let folder = folder_of(type_name).unwrap_or("srv");
        let (package, name) =
            split(type_name, folder).ok_or_else(|| refuse("not a `package/srv/Name`".into()))?;
        let symbol =
            format!("rosidl_typesupport_c__get_service_type_support_handle__{package}__{folder}__{name}\0");
        let types = library(package, "rosidl_typesupport_c").map_err(refuse)?;
        // SAFETY: rosidl generates this function without parameters for every service; it returns a pointer to static
        // data of its library, which is never unloaded.
        let handle = unsafe {
            let get: Symbol<'_, unsafe extern "C" fn() -> *mut rcl::rosidl_service_type_support_t> =
                types.get(symbol.as_bytes()).map_err(|error| refuse(error.to_string()))?;
            get()
        };
        let structure = |end: &str, definition: &TypeDefinition| {
            Structure::load((package, folder), &format!("{name}_{end}"), definition).map_err(refuse)
        };
        Ok(ServiceSupport {
            handle: NonNull::new(handle).ok_or_else(|| refuse("null handle".into()))?,
            request: structure("Request", &definition.request)?,
            response: structure("Response", &definition.response)?,
        })
    }
}

impl Structure {
    fn load(
        (package, folder): (&str, &str),
        name: &str,
        definition: &TypeDefinition,
    ) -> Result<Structure, String> {
        let generated = library(package, "rosidl_generator_c")?;
        let find = |verb: &str| format!("{package}__{folder}__{name}__{verb}\0");
        // SAFETY: rosidl generates both functions for every structure, with these signatures: `create` allocates and
        // initialises one, `destroy` finalises and frees it. Their library is never unloaded.
        let (create, destroy) = unsafe {
            let create: Symbol<'_, Create> =
                generated.get(find("create").as_bytes()).map_err(|error| error.to_string())?;
            let destroy: Symbol<'_, Destroy> =
                generated.get(find("destroy").as_bytes()).map_err(|error| error.to_string())?;
            (*create, *destroy)
        };
        let types = TypeSupport::find(package, folder, name)?;
        Ok(Structure { types, create, destroy, definition: Arc::new(definition.clone()) })
    }

    /// An empty one.
    pub fn make(&self) -> Result<Typed<'_>, RosError> {
        // SAFETY: takes nothing, and gives an initialised structure or null.
        let message = NonNull::new(unsafe { (self.create)() });
        let message = message.ok_or_else(|| RosError::Rcl {
            doing: format!("making a {}", self.definition.name),
            message: "no memory".into(),
            code: rcl::RCL_RET_BAD_ALLOC as i32,
        })?;
        Ok(Typed { message, structure: self })
    }

    /// One from bytes, if they are a message of the type.
    pub fn read(&self, cdr: &[u8]) -> Result<Typed<'_>, RosError> {
        let malformed = |why| RosError::Malformed { type_name: self.definition.name.clone(), why };
        let end = self.definition.plan.check(cdr).map_err(malformed)?.end();
        let cdr = cdr.get(..end).unwrap_or_default();
        let typed = self.make()?;
        let lent = rcl::rcutils_uint8_array_t {
            buffer: cdr.as_ptr().cast_mut(),
            buffer_length: cdr.len(),
            buffer_capacity: cdr.len(),
            // SAFETY: returns a struct of function pointers by value.
            allocator: unsafe { rcl::rcutils_get_default_allocator() },
        };
        // SAFETY: rmw only reads the bytes, which outlive the call; the structure is one of this type, initialised, and
        // nobody else's.
        let code = unsafe { rcl::rmw_deserialize(&lent, self.types.handle.as_ptr(), typed.as_ptr()) };
        check(code, || format!("reading a {}", self.definition.name))?;
        Ok(typed)
    }
}

/// A C structure of a type.
pub(super) struct Typed<'a> {
    message: NonNull<c_void>,
    structure: &'a Structure,
}

impl Typed<'_> {
    pub fn as_ptr(&self) -> *mut c_void {
        self.message.as_ptr()
    }

    /// Its bytes.
    pub fn write(&self, cdr: &mut SerializedMessage) -> Result<(), RosError> {
        let types = self.structure.types.handle.as_ptr();
        // SAFETY: the structure is one of this type, initialised; the array is valid and grows by its own allocator.
        let code = unsafe { rcl::rmw_serialize(self.as_ptr(), types, &mut cdr.array) };
        check(code, || format!("writing a {}", self.structure.definition.name))?;
        // rmw gives the length that it has estimated, which can be more than it has written: then bytes of earlier
        // messages follow.
        if let Err(Malformed::Trailing { offset, .. }) = self.structure.definition.plan.check(cdr.as_bytes())
        {
            cdr.array.buffer_length = offset;
        }
        Ok(())
    }
}

impl Drop for Typed<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `create` of the same type, and not freed before.
        unsafe { (self.structure.destroy)(self.message.as_ptr()) };
    }
}
