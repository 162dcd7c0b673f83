//! One value for each form.

use super::Form;

/// A value for the clear form, and one for the redacted form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PerForm<T> {
    /// For the clear form.
    pub clear: T,
    /// For the redacted form.
    pub redacted: T,
}

impl<T> PerForm<T> {
    /// Made by `make` for each form, the clear one first.
    pub fn of(mut make: impl FnMut(Form) -> T) -> PerForm<T> {
        PerForm { clear: make(Form::Clear), redacted: make(Form::Redacted) }
    }

    /// The value for a form.
    pub fn get(&self, form: Form) -> &T {
        match form {
            Form::Clear => &self.clear,
            Form::Redacted => &self.redacted,
        }
    }

    /// References to both.
    pub fn as_ref(&self) -> PerForm<&T> {
        PerForm { clear: &self.clear, redacted: &self.redacted }
    }

    /// Both, the clear one first.
    pub fn each(self) -> impl Iterator<Item = (Form, T)> {
        [(Form::Clear, self.clear), (Form::Redacted, self.redacted)].into_iter()
    }

    /// Another value for each form.
    pub fn map<U>(self, mut make: impl FnMut(Form, T) -> U) -> PerForm<U> {
        PerForm { clear: make(Form::Clear, self.clear), redacted: make(Form::Redacted, self.redacted) }
    }
}

impl<T> PerForm<Option<T>> {
    /// Those that are there, the clear one first.
    pub fn present(self) -> impl Iterator<Item = (Form, T)> {
        self.each().filter_map(|(form, value)| value.map(|value| (form, value)))
    }
}

impl<T, E> PerForm<Result<T, E>> {
    /// Both values, or the first error.
    pub fn all(self) -> Result<PerForm<T>, E> {
        Ok(PerForm { clear: self.clear?, redacted: self.redacted? })
    }
}
