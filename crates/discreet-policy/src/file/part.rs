//! Parts of a file: values with their places.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::finding::Span;
use crate::tree::{Node, Value};

/// A map of names to entries, in the order of the file.
pub struct Section<T>(pub Vec<Located<T>>);

/// A part of the file: its value and its place.
pub struct Located<T> {
    /// Its name, if it has one.
    pub name: String,
    /// The place of the name, or the start of the part.
    pub span: Span,
    /// The part as a tree, to find the places of its keys.
    pub node: Node,
    /// Its value; `None` after an error in its structure, which has been reported.
    pub value: Option<T>,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Section<T> {
    /// The names of all entries, including those with errors.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|entry| entry.name.as_str())
    }
}

impl<T> Located<T> {
    /// Its place, if its structure has an error.
    pub fn unread(&self) -> Option<Span> {
        self.value.is_none().then_some(self.span)
    }

    /// The place of the value under a key; that of the entry without such a key.
    pub fn place(&self, key: &str) -> Span {
        self.node.entry(key).map_or(self.span, |entry| entry.node.span)
    }

    /// The place of the key itself; that of the entry without such a key.
    pub fn key_place(&self, key: &str) -> Span {
        self.node.entry(key).map_or(self.span, |entry| entry.key_span)
    }

    /// The place of the n-th name under a key: the value itself, or an item of the list.
    pub fn item_place(&self, key: &str, index: usize) -> Span {
        self.node.entry(key).map_or(self.span, |entry| entry.node.item_place(index))
    }
}

impl<T: JsonSchema> JsonSchema for Section<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<String, T>::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

pub(super) fn single<T: DeserializeOwned>(root: &Node, key: &str) -> Located<T> {
    let node =
        root.entry(key).map_or_else(|| Node { span: root.span, value: Value::Null }, |e| e.node.clone());
    part(key, node.span, &node)
}

pub(super) fn section<T: DeserializeOwned>(root: &Node, key: &str) -> Section<T> {
    match root.entry(key).map(|entry| &entry.node.value) {
        Some(Value::Map(entries)) => {
            let named = entries.iter().filter(|entry| !entry.is_null);
            Section(named.map(|entry| part(&entry.key, entry.key_span, &entry.node)).collect())
        }
        _ => Section(Vec::new()),
    }
}

pub(crate) fn list<T: DeserializeOwned>(root: &Node, key: &str) -> Vec<Located<T>> {
    match root.entry(key).map(|entry| &entry.node.value) {
        Some(Value::List(items)) => items.iter().map(|item| part("", item.span, item)).collect(),
        _ => Vec::new(),
    }
}

fn part<T: DeserializeOwned>(name: &str, span: Span, node: &Node) -> Located<T> {
    let value = serde_json::from_value(node.to_json()).ok();
    Located { name: name.to_owned(), span, node: node.clone(), value }
}
