//! The list of commands of a program.

/// Declares the commands of a program: the name of each and its arguments, whose method `run` does the work.
macro_rules! verbs {
    (enum $Verbs:ident { $($(#[$about_verb:meta])* $Verb:ident($Arguments:ty),)+ }) => {
        #[derive(clap::Subcommand)]
        enum $Verbs {
            $($(#[$about_verb])* $Verb($Arguments),)+
        }

        impl $Verbs {
            /// Runs the command.
            fn run(self) -> anyhow::Result<std::process::ExitCode> {
                match self {
                    $($Verbs::$Verb(arguments) => arguments.run().map(std::process::ExitCode::from),)+
                }
            }
        }
    };
}
