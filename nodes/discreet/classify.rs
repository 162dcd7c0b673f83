//! `discreet classify`: the text fields of a type, and the kinds of data that their names suggest.

use discreet_cdr::types::{TypeDefinition, TypeLibrary};
use discreet_pii::{Field, Kinds};
use serde_json::{Value, json};

use super::Answer;
use super::input::{say, say_json};

/// Shows the fields of an installed type with text in which personal data would be searched for.
///
/// A field's name tells much about its data: `guest.passport_no` suggests a passport, `speech.transcript` spoken words.
/// Suggested kinds are found there with more confidence.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  discreet classify std_msgs/msg/String
  discreet classify --fields diagnostic_msgs/msg/DiagnosticArray
  discreet classify --fields --json std_srvs/srv/SetBool

Exit codes:
  0  the type is installed
  2  it is not, or no ROS 2 is sourced")]
pub struct Classify {
    /// A message's or a service's type, as `package/msg/Name` or `package/srv/Name`
    #[arg(value_name = "TYPE")]
    type_name: String,
    /// Lists the fields
    #[arg(long)]
    fields: bool,
    /// Answers with JSON
    #[arg(long)]
    json: bool,
}

/// A field with text.
struct Row {
    path: String,
    field: Field,
}

impl Classify {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let library = TypeLibrary::from_env()?;
        let rows = if self.type_name.contains("/srv/") {
            let service = library.service(&self.type_name)?;
            rows(&service.request, "request.").chain(rows(&service.response, "response.")).collect()
        } else {
            rows(&library.definition(&self.type_name)?, "").collect::<Vec<_>>()
        };
        if self.json {
            say_json(
                &json!({ "type": self.type_name, "fields": rows.iter().map(as_json).collect::<Vec<_>>() }),
            )?;
            return Ok(Answer::Yes);
        }
        let telling = rows.iter().filter(|row| row.field != Field::default()).count();
        let texts = if rows.len() == 1 { "1 text field" } else { &format!("{} text fields", rows.len()) };
        say(&format!("{}: {texts}, {telling} with a name that suggests its kinds", self.type_name));
        if self.fields {
            let width = rows.iter().map(|row| row.path.len()).max().unwrap_or_default();
            rows.iter()
                .for_each(|row| say(format!("  {:width$}  {}", row.path, promises(&row.field)).trim_end()));
        }
        Ok(Answer::Yes)
    }
}

fn rows(of: &TypeDefinition, part: &'static str) -> impl Iterator<Item = Row> {
    of.plan.strings().map(move |path| Row { path: format!("{part}{path}"), field: Field::of(path) })
}

/// In words, the group where it promises all of it.
fn promises(field: &Field) -> String {
    let spoken = field.spoken.then_some("spoken");
    spoken.into_iter().chain(names(field.hints)).collect::<Vec<_>>().join(", ")
}

/// Few words for many kinds: a group for all of its kinds.
fn names(mut kinds: Kinds) -> Vec<&'static str> {
    let mut names = Vec::new();
    for word in Kinds::words() {
        let Some(group) = Kinds::named(word).filter(|group| kinds.covers(*group)) else { continue };
        names.push(word);
        group.iter().for_each(|kind| kinds.remove(kind));
    }
    // A word may stand for a kind and its countries, where only the one is promised.
    names.extend(kinds.iter().map(|kind| kind.name()));
    names
}

fn as_json(row: &Row) -> Value {
    let hints: Vec<_> = row.field.hints.iter().map(|kind| kind.name()).collect();
    json!({ "field": row.path, "spoken": row.field.spoken, "hints": hints })
}
