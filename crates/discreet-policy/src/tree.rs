//! A YAML file as a tree in which every key and value has its place.
//!
//! Bytes, depth, nodes and aliases of a file are limited.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_yaml::budget::BudgetBreach;
use serde_yaml::options::NonFiniteFloatPolicy;
use serde_yaml::{Error, Location, Spanned};

use super::finding::{Finding, Span, plain};

/// Limits of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// Size of the file, in bytes.
    pub bytes: usize,
    /// Nesting of lists and maps.
    pub depth: usize,
    /// Values and keys, aliases counted as often as they are used.
    pub nodes: usize,
    /// Topics, rules and so on, each.
    pub entries: usize,
    /// Stakeholders. Each may have a timetable for each topic.
    pub stakeholders: usize,
    /// Globs over topics. They are compared with each other.
    pub globs: usize,
}

impl FileLimits {
    /// For files.
    pub const FILE: Self =
        Self { bytes: 256 * 1024, depth: 32, nodes: 100_000, entries: 10_000, stakeholders: 100, globs: 200 };
    /// For policies a program makes in memory, such as a benchmark's.
    pub const LARGE: Self = Self {
        bytes: 256 << 20,
        depth: 32,
        nodes: 50_000_000,
        entries: 10_000_000,
        stakeholders: 10_000,
        globs: 1000,
    };
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its place.
    pub span: Span,
    /// Its value.
    pub value: Value,
}

/// Value of a node.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(Number),
    /// Text, quoted or not.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, as written: in order, and with keys that appear twice.
    Map(Vec<MapEntry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct MapEntry {
    /// The key.
    pub key: String,
    /// The place of the key.
    pub key_span: Span,
    /// True if YAML reads the key as null: `null`, `~`.
    pub is_null: bool,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The first value under a key, if this is a map and has it.
    pub fn entry(&self, key: &str) -> Option<&MapEntry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The place of the n-th item, if this is a list and has it; else its own.
    pub fn item_place(&self, index: usize) -> Span {
        let item = if let Value::List(items) = &self.value { items.get(index) } else { None };
        item.map_or(self.span, |item| item.span)
    }

    /// The same without places. Of a key that appears twice the first counts.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => serde_json::Value::Bool(*value),
            Value::Number(value) => serde_json::Value::Number(value.clone()),
            Value::Text(value) => serde_json::Value::String(value.clone()),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                let mut map = serde_json::Map::new();
                for entry in entries.iter().filter(|entry| !entry.is_null) {
                    map.entry(entry.key.clone()).or_insert_with(|| entry.node.to_json());
                }
                serde_json::Value::Object(map)
            }
        }
    }
}

