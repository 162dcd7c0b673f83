//! The options of `discreet redact` that say how each subject is covered: `--faces HOW`, `--plates[=HOW]`, one for each
//! subject that detectors know.

use clap::builder::EnumValueParser;
use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use discreet_redact::{Cover, Subject};

/// The option that covers the whole picture instead.
const INSTEAD: &str = "lowres";

/// The covers that were asked for.
#[derive(Default)]
pub struct Covers(pub Vec<(Subject, Cover)>);

/// Cover of a subject.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum How {
    /// One colour: no content remains.
    Solid,
    /// A mosaic of at most 6 by 6 tiles.
    Pixelate,
    /// Blurred. It may be possible to undo that.
    Blur,
    /// None.
    Off,
}

impl How {
    fn cover(self) -> Option<Cover> {
        match self {
            How::Solid => Some(Cover::Solid),
            How::Pixelate => Some(Cover::Pixelate),
            How::Blur => Some(Cover::Blur),
            How::Off => None,
        }
    }
}

impl Covers {
    /// The options that are off unless they are named.
    pub fn further() -> impl Iterator<Item = String> {
        let further = Subject::ALL.into_iter().filter(|subject| *subject != Subject::DEFAULT);
        further.map(|subject| format!("--{}", subject.name()))
    }
}

impl Args for Covers {
    fn augment_args(command: Command) -> Command {
        command.args(Subject::ALL.map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Covers::augment_args(command)
    }
}

fn option(subject: Subject) -> Arg {
    let option = Arg::new(subject.name()).long(subject.name()).value_name("HOW").conflicts_with(INSTEAD);
    let option = option.value_parser(EnumValueParser::<How>::new());
    let thing = subject.in_words();
    if subject == Subject::DEFAULT {
        return option.help(format!("Cover of {thing}")).default_value(Cover::Solid.name());
    }
    let option = option.help(format!("Covers {thing} too"));
    option.num_args(0..=1).require_equals(true).default_missing_value(Cover::Solid.name())
}

impl FromArgMatches for Covers {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Covers, Error> {
        let cover = |subject: Subject| {
            let how = matches.get_one::<How>(subject.name())?;
            Some((subject, how.cover()?))
        };
        Ok(Covers(Subject::ALL.into_iter().filter_map(cover).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Covers::from_arg_matches(matches)?;
        Ok(())
    }
}
