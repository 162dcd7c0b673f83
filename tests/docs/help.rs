//! Commands that are not run: their program, subcommand, flags and arguments exist.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use discreet_redact::Subject;

use crate::pages::{files, root};
use crate::programs::Check;

/// The defect of a command, if any.
pub fn errors(words: &[String], check: Check) -> Result<(), String> {
    match check {
        Check::Run | Check::Help(_) => own(words),
        Check::Source(file) => in_source(words, file),
        Check::Script => script(words),
        Check::Ros2 => ros2(words),
        Check::Node => node(words),
        Check::File => file(words),
        Check::Along | Check::System => Ok(()),
    }
}

fn flags(words: &[String]) -> impl Iterator<Item = &str> {
    let own = words.iter().take_while(|word| *word != "--ros-args");
    own.filter(|word| word.starts_with('-') && *word != "-")
        .map(|word| word.split('=').next().unwrap_or(word))
}

/// `--help` of a program of this package.
fn own(words: &[String]) -> Result<(), String> {
    let (program, rest) = words.split_first().ok_or("no program")?;
    let path = match program.as_str() {
        "discreet" => env!("CARGO_BIN_EXE_discreet"),
        "keeper" => env!("CARGO_BIN_EXE_keeper"),
        other => return Err(format!("`{other}` is not built without features")),
    };
    let depth = match rest.first().map(String::as_str) {
        Some("identity" | "policy" | "audit") => 2,
        _ => usize::from(program == "discreet"),
    };
    let subcommands = rest.iter().take(depth).take_while(|word| !word.starts_with('-'));
    let arguments: Vec<&str> = subcommands.map(String::as_str).chain(["--help"]).collect();
    let help = printed(path, &arguments)?;
    has_flags(words, &help)
}

/// Does `discreet --help` list it?
pub fn has_subcommand(name: &str) -> Result<bool, String> {
    let help = printed(env!("CARGO_BIN_EXE_discreet"), &["--help"])?;
    Ok(help.lines().any(|line| line.starts_with("  ") && line.split_whitespace().next() == Some(name)))
}

fn has_flags(words: &[String], help: &str) -> Result<(), String> {
    let known: Vec<&str> =
        help.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).collect();
    match flags(words).find(|flag| *flag != "--help" && !known.contains(flag)) {
        Some(flag) => Err(format!("`--help` of {} has no `{flag}`", words[0])),
        None => Ok(()),
    }
}

