//! Enums whose variants have a name outside of the program: in a policy, a label, a report.

/// Declares an enum without fields, each variant with its name, and makes `ALL` and the function that gives the name.
///
/// ```
/// discreet_host::words! {
///     /// The size of a cup.
///     #[derive(Debug, Clone, Copy, PartialEq, Eq)]
///     pub enum Cup {
///         /// A tenth of a litre.
///         Small = "small",
///         /// A quarter of a litre.
///         Large = "large",
///     }
///     /// The name on the menu.
///     name
/// }
/// assert_eq!(Cup::ALL.map(Cup::name), ["small", "large"]);
/// ```
#[macro_export]
macro_rules! words {
    (
        $(#[$about:meta])*
        $visibility:vis enum $Enum:ident {
            $($(#[$about_variant:meta])* $Variant:ident = $word:literal),+ $(,)?
        }
        $(#[$about_name:meta])*
        $name:ident
    ) => {
        $(#[$about])*
        $visibility enum $Enum {
            $($(#[$about_variant])* $Variant,)+
        }

        impl $Enum {
            /// All of them, in the order of the variants.
            pub const ALL: [$Enum; [$($word),+].len()] = [$($Enum::$Variant),+];

            $(#[$about_name])*
            pub const fn $name(self) -> &'static str {
                match self {
                    $($Enum::$Variant => $word,)+
                }
            }
        }
    };
}
