//! docs/policy-reference.md, from the JSON Schema of a policy.

use discreet_pii::Kinds;
use discreet_policy::file::PolicyFile;
use discreet_policy::json_schema::schema;
use discreet_redact::Subject;
use serde_json::Value;

const HEAD: &str = "\
# Policy reference

For the author of a policy: every key of the policy file, with type, default and allowed values.

This page is generated from the JSON Schema (`DISCREET_WRITE_DOCS=1 cargo test --test docs`); do not edit it. `discreet schema` prints the
schema for editors. [policy.md](policy.md) explains how to write a policy. A key without a value is an error, and so is an unknown key.
";

/// Sections of the page: heading, introduction, and where the schema has its keys.
const SECTIONS: [(&str, &str, &str); 13] = [
    ("Top level", "", ""),
    ("`classes`", "A map from the name of a class to:", "ClassEntry"),
    ("`classes.NAME.escalate`", "", "EscalateEntry"),
    ("`stakeholders`", "A map from the name of a stakeholder to:", "StakeholderEntry"),
    ("`topics`", "A map from the full name of a topic, or a glob, to:", "TopicEntry"),
    ("`topics.NAME.camera`", "", "CameraEntry"),
    ("`commands`", "A map from the full name of a topic to:", "CommandEntry"),
    ("`services`", "A map from the full name of a service to:", "ServiceEntry"),
    ("`actions`", "A map from the full name of an action to:", "ActionEntry"),
    ("`parameters`", "A map from the full name of a node to:", "ParametersEntry"),
    ("`parameters.NODE.names`", "A map from the name of a parameter to:", "ParameterEntry"),
    ("`personal_data`", "", "PersonalDataEntry"),
    ("`rules`", "A list of:", "RuleEntry"),
];

/// The page.
pub fn render() -> String {
    let schema = schema::<PolicyFile>();
    let definitions = schema["$defs"].as_object().expect("the schema has definitions");
    let described: Vec<&str> = SECTIONS.iter().map(|(_, _, name)| *name).collect();
    for name in definitions.keys() {
        assert!(described.contains(&name.as_str()), "the reference has no section for {name}");
    }
    let mut text = HEAD.to_owned();
    for (heading, introduction, name) in SECTIONS {
        let of = if name.is_empty() { &schema } else { &definitions[name] };
        let words = if introduction.is_empty() { one_line(of) } else { introduction.to_owned() };
        text += &format!("\n## {heading}\n{words}\n\n{}", keys(of));
    }
    text += &redact(&definitions["TopicEntry"]["properties"]["redact"]);
    text += &kinds();
    text
}

