//! Sealed messages and commands, grants, the catalogue, and files of identities.

use crate::bodies::{action, catalog, command, grants, identity_file, parameters, sealed};
use crate::mutations::{INPUTS, fuzz, fuzz_some};

#[test]
fn no_sealed_message_opens_but_those_that_were_sealed() {
    let seeds = sealed::seeds();
    seeds.iter().for_each(|seed| sealed::run(seed));
    fuzz(&seeds, sealed::run);
}

#[test]
fn no_catalogue_breaks_its_reader() {
    fuzz(&catalog::seeds(), catalog::run);
}

#[test]
fn no_grant_breaks_its_reader() {
    // Each input is signed by the robot, and read twice.
    fuzz_some(&grants::seeds(), grants::run, INPUTS / 4);
}

#[test]
fn no_command_opens_but_those_that_were_sealed() {
    fuzz_some(&command::seeds(), command::run, INPUTS / 4);
}

#[test]
fn only_declared_parameters_go_in_and_leave() {
    let seeds = parameters::seeds();
    seeds.iter().for_each(|seed| parameters::run(seed));
    fuzz(&seeds, parameters::run);
}

#[test]
fn no_message_of_an_action_reaches_a_goal_of_another() {
    let seeds = action::seeds();
    seeds.iter().for_each(|seed| action::run(seed));
    fuzz(&seeds, action::run);
}

#[test]
fn no_identity_file_breaks_whoever_opens_it() {
    use discreet_seal::identity::{Identity, age, private};
    let identity = Identity::generate("front_desk").unwrap();
    let plain = private::write(&identity);
    let sealed = age::seal(plain.as_bytes(), identity_file::PASSPHRASE, 1).unwrap();
    let seeds = [identity.public_file().into_bytes(), plain.as_bytes().to_vec(), sealed];
    seeds.iter().for_each(|seed| identity_file::run(seed));
    fuzz(&seeds, identity_file::run);
}