/// Reads a file into a tree. YAML that cannot be read is one finding: nothing after it can be trusted.
pub fn read(text: &str, limits: &FileLimits) -> Result<Node, Finding> {
    let start = Span { line: 1, column: 1, start: 0, end: 1 };
    if text.len() > limits.bytes {
        let message = format!("the file has more than the {} bytes that are read", limits.bytes);
        return Err(Finding::error("file-too-large", start, message)
            .help("use globs for topics and lists for `who` and `read` to say the same in fewer lines"));
    }
    let budget = serde_yaml::budget! {
        max_depth: limits.depth,
        flow_nesting_limit: limits.depth.saturating_mul(2),
        max_nodes: limits.nodes,
        max_events: limits.nodes.saturating_mul(2),
        max_aliases: 256,
        max_anchors: 256,
        max_recorded_anchor_events: limits.nodes,
        max_recorded_anchor_bytes: limits.bytes,
        max_total_scalar_bytes: limits.bytes,
        max_documents: 1,
        max_merge_keys: 0,
    };
    let alias_limits = serde_yaml::alias_limits! {
        max_total_replayed_events: limits.nodes.min(10_000),
        max_replay_stack_depth: 8,
        max_alias_expansions_per_anchor: 256,
    };
    let options = serde_yaml::options! {
        budget: budget,
        alias_limits: alias_limits,
        // Each repeated key is a finding of its own, made later with all the others.
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::PassThrough,
        merge_keys: serde_yaml::options::MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        // A policy cannot use infinity as a number; as text, it is reported at its place.
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    let mut root: Node =
        serde_yaml::from_str_with_options(text, options).map_err(|error| unreadable(&error, text))?;
    if root.span.line == 0 {
        root.span = start;
    }
    Ok(root)
}

fn unreadable(error: &Error, text: &str) -> Finding {
    let error = error.without_snippet();
    let mut span = error.location().map_or_else(Span::default, place);
    if span.end == 0 {
        // A scanner's error comes with line and column only.
        let before = text
            .split_inclusive('\n')
            .take(span.line.saturating_sub(1) as usize)
            .map(str::len)
            .sum::<usize>();
        let line = text.get(before..).unwrap_or_default();
        let within = line.char_indices().nth(span.column.saturating_sub(1) as usize).map_or(0, |(at, _)| at);
        span.start = before + within;
        span.end = span.start + 1;
    }
    match error {
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            Finding::error("second-document", span, "a file holds one policy; here a second begins")
                .help("take the `---` out, or make two files of it")
        }
        Error::Budget { breach: BudgetBreach::Depth { depth }, .. } => Finding::error(
            "file-too-complex",
            span,
            format!("this is nested {depth} deep; a policy needs far less"),
        )
        .help("look for a bracket that is not closed"),
        Error::Budget { breach, .. } => {
            Finding::error("file-too-complex", span, format!("the file exceeds a limit: {breach:?}"))
                .help("use globs, lists and classes to write the same with fewer entries lines")
        }
        // An error while an alias is replayed arrives as text; the limits are ours, so their wording is tested below.
        Error::AliasError { .. } if error.to_string().contains("limit exceeded") => {
            Finding::error("file-too-complex", span, "aliases blow the file up beyond any real policy")
                .help("write it out instead of repeating aliases of aliases")
        }
        other => {
            let message = other.to_string();
            // The place is shown in any case.
            let message = message.split(" at line ").next().unwrap_or_default();
            Finding::error("yaml", span, format!("this is not YAML: {}", plain(message)))
                .help("nothing after this place was read; put it right and check again")
        }
    }
}

fn place(location: Location) -> Span {
    let start = location.span().byte_offset().unwrap_or(0) as usize;
    let length = location.span().byte_len().unwrap_or(0) as usize;
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Span {
        line: narrow(location.line()),
        column: narrow(location.column()),
        start,
        end: start.saturating_add(length),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let mut span = place(spanned.referenced);
        // For a list or a map, the parser gives the beginning only.
        let last = match &spanned.value {
            Value::List(items) => items.last(),
            Value::Map(entries) => entries.last().map(|entry| &entry.node),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
        };
        if let Some(last) = last.filter(|last| last.span.start >= span.start) {
            span.end = span.end.max(last.span.end);
        }
        Ok(Self { span, value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        // A key that YAML reads as null is reported later, at its place and with all the others.
        while let Some(key) = map.next_key::<Spanned<Option<String>>>()? {
            let node = map.next_value()?;
            let (key_span, is_null) = (place(key.referenced), key.value.is_none());
            entries.push(MapEntry { key_span, key: key.value.unwrap_or_default(), is_null, node });
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_their_place() {
        let root = read("a: 1\n\"b\":\n  - x\n  - {c: yes}\n", &FileLimits::FILE).unwrap();
        let b = root.entry("b").unwrap();
        assert_eq!((b.key_span.line, b.key_span.column), (2, 1));
        let Value::List(items) = &b.node.value else { panic!("a list") };
        assert_eq!((items[0].span.line, items[0].span.column, items[0].span.start), (3, 5, 14));
        assert!(matches!(&items[1].entry("c").unwrap().node.value, Value::Text(text) if text == "yes"));
    }

    #[test]
    fn a_key_written_twice_is_kept_twice() {
        let root = read("a: 1\na: 2\n", &FileLimits::FILE).unwrap();
        assert!(matches!(root.value, Value::Map(entries) if entries.len() == 2));
    }

    #[test]
    fn a_billion_laughs_are_refused_fast() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..20 {
            let previous = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", [previous.as_str(); 10].join(", "));
        }
        let started = std::time::Instant::now();
        let refused = read(&text, &FileLimits::FILE).unwrap_err();
        assert_eq!(refused.code, "file-too-complex", "{}", refused.message);
        assert!(started.elapsed().as_secs() < 2);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("a: {}{}", "[".repeat(40), "]".repeat(40));
        assert_eq!(read(&deep, &FileLimits::FILE).unwrap_err().code, "file-too-complex");
        let absurd = "[".repeat(100_000);
        assert!(read(&absurd, &FileLimits::FILE).is_err());
    }
}
