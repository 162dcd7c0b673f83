//! The structure of a policy file: one generated JSON Schema for editors and for `check`, so that they never disagree.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value as Json;

use super::finding::{Finding, Span, plain, quoted, suggest};
use super::tree::{MapEntry, Node, Value};

/// The JSON Schema of a kind of file: [`super::file::PolicyFile`] or [`super::cases::CasesFile`].
pub fn schema<T: JsonSchema>() -> Json {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    // No key takes an empty value, so that a forgotten value is never "as if it were not there".
    RecursiveTransform(|schema: &mut schemars::Schema| {
        if let Some(object) = schema.as_object_mut() {
            without_null(object);
        }
    })
    .transform(&mut schema);
    schema.to_value()
}

fn without_null(object: &mut serde_json::Map<String, Json>) {
    // An editor does not need the Rust types of numbers.
    object.remove("format");
    object.remove("default");
    if let Some(Json::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Json::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Json::Array(branches)) = object.get_mut("anyOf") else { return };
    branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
    if let [Json::Object(only)] = branches.as_slice() {
        let only = only.clone();
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

/// Compares a tree with the schema, and returns all mistakes. `text`: the file that the tree was read from.
pub fn validate(root: &Node, text: &str, schema: &Json) -> Vec<Finding> {
    let mut walk = Walk { root: schema, text, findings: Vec::new() };
    walk.node(root, schema, root.span);
    walk.findings
}

struct Walk<'a> {
    root: &'a Json,
    text: &'a str,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    /// `named_at`: the place of the value's key, for values without a place of their own that is worth showing.
    fn node(&mut self, node: &Node, schema: &'a Json, named_at: Span) {
        if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
            let target = target.strip_prefix('#').and_then(|path| self.root.pointer(path));
            return target.into_iter().for_each(|target| self.node(node, target, named_at));
        }
        if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array) {
            return self.branches(node, branches, schema, named_at);
        }
        if let Some(expected) = schema.get("type").and_then(Json::as_str)
            && !has_type(node, expected)
        {
            return self.wrong_type(node, &[expected], schema, named_at);
        }
        match &node.value {
            Value::Map(entries) => self.map(entries, schema, named_at),
            Value::List(items) => self.list(node, items, schema),
            Value::Text(text) => self.text(node, text, schema),
            Value::Number(number) => self.number(node, number, schema),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// Checks the branch for this type of value; without one, the error names the types of all.
    fn branches(&mut self, node: &Node, branches: &'a [Json], schema: &'a Json, named_at: Span) {
        let constants: Option<Vec<&str>> =
            branches.iter().map(|branch| branch.get("const").and_then(Json::as_str)).collect();
        if let (Some(constants), Value::Text(text)) = (constants, &node.value) {
            return self.one_of(node, text, &constants);
        }
        let fitting =
            branches.iter().find(|branch| branch_types(branch).iter().any(|name| has_type(node, name)));
        match fitting {
            Some(branch) => self.node(node, branch, named_at),
            None => {
                let types: Vec<&str> = branches.iter().flat_map(branch_types).collect();
                self.wrong_type(node, &types, schema, named_at);
            }
        }
    }

    fn wrong_type(&mut self, node: &Node, expected: &[&str], schema: &Json, named_at: Span) {
        if let Some(finding) = self.unquoted(node, expected, schema) {
            return self.findings.push(finding);
        }
        let mut names: Vec<&str> = expected.iter().map(|name| spoken(name)).collect();
        names.dedup();
        let found = match &node.value {
            Value::Number(_) if expected == ["integer"] => {
                &self.written(node.span).map_or_else(|| "a number".to_owned(), quoted)
            }
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        };
        let span = if matches!(node.value, Value::Null | Value::Map(_) | Value::List(_)) {
            named_at
        } else {
            node.span
        };
        let finding =
            Finding::error("wrong-type", span, format!("expected {}, found {found}", names.join(" or ")));
        let described = described(schema);
        let help = match as_meant(node, expected) {
            Some(meant) => format!("write {}. {described}", quoted(meant)),
            None => described,
        };
        self.findings.push(if help.is_empty() { finding } else { finding.help(help.trim_end()) });
    }

    /// Text without quotes that YAML reads as something else: `True`, `null`, `0815`.
    fn unquoted(&self, node: &Node, expected: &[&str], schema: &Json) -> Option<Finding> {
        let read_as = match &node.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) | Value::List(_) | Value::Map(_) => return None,
        };
        let written = self.written(node.span).filter(|_| expected.contains(&"string"))?;
        let described = described(schema);
        let message = format!("YAML reads {} as {read_as}, but text is expected here", quoted(written));
        let help = match words(schema) {
            Some(words) => suggest(written, words, ""),
            None if takes_any_text(schema) => {
                format!("{}. {described}", in_quotes(written))
            }
            None => described,
        };
        Some(Finding::error("wrong-type", node.span, message).help(help.trim_end()))
    }

    /// A scalar as written; `None` if it is empty, or written elsewhere (an alias).
    fn written(&self, span: Span) -> Option<&'a str> {
        let written = self.text.get(span.start..span.end)?.lines().next()?.trim();
        (!written.is_empty() && !written.starts_with('*')).then_some(written)
    }

    fn map(&mut self, entries: &[MapEntry], schema: &'a Json, named_at: Span) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties");
        let what = schema.get("title").and_then(Json::as_str).unwrap_or("entry");
        let mut seen = std::collections::HashMap::new();
        for entry in entries {
            if entry.is_null {
                let written = self.written(entry.key_span).unwrap_or_default();
                let message =
                    format!("YAML reads {} as nothing, but a key is expected here", quoted(written));
                self.findings
                    .push(Finding::error("wrong-type", entry.key_span, message).help(in_quotes(written)));
                continue;
            }
            if let Some(line) = seen.insert(entry.key.as_str(), entry.key_span.line) {
                let message = format!("the key {} is written twice", quoted(&entry.key));
                self.findings.push(
                    Finding::error("duplicate-key", entry.key_span, message)
                        .help(format!("the first is on line {line}; keep one of them")),
                );
            }
            let known = properties.and_then(|properties| properties.get(&entry.key));
            match (known, others) {
                (Some(property), _) => self.node(&entry.node, property, entry.key_span),
                (None, Some(Json::Bool(false))) => {
                    let names = properties.into_iter().flat_map(|p| p.keys()).map(String::as_str);
                    let help = suggest(&entry.key, names.collect::<Vec<_>>(), "it has no keys");
                    let article = if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
                    let message = format!("unknown key {} in {article} {what}", quoted(&entry.key));
                    self.findings.push(Finding::error("unknown-key", entry.key_span, message).help(help));
                }
                (None, Some(other @ Json::Object(_))) => self.node(&entry.node, other, entry.key_span),
                (None, _) => {}
            }
        }
        for required in
            schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
        {
            if seen.contains_key(required) {
                continue;
            }
            let finding =
                Finding::error("missing-key", named_at, format!("this {what} has no {}", quoted(required)));
            let description = properties
                .and_then(|properties| properties.get(required)?.get("description")?.as_str())
                .unwrap_or_default();
            self.findings.push(finding.help(format!("add `{required}:`. {}", one_line(description))));
        }
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &'a Json) {
        let bound = |key: &str| schema.get(key).and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok());
        let (least, most) = (bound("minItems").unwrap_or(0), bound("maxItems").unwrap_or(usize::MAX));
        if items.len() < least || items.len() > most {
            let range = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            let message = match items.len() {
                0 => "this list is empty".to_owned(),
                1 => "this list has 1 item".to_owned(),
                number => format!("this list has {number} items"),
            };
            self.findings
                .push(Finding::error("wrong-length", node.span, message).help(format!("it takes {range}")));
        }
        if let Some(of_each) = schema.get("items") {
            for item in items {
                self.node(item, of_each, item.span);
            }
        }
    }

    fn text(&mut self, node: &Node, text: &str, schema: &'a Json) {
        if let Some(values) = schema.get("enum").and_then(Json::as_array) {
            let values: Vec<&str> = values.iter().filter_map(Json::as_str).collect();
            return self.one_of(node, text, &values);
        }
        if let Some(constant) = schema.get("const").and_then(Json::as_str) {
            return self.one_of(node, text, &[constant]);
        }
        let bound = |key: &str, otherwise: u64| schema.get(key).and_then(Json::as_u64).unwrap_or(otherwise);
        let (least, most) = (bound("minLength", 0), bound("maxLength", u64::MAX));
        let length = text.chars().count() as u64;
        if length < least || length > most {
            let message = if length == 0 {
                "this text is empty".to_owned()
            } else {
                format!("this text has {length} characters")
            };
            let help = format!("it takes {least} to {most} characters");
            self.findings.push(Finding::error("wrong-length", node.span, message).help(help));
        }
    }

    fn one_of(&mut self, node: &Node, text: &str, values: &[&str]) {
        if values.contains(&text) {
            return;
        }
        let message = format!("{} is not one of the values this key takes", quoted(text));
        let help = suggest(text, values.iter().copied(), "");
        self.findings.push(Finding::error("unknown-value", node.span, message).help(help));
    }

    fn number(&mut self, node: &Node, number: &serde_json::Number, schema: &'a Json) {
        let is_odd = |written: &&str| !written.starts_with(['"', '\'']) && !is_plain_number(written);
        if let Some(written) = self.written(node.span).filter(is_odd) {
            let message = format!("{} is read as {number}", quoted(written));
            let finding = Finding::error("number-form", node.span, message);
            return self.findings.push(finding.help(format!("write it in decimal digits alone: `{number}`")));
        }
        if let Some(values) = schema.get("enum").and_then(Json::as_array) {
            let known = values.iter().any(|value| value.as_f64() == number.as_f64());
            if !known {
                let list: Vec<String> = values.iter().map(Json::to_string).collect();
                let message = format!("{number} is not one of the values this key takes");
                let finding = Finding::error("unknown-value", node.span, message);
                self.findings.push(finding.help(format!("one of {}", list.join(", "))));
            }
            return;
        }
        let Some(value) = number.as_f64() else { return };
        let bound = |key: &str| schema.get(key).and_then(Json::as_f64);
        let too_low = bound("minimum").is_some_and(|least| value < least);
        let too_high = bound("maximum").is_some_and(|most| value > most);
        if !too_low && !too_high {
            return;
        }
        let help = match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) if least == most => format!("the only value is {least}"),
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => return,
        };
        self.findings
            .push(Finding::error("out-of-range", node.span, format!("{number} is out of range")).help(help));
    }
}

