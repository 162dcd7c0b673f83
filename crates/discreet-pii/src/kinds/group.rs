//! Groups of kinds.

discreet_host::words! {
    /// A group of kinds. A policy may name a group in the place of all of its kinds.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Group {
        /// Cards, accounts, wallets: `money`.
        Money = "money",
        /// Means to reach a person: `contact`.
        Contact = "contact",
        /// Addresses and serial numbers of devices: `network`.
        Network = "network",
        /// Credentials: `secret`.
        Secret = "secret",
        /// Names and properties of a person: `about_person`.
        Person = "about_person",
        /// Places where a person is or lives: `location`.
        Place = "location",
        /// References of a hotel to its guests: `stay`.
        Stay = "stay",
        /// Passports, driving licences, vehicle registrations: `document`. The word `passport` covers the passports of
        /// all countries too, `driving_licence` all driving licences, `vehicle_plate` all registrations.
        Document = "document",
        /// Numbers that a state issues to a person: `national_id`.
        NationalId = "national_id",
        /// Numbers of patients and of those who treat them: `health`.
        Health = "health",
        /// Numbers of companies, which often stand for one person: `business`.
        Business = "business",
        /// Kinds that the policy defines by patterns of its own: `own`.
        Own = "own",
    }

    /// The word in a policy.
    name
}

impl Group {}
