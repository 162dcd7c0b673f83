//! The inspectors of images: a redactor process for each topic.

use discreet_redact::remote::{Patience, Program, Remote};
use discreet_ros::{InspectorFactory, Logger, keep_files_to_itself};

/// Makes a redactor for each topic. Its failures and restarts are logged.
pub fn inspectors(logger: &Logger) -> anyhow::Result<InspectorFactory> {
    let program = Program { prepare: keep_files_to_itself, ..Program::beside_this()? };
    let logger = logger.clone();
    Ok(Box::new(move |topic| {
        let (topic, logger) = (topic.to_owned(), logger.clone());
        let mut remote = Remote::new(program.clone(), Patience::default())
            .telling(move |news| logger.warn(&format!("{topic}: {news}")));
        remote.tend();
        Box::new(remote)
    }))
}
