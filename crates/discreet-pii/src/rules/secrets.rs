//! What opens doors. Services give their keys prefixes so that they are found.

use super::{Rule, code, form};
use crate::Kind;

/// A service's key, by its prefix, of at least so many characters.
const fn key(pattern: &'static str, least: u8) -> Rule {
    form(Kind::ApiKey, pattern, 95, 95).least(least).as_written()
}

/// A token, by its beginning, of at least so many characters.
const fn token(pattern: &'static str, least: u8) -> Rule {
    form(Kind::Token, pattern, 95, 95).least(least).as_written()
}

pub(super) const RULES: &[Rule] = &[
    key(r"A(?:KIA|SIA|ROA|IDA)[A-Z0-9]+", 20),           // Amazon
    key(r"gh[pousr]_[A-Za-z0-9]+", 34),                  // GitHub
    key(r"github_pat_[A-Za-z0-9_]+", 33),                // GitHub
    key(r"glpat-[A-Za-z0-9_-]+", 26),                    // GitLab
    key(r"AIza[A-Za-z0-9_-]+", 39),                      // Google
    key(r"GOCSPX-[A-Za-z0-9_-]+", 35),                   // Google
    key(r"ya29\.[A-Za-z0-9_-]+", 25),                    // Google
    key(r"xox[abeoprs]-[A-Za-z0-9-]+", 15),              // Slack
    key(r"xapp-\d-[A-Za-z0-9-]+", 27),                   // Slack
    key(r"(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]+", 18), // Stripe
    key(r"whsec_[A-Za-z0-9]+", 30),                      // Stripe
    key(r"sk-[A-Za-z0-9_-]+", 24),                       // model services
    key(r"hf_[A-Za-z0-9]+", 33),                         // Hugging Face
    key(r"npm_[A-Za-z0-9]+", 40),                        // npm
    key(r"pypi-[A-Za-z0-9_-]+", 55),                     // PyPI
    key(r"dop_v1_[a-f0-9]+", 71),                        // DigitalOcean
    key(r"SG\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", 36),      // SendGrid
    key(r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]+", 38),         // Shopify
    key(r"AGE-SECRET-KEY-1[0-9A-Z]+", 74),               // age
    token(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", 20), // RFC 7519
    token(r"[Bb]earer [A-Za-z0-9._~+/-]+=*", 23).behind(7), // RFC 6750
    token(r"[Bb]asic [A-Za-z0-9+/]+=*", 22).behind(6),   // RFC 7617
    code(Kind::Password, r"\d{4,8}", 0, 70, |code| code.len() >= 4).within(2),
];
