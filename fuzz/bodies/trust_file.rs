//! Any bytes as a trust file: refused with a reason, or a threshold that its owners can reach.

use discreet_policy::Trust;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // As if the file that it names were the one at its end.
    let file = || Ok(text.get(text.find("discreet public").unwrap_or(0)..).unwrap_or_default().to_owned());
    match Trust::read("fuzz.yaml", text, |_| file()) {
        Ok(trust) => {
            assert!((1..=trust.owners().len()).contains(&trust.threshold()) && trust.owners().len() <= 32);
            assert!(!trust.here().chars().any(char::is_control) && !trust.summary().contains('\n'));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