fn has_type(node: &Node, name: &str) -> bool {
    match &node.value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => {
            name == "number" || (name == "integer" && (number.is_u64() || number.is_i64()))
        }
        Value::Text(_) => name == "string",
        Value::List(_) => name == "array",
        Value::Map(_) => name == "object",
    }
}

/// The words that a text may be; `None` if it may be any text.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(Json::Array(words)) = schema.get("enum") {
        return Some(words.iter().filter_map(Json::as_str).collect());
    }
    let branches = schema.get("oneOf").and_then(Json::as_array)?;
    branches.iter().map(|branch| branch.get("const").and_then(Json::as_str)).collect()
}

/// True if it may be any text. Of several branches, one that takes text decides.
fn takes_any_text(schema: &Json) -> bool {
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array);
    match branches {
        Some(branches) => branches.iter().any(takes_any_text),
        None => {
            schema.get("type").is_some_and(|name| name == "string")
                && schema.get("enum").is_none()
                && schema.get("const").is_none()
        }
    }
}

fn in_quotes(written: &str) -> String {
    let short: String = plain(written).chars().take(80).collect();
    format!("put it in quotes: `\"{short}\"`")
}

/// The intended value of a text with an obvious meaning: `yes` for true, `"3"` for 3.
fn as_meant<'n>(node: &'n Node, expected: &[&str]) -> Option<&'n str> {
    let Value::Text(text) = &node.value else { return None };
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" if expected == ["boolean"] => Some("true"),
        "no" | "off" | "false" if expected == ["boolean"] => Some("false"),
        _ if expected.iter().all(|name| matches!(*name, "integer" | "number")) && is_plain_number(text) => {
            Some(text)
        }
        _ => None,
    }
}

/// True for digits, a point and an exponent, as in JSON (RFC 8259): every reader takes it as the same number.
fn is_plain_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn described(schema: &Json) -> String {
    schema.get("description").and_then(Json::as_str).map(one_line).unwrap_or_default()
}

fn branch_types(branch: &Json) -> Vec<&str> {
    if let Some(name) = branch.get("type").and_then(Json::as_str) {
        return vec![name];
    }
    let inner = branch.get("oneOf").or_else(|| branch.get("anyOf")).and_then(Json::as_array);
    inner.into_iter().flatten().flat_map(branch_types).collect()
}

fn spoken(json_type: &str) -> &str {
    match json_type {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

fn one_line(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}
