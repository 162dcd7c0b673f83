//! Every YAML block is a policy, its cases, a trust file, or a fragment of a policy, and passes the check.
//!
//! A block with `discreet:`, `cases:` or `discreet_trust:` is whole. Any other is marked `yaml fragment`: some sections of
//! a policy, in full. What is missing for a policy is added here.

use discreet_policy::cases::{self, CasesFile};
use discreet_policy::finding::{Finding, render};
use discreet_policy::json_schema::{schema, validate};
use discreet_policy::tree::{self, FileLimits};
use discreet_policy::trust::TrustFile;
use discreet_policy::{Policy, Severity};

use crate::pages::{Fence, Page, pages};

/// Sections that a fragment need not have.
const REST: [(&str, &str); 6] = [
    ("discreet", "discreet: 1\n"),
    ("robot", "robot: example\n"),
    ("version", "version: 1\n"),
    ("classes", "classes: { operational: { retention: 7d }, contextual: { retention: 24h } }\n"),
    ("topics", "topics: { /scan: { type: sensor_msgs/msg/LaserScan, class: operational } }\n"),
    ("rules", "rules: [{ who: everyone, read: operational, as: clear }]\n"),
];

/// The keys at the top of a block.
fn keys(fence: &Fence) -> Vec<&str> {
    let top = fence.lines.iter().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    top.filter_map(|line| line.split_once(':')).map(|(key, _)| key).collect()
}

fn completed(fence: &Fence) -> String {
    let keys = keys(fence);
    let rest = REST.iter().filter(|(key, _)| !keys.contains(key)).map(|(_, text)| *text);
    fence.text() + &rest.collect::<String>()
}

/// The errors in a block; of a whole policy its warnings too.
fn findings(page: &Page, fence: &Fence) -> Result<(), String> {
    let at = format!("{}:{}", page.name, fence.line);
    let is_fragment = fence.info == "yaml fragment";
    let keys = keys(fence);
    let show = |findings: &[Finding], text: &str| Err(render(findings, &at, text, false));
    match keys.as_slice() {
        [] => Err(format!("{at}: this YAML has no key at its top")),
        _ if keys.contains(&"discreet") && !is_fragment => match Policy::read(&at, &fence.text()) {
            Ok((_, warnings)) if warnings.is_empty() => Ok(()),
            Ok((_, findings)) | Err(findings) => show(&findings, &fence.text()),
        },
        ["discreet_trust", ..] | ["cases"] if !is_fragment => {
            let schema = if keys == ["cases"] { schema::<CasesFile>() } else { schema::<TrustFile>() };
            let text = fence.text();
            let root = match tree::read(&text, &FileLimits::FILE) {
                Ok(root) => root,
                Err(finding) => return show(&[finding], &text),
            };
            let findings = validate(&root, &text, &schema);
            if findings.is_empty() { Ok(()) } else { show(&findings, &text) }
        }
        _ if !is_fragment => Err(format!("{at}: this is not a whole policy, so mark it ```yaml fragment")),
        _ => {
            let text = completed(fence);
            match Policy::read(&at, &text) {
                Ok(_) => Ok(()),
                Err(findings) => {
                    let errors: Vec<_> =
                        findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
                    show(&errors, &text)
                }
            }
        }
    }
}

#[test]
fn every_policy_in_the_documentation_passes_the_check() {
    let (mut whole, mut fragments, mut wrong) = (0, 0, Vec::new());
    for page in pages() {
        for fence in page.fences.iter().filter(|fence| fence.info.starts_with("yaml")) {
            if fence.info == "yaml" {
                whole += 1
            } else {
                fragments += 1
            }
            wrong.extend(findings(&page, fence).err());
        }
    }
    println!("{whole} whole YAML files, {fragments} fragments of policies");
    assert!(whole >= 5 && fragments >= 3, "{whole} and {fragments}: does the search work?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_cases_in_the_documentation_come_out_as_their_policies_decide() {
    let mut ran = 0;
    for page in pages() {
        let named = |name: &str| page.fences.iter().find(|fence| fence.file_name() == Some(name));
        for of_cases in page.fences.iter().filter(|fence| keys(fence) == ["cases"]) {
            let name = of_cases.file_name().unwrap_or_else(|| {
                panic!("{}:{}: name the file in its first line: # NAME.cases.yaml", page.name, of_cases.line)
            });
            let policy_name = name.replace(".cases.yaml", ".yaml");
            let policy =
                named(&policy_name).unwrap_or_else(|| panic!("{}: no {policy_name}", page.name)).text();
            let (read, _) = Policy::read(&policy_name, &policy).expect("the other test finds its errors");
            let cases = of_cases.text();
            let outcome = cases::run(&read, &policy_name, &policy, &cases);
            assert!(outcome.failures.is_empty(), "{}", render(&outcome.failures, name, &cases, false));
            ran += outcome.cases;
        }
    }
    assert!(ran > 0, "no cases were found");
}
