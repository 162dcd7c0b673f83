//! Addresses of devices. Telephones, mail and the web are read without a pattern: `telephone.rs`, `web.rs`.

use super::super::check::money;
use super::{Rule, code, raw};
use crate::Kind;

pub(super) const RULES: &[Rule] = &[
    raw(Kind::Ip, r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d{1,2})?", 65, 85, money::ipv4),
    code(Kind::Mac, r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}", 65, 85, money::mac).as_written(),
    code(Kind::Mac, r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}", 65, 85, money::mac).as_written(),
    code(Kind::Mac, r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}", 60, 85, money::mac).as_written(),
    code(Kind::Imei, r"\d{15}", 30, 85, money::imei),
    code(Kind::Imei, r"\d{2}-\d{6}-\d{6}-\d", 70, 90, money::imei),
];