/// The output of a program that ends well; each is run once.
fn printed(program: &str, arguments: &[&str]) -> Result<String, String> {
    static PRINTED: LazyLock<Mutex<HashMap<String, Result<String, String>>>> = LazyLock::new(Mutex::default);
    let key = format!("{program} {arguments:?}");
    if let Some(known) = PRINTED.lock().unwrap().get(&key) {
        return known.clone();
    }
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let printed = match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(format!("{key}: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => Err(format!("{key}: {error}")),
    };
    PRINTED.lock().unwrap().insert(key, printed.clone());
    printed
}

/// A flag is a field with `#[arg(long ...)]`.
fn in_source(words: &[String], file: &str) -> Result<(), String> {
    let source = fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
    let mut long = false;
    let mut fields = vec!["--help".to_owned()];
    if source.contains("covers: Covers") {
        fields.extend(Subject::ALL.map(|subject| format!("--{}", subject.name())));
    }
    for line in source.lines().map(str::trim) {
        long |= line.starts_with("#[arg(") && line.contains("long");
        let name = line.split_once(": ").map(|(name, _)| name).filter(|name| !name.contains(' '));
        if let Some(name) = name.filter(|_| long && !line.starts_with('#') && !line.starts_with('/')) {
            fields.push(format!("--{}", name.replace('_', "-")));
            long = false;
        }
    }
    match flags(words).find(|flag| !fields.iter().any(|field| field == flag)) {
        Some(flag) => Err(format!("{file} has no `{flag}`, but {fields:?}")),
        None => Ok(()),
    }
}

fn script(words: &[String]) -> Result<(), String> {
    let script = words[0].as_str();
    let help = printed(root().join(script).to_str().unwrap(), &["--help"])?;
    has_flags(words, &help)?;
    if script == "tools/bench"
        && let Some(name) = words.get(1).filter(|word| !word.starts_with('-'))
        && !help.lines().any(|line| line.split_whitespace().next() == Some(name))
    {
        return Err(format!("tools/bench has no benchmark `{name}`"));
    }
    if script == "tools/test"
        && let [.., option, wanted] = words
        && option == "-k"
        && wanted != "WORDS"
        && !names_of_tests().contains(wanted.as_str())
    {
        return Err(format!("no test has `{wanted}` in its name"));
    }
    Ok(())
}

/// The names of all tests and their files, one a line.
pub fn names_of_tests() -> &'static str {
    static NAMES: LazyLock<String> = LazyLock::new(|| {
        let mut names = String::new();
        for file in files(&["rs", "py"]) {
            let text = fs::read_to_string(root().join(&file)).unwrap_or_default();
            let lines = text.lines().map(str::trim);
            let functions = lines.filter_map(|line| {
                line.strip_prefix("fn ").or(line.strip_prefix("def test_").map(|_| &line[4..]))
            });
            let before = |name: &str| name.split('(').next().unwrap_or_default().to_owned() + "\n";
            names.extend(functions.map(before));
            if file.starts_with("tests/") {
                names += &format!("{file}\n");
            }
        }
        names
    });
    &NAMES
}

fn ros2(words: &[String]) -> Result<(), String> {
    const VERBS: [&str; 11] = [
        "topic",
        "service",
        "action",
        "param",
        "pkg",
        "node",
        "bag",
        "launch",
        "lifecycle",
        "run",
        "security",
    ];
    let verb = words.get(1).ok_or("`ros2` has a verb")?;
    if !VERBS.contains(&verb.as_str()) {
        return Err(format!("`ros2 {verb}` is not known"));
    }
    match (verb.as_str(), words.get(2).map(String::as_str), words.get(3)) {
        ("launch", Some("discreet"), Some(name)) => launch(&format!("launch/{name}"), &words[4..]),
        ("launch", Some(path), _) => {
            if root().join(path).is_file() {
                Ok(())
            } else {
                Err(format!("there is no {path}"))
            }
        }
        ("run", Some("discreet"), Some(name)) if is_installed_script(name) => {
            script(&[&[format!("tools/{name}")], &words[4..]].concat())
        }
        ("run", Some("discreet"), Some(name)) => is_bin(name),
        _ => Ok(()),
    }
}

/// Is it one of the scripts that colcon installs with the programs?
fn is_installed_script(name: &str) -> bool {
    let install = fs::read_to_string(root().join("CMakeLists.txt")).unwrap();
    let programs = install.lines().filter(|line| line.starts_with("install(PROGRAMS"));
    programs.flat_map(str::split_whitespace).any(|word| word == format!("tools/{name}"))
}

fn launch(path: &str, arguments: &[String]) -> Result<(), String> {
    let file = fs::read_to_string(root().join(path)).map_err(|_| format!("there is no {path}"))?;
    // demo.launch.py declares the arguments of this table.
    let table = if file.contains("import ARGUMENTS") {
        fs::read_to_string(root().join("demo/processes.py")).unwrap()
    } else {
        String::new()
    };
    for argument in arguments.iter().filter(|argument| *argument != "--show-args") {
        let (name, _) = argument.split_once(":=").ok_or(format!("`{argument}` is not NAME:=VALUE"))?;
        let declared = [format!("DeclareLaunchArgument('{name}'"), format!("<arg name=\"{name}\"")];
        let on_a_line_of_its_own = file.lines().any(|line| {
            line.trim() == format!("'{name}',") || line.trim().starts_with(&format!("'{name}', "))
        });
        let in_table = table.contains(&format!("'{name}':"));
        if !declared.iter().any(|text| file.contains(text)) && !on_a_line_of_its_own && !in_table {
            return Err(format!("{path} declares no argument `{name}`"));
        }
    }
    Ok(())
}

