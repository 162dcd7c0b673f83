//! Groups of kinds.

/// A group of kinds. A policy may name a group in the place of all of its kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Cards, accounts, wallets: `money`.
    Money,
    /// Means to reach a person: `contact`.
    Contact,
    /// Addresses and serial numbers of devices: `network`.
    Network,
    /// Credentials: `secret`.
    Secret,
    /// Names and properties of a person: `about_person`.
    Person,
    /// Places where a person is or lives: `location`.
    Place,
    /// References of a hotel to its guests: `stay`.
    Stay,
    /// Passports, driving licences, vehicle registrations: `document`. The word `passport` covers the passports of
    /// all countries too, `driving_licence` all driving licences, `vehicle_plate` all registrations.
    Document,
    /// Numbers that a state issues to a person: `national_id`.
    NationalId,
    /// Numbers of patients and of those who treat them: `health`.
    Health,
    /// Numbers of companies, which often stand for one person: `business`.
    Business,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 11] = [
        Group::Money,
        Group::Contact,
        Group::Network,
        Group::Secret,
        Group::Person,
        Group::Place,
        Group::Stay,
        Group::Document,
        Group::NationalId,
        Group::Health,
        Group::Business,
    ];

    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Money => "money",
            Group::Contact => "contact",
            Group::Network => "network",
            Group::Secret => "secret",
            Group::Person => "about_person",
            Group::Place => "location",
            Group::Stay => "stay",
            Group::Document => "document",
            Group::NationalId => "national_id",
            Group::Health => "health",
            Group::Business => "business",
        }
    }
}
