//! Circuits, whose contacts are pins too.

/// Does a word for a circuit end the text, so that a pin is one of its contacts: `GPIO pin 4471`?
pub(crate) fn is_of_board(head: &str) -> bool {
    const BOARDS: [&str; 12] = [
        "gpio",
        "digital",
        "analog",
        "analogue",
        "input",
        "output",
        "io",
        "header",
        "connector",
        "servo",
        "pwm",
        "board",
    ];
    BOARDS.iter().any(|word| {
        let head = head.trim_end();
        head.len()
            .checked_sub(word.len())
            .and_then(|at| head.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}