fn node(words: &[String]) -> Result<(), String> {
    is_bin(&words[0])?;
    // They are declared in the program, or in `discreet-ros`.
    let files =
        [format!("nodes/{}.rs", words[0]), format!("crates/discreet-ros/src/{}_parameters.rs", words[0])];
    let source = files.iter().find_map(|file| fs::read_to_string(root().join(file)).ok()).unwrap_or_default();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| *word == "-p") {
        let name = words.get(at + 1).and_then(|next| next.split_once(":=")).map(|(name, _)| name);
        let name = name.ok_or(format!("`{word}` is followed by NAME:=VALUE"))?;
        if !source.contains(&format!("name: \"{name}\",")) {
            return Err(format!("{} has no parameter `{name}`", words[0]));
        }
    }
    match flags(words).find(|flag| *flag != "--help") {
        Some(flag) => Err(format!("{} has no `{flag}`", words[0])),
        None => Ok(()),
    }
}

fn is_bin(name: &str) -> Result<(), String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let is_there = manifest.contains(&format!("[[bin]]\nname = \"{name}\"\n"));
    if is_there { Ok(()) } else { Err(format!("there is no program `{name}`")) }
}

fn file(words: &[String]) -> Result<(), String> {
    let path = match words {
        [cargo, test, option, name] if cargo == "cargo" && test == "test" && option == "--test" => {
            let places = [format!("tests/{name}.rs"), format!("tests/{name}/main.rs")];
            let there = places.iter().find(|path| root().join(path).is_file());
            there.unwrap_or(&places[0]).clone()
        }
        [cargo, mutants, .., option, path] if cargo == "cargo" && mutants == "mutants" && option == "-f" => {
            path.clone()
        }
        [python, path, ..] if python == "python3" => path.clone(),
        _ => {
            let known =
                "only `python3 FILE`, `cargo test --test NAME` and `cargo mutants ... -f FILE` are known";
            return Err(known.into());
        }
    };
    if root().join(&path).is_file() { Ok(()) } else { Err(format!("there is no {path}")) }
}

#[test]
fn flags_and_arguments_that_do_not_exist_are_errors() {
    let judged = |text: &str| {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let check = crate::programs::check(&words)?;
        errors(&words, check)
    };
    for right in [
        "discreet revoke front_desk --socket FILE",
        "discreet scrub IN OUT --policy FILE --trust-names",
        "ros2 launch discreet unseal.launch.py identity:=a domain:=20",
        "ros2 launch discreet discreet.launch.xml transport:=default",
        "ros2 launch discreet demo.launch.py policy:=lobby.yaml",
        "tools/bench seal --part ways",
        "guard --ros-args -p policy:=hotel.yaml",
        "ros2 run discreet lock-check --domain 0",
    ] {
        assert_eq!(judged(right), Ok(()), "{right}");
    }
    for wrong in [
        "discreet revoke front_desk --sockets FILE",
        "discreet identity renew robot.key",
        "discreet redact IN OUT --plate",
        "keeper --polizy hotel.yaml",
        "ros2 launch discreet unsealer.launch.py",
        "ros2 launch discreet unseal.launch.py inner_domain:=0",
        "ros2 launches discreet x",
        "ros2 run discreet guardian",
        "ros2 run discreet lock-check --domains 0",
        "ros2 run discreet setup",
        "tools/bench sealing",
        "tools/setup --gazebos",
        "tools/test -k no_test_has_this_name_zz",
        "guard --ros-args -p polizy:=hotel.yaml",
        "python3 examples/no_such.py",
    ] {
        assert!(judged(wrong).is_err(), "{wrong}");
    }
}
