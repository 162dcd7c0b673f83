//! `discreet schema`: the structure of the files, for editors.

use clap::ValueEnum;
use discreet_policy::cases::CasesFile;
use discreet_policy::file::PolicyFile;
use discreet_policy::json_schema::schema;
use discreet_policy::trust::TrustFile;

use super::Answer;
use super::input::say_json;

/// Prints the JSON Schema of policies, for editors.
///
/// An editor with the YAML language server checks and completes as you type when a policy begins with
///
///   # yaml-language-server: $schema=policy.schema.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct SchemaOf {
    /// The kind of file.
    #[arg(value_enum, default_value_t = Kind::Policy)]
    kind: Kind,
    /// No effect: a schema is JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Policies.
    Policy,
    /// Their cases.
    Cases,
    /// Trust files.
    Trust,
}

impl SchemaOf {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let schema = match self.kind {
            Kind::Policy => schema::<PolicyFile>(),
            Kind::Cases => schema::<CasesFile>(),
            Kind::Trust => schema::<TrustFile>(),
        };
        say_json(&schema)?;
        Ok(Answer::Yes)
    }
}