/// A table of the keys of an object: those that are required first.
fn keys(object: &Value) -> String {
    let properties = object["properties"].as_object().expect("a section has keys");
    let required: Vec<&str> =
        object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut text = String::from("| key | type | default | description |\n|---|---|---|---|\n");
    let (first, then): (Vec<_>, Vec<_>) =
        properties.iter().partition(|(key, _)| required.contains(&key.as_str()));
    for (key, value) in first.into_iter().chain(then) {
        let (description, default) = default(&one_line(value));
        assert!(!description.is_empty(), "`{key}` has no description");
        let default = if required.contains(&key.as_str()) { "required".to_owned() } else { default };
        let row = [format!("`{key}`"), kind(value), default, description + &allowed(value)];
        text += &format!("| {} |\n", row.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    text
}

/// A description without its sentence `Without it: ...`, and the content of that sentence.
fn default(description: &str) -> (String, String) {
    match description.split_once("Without it: ") {
        Some((before, default)) => (before.trim().to_owned(), default.trim_end_matches('.').to_owned()),
        None => (description.to_owned(), "none".to_owned()),
    }
}

fn one_line(value: &Value) -> String {
    value["description"].as_str().unwrap_or_default().replace('\n', " ")
}

/// The type of a value in words, with its bounds.
fn kind(value: &Value) -> String {
    if let Some(name) = value["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        let (heading, _, _) = SECTIONS.iter().find(|(_, _, section)| *section == name).expect("a section");
        let anchor: String = heading.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        return format!("[{heading}](#{})", anchor.to_lowercase());
    }
    if value["oneOf"].is_array() {
        return "word".into();
    }
    if let Some(degrees) = value["anyOf"][0]["enum"].as_array() {
        let numbers: Vec<String> = degrees.iter().map(Value::to_string).collect();
        let word = value["anyOf"][1]["const"].as_str().unwrap_or_default();
        return format!("{} or `{word}`", numbers.join(", "));
    }
    if value["anyOf"][0]["oneOf"].is_array() {
        return "[redaction](#redact)".into();
    }
    if value["anyOf"].is_array() {
        return "text, or a list of texts".into();
    }
    let bounds = |least: &str, most: &str| match (value[least].as_u64(), value[most].as_u64()) {
        (Some(least), Some(most)) if least == most => format!(", {least}"),
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    };
    match value["type"].as_str() {
        Some("integer") => format!("whole number{}", bounds("minimum", "maximum")),
        Some("number") => "number".into(),
        Some("boolean") => "`true` or `false`".into(),
        Some("string") if value["enum"].is_array() => "[kind](#kinds-of-personal-data)".into(),
        Some("string") => match bounds("minLength", "maxLength") {
            bounds if bounds.is_empty() => "text".into(),
            bounds => format!("text{bounds} characters"),
        },
        Some("array") => format!("list of {}{}", several(&value["items"]), bounds("minItems", "maxItems")),
        Some("object") => match &value["additionalProperties"] {
            Value::Object(of) if of.contains_key("anyOf") => "map to [redaction](#redact)".into(),
            of => format!("map to {}", kind(of)),
        },
        other => panic!("the reference does not know the type {other:?}: {value}"),
    }
}

fn several(value: &Value) -> String {
    match kind(value).as_str() {
        "text" => "texts".into(),
        "number" => "numbers".into(),
        other => other.to_owned(),
    }
}

/// The permitted words of a value, each with its meaning.
fn allowed(value: &Value) -> String {
    let of = if value["additionalProperties"]["oneOf"].is_array() {
        &value["additionalProperties"]
    } else {
        value
    };
    let Some(words) = of["oneOf"].as_array() else { return String::new() };
    match words.len() {
        1 => return String::new(),
        2..=5 => {}
        _ if words.iter().any(|word| word["const"] == "remove") => return " [Operators](#redact).".into(),
        _ => {
            let names = words.iter().map(|word| format!("`{}`", word["const"].as_str().unwrap_or_default()));
            return format!(" {}.", names.collect::<Vec<_>>().join(", "));
        }
    }
    let meaning = |word: &Value| {
        let description = one_line(word);
        format!(
            "`{}`: {}",
            word["const"].as_str().unwrap_or_default(),
            uncapitalised(description.trim_end_matches('.'))
        )
    };
    format!(" {}.", words.iter().map(meaning).collect::<Vec<_>>().join("; "))
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn redact(redact: &Value) -> String {
    let forms = redact["additionalProperties"]["anyOf"].as_array().expect("a redaction has several forms");
    let [hide, _kinds, field] = forms.as_slice() else { panic!("a redaction has three forms") };
    let mut text = format!(
        "\n## `redact`\nA map. Of an image: {} or `frame` to an operator. Of another type: the path of a field, \
         or `\"*\"`, to an operator, to a list of [kinds](#kinds-of-personal-data), or to `{{ find, with, spoken }}`.\n\n\
         | operator | description |\n|---|---|\n",
        Subject::names()
    );
    for word in hide["oneOf"].as_array().expect("operators") {
        text += &format!("| `{}` | {} |\n", word["const"].as_str().unwrap_or_default(), one_line(word));
    }
    text + &format!("\n{}\n\n{}", one_line(field), keys(field))
}

fn kinds() -> String {
    let words: Vec<String> = Kinds::words().map(|word| format!("`{word}`")).collect();
    let mut text = String::from(
        "\n## Kinds of personal data\n`all`, a group of kinds, or a kind (`discreet redact-text --kinds help` lists them too):\n\n",
    );
    let mut line = String::new();
    for word in words {
        if line.len() + word.len() > 130 {
            text += &format!("{},\n", line);
            line.clear();
        }
        line += &if line.is_empty() { word } else { format!(", {word}") };
    }
    text + &line + ".\n"
}
