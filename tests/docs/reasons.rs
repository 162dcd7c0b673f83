//! docs/reasons.md, from the reasons in the code.

use discreet_guard::denied::Denied;
use discreet_guard::ingress::Refused;
use discreet_redact::BlankReason;

const HEAD: &str = "\
# Reasons for denied messages

For the operator who reads a reason in diagnostics or in the audit log: the meaning of each, and the remedy.

This page is generated from the code (`DISCREET_WRITE_DOCS=1 cargo test --test docs`); do not edit it. A reason that is an alarm hints at
an attack or at a defect: its topic is an ERROR in `/diagnostics`. The others are normal: the policy denied the message.
";

const OUT: &str = "\n## Messages that stay inside
`denied REASON` in diagnostics counts messages; `refused REASON` names publishers that are not accepted.\n\n";

const IN: &str = "\n## Rejected commands and calls
The sender of a command is not told; the caller of a service gets the reason in `refused` of the response.\n\n";

const BLACK: &str = "\n## Black frames
The frame leaves with all of its pixels zero. Each is counted in diagnostics and in the audit log.\n\n";

/// The page.
pub fn render() -> String {
    let denied = Denied::ALL.map(|reason| (reason.label(), reason.advice(), reason.is_alarm()));
    let refused = Refused::ALL.map(|reason| (reason.label(), reason.advice(), reason.is_alarm()));
    // Every frame that is blanked makes its topic an ERROR.
    let blind = BlankReason::ALL.map(|reason| (reason.label(), reason.advice(), true));
    [HEAD, OUT, &table(&denied), IN, &table(&refused), BLACK, &table(&blind)].concat()
}

fn table(rows: &[(&str, &str, bool)]) -> String {
    let mut text = String::from("| reason | meaning and remedy | alarm |\n|---|---|---|\n");
    for (label, advice, alarm) in rows {
        assert!(!advice.is_empty(), "{label} has advice");
        let alarm = if *alarm { "yes" } else { "no" };
        text += &format!("| `{label}` | {} | {alarm} |\n", advice.replace('|', "\\|"));
    }
    text
}
