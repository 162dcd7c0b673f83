//! Enums of reasons: a row has all of one reason.

/// Declares an enum of reasons. A row has a reason's name outside of the program, `alarm` for a hint at an attack or a
/// fault or `quiet` for the policy at work, and its remedy. Makes `ALL`, `label`, `advice`, `is_alarm` and `Display`.
///
/// ```
/// discreet_host::reasons! {
///     /// The reason for a missing coffee.
///     #[derive(Debug, Clone, Copy, PartialEq, Eq)]
///     pub enum NoCoffee {
///         /// The machine is broken.
///         Broken = "broken", alarm, "call the technician",
///         /// It is night.
///         Night = "night", quiet, "wait until the morning",
///     }
/// }
/// assert_eq!(NoCoffee::Night.label(), "night");
/// assert!(NoCoffee::Broken.is_alarm());
/// ```
#[macro_export]
macro_rules! reasons {
    (
        $(#[$about:meta])*
        $visibility:vis enum $Enum:ident {
            $($(#[$about_variant:meta])* $Variant:ident = $word:literal, $level:ident, $advice:literal),+ $(,)?
        }
    ) => {
        $crate::words! {
            $(#[$about])*
            $visibility enum $Enum {
                $($(#[$about_variant])* $Variant = $word),+
            }

            /// The name in the audit, in diagnostics and in JSON. Never changes once released.
            label
        }

        impl $Enum {
            /// The remedy, for the person on shift.
            pub const fn advice(self) -> &'static str {
                match self {
                    $($Enum::$Variant => $advice,)+
                }
            }

            /// True for a hint at an attack or a fault; false for the policy at work.
            pub const fn is_alarm(self) -> bool {
                match self {
                    $($Enum::$Variant => $crate::reasons!(@ $level),)+
                }
            }
        }

        impl std::fmt::Display for $Enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.label())
            }
        }
    };
    (@ alarm) => { true };
    (@ quiet) => { false };
}
