//! The list of commands of a program.

/// Declares the commands of a program: the name of each and its arguments, whose method `run` does the work.
macro_rules! commands {
    (enum $Command:ident { $($(#[$about:meta])* $Name:ident($Arguments:ty),)+ }) => {
        #[derive(clap::Subcommand)]
        enum $Command {
            $($(#[$about])* $Name($Arguments),)+
        }

        impl $Command {
            /// Runs the command.
            fn run(self) -> anyhow::Result<std::process::ExitCode> {
                match self {
                    $($Command::$Name(arguments) => arguments.run().map(std::process::ExitCode::from),)+
                }
            }
        }
    };
}
