//! Every command of the documentation is run, or its program, subcommand and flags are looked up.

use crate::help;
use crate::pages::{Fence, Page, code_spans, page, pages};
use crate::programs::{self, Check};
use crate::scratch::Scratch;
use crate::shell;

/// A command as a reader would type it, and the output that the page shows.
struct Typed {
    line: usize,
    text: String,
    shown: Vec<String>,
}

/// The commands of a fence: all lines of `sh`, those behind `$ ` of `console`.
fn typed(fence: &Fence) -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    let mut continues = false;
    for (index, line) in fence.lines.iter().enumerate() {
        let is_command = match fence.info.as_str() {
            "sh" => !line.trim().is_empty() && !line.starts_with('#'),
            _ => continues || line.starts_with("$ "),
        };
        let text = line.strip_prefix("$ ").filter(|_| fence.info == "console" && !continues).unwrap_or(line);
        let (text, goes_on) = text.strip_suffix('\\').map_or((text, false), |text| (text, true));
        match commands.last_mut() {
            Some(last) if continues => last.text += text.trim_start(),
            _ if is_command => {
                commands.push(Typed {
                    line: fence.line + 1 + index,
                    text: text.to_owned(),
                    shown: Vec::new(),
                });
            }
            Some(last) if fence.info == "console" => last.shown.push(line.clone()),
            _ => {}
        }
        continues = is_command && goes_on;
    }
    commands
}

/// A command of a line: its words, and its check.
type Part = (Vec<String>, Check);

/// The parts of a line; an error if one of them is not known.
fn parts(text: &str) -> Result<(shell::Line, Vec<Part>), String> {
    let line = shell::parse(text)?;
    let mut parts = Vec::new();
    for words in &line.commands {
        let words = programs::program(words);
        let check = programs::check(&words)?;
        parts.push((words, check));
    }
    Ok((line, parts))
}

/// Is the line run? An error if one must run next to one that cannot.
fn is_run(parts: &[Part]) -> Result<bool, String> {
    let runs = parts.iter().any(|(_, check)| *check == Check::Run);
    let along = parts.iter().all(|(_, check)| matches!(check, Check::Run | Check::Along));
    match (runs, along) {
        (true, false) => Err("part of it could be run, part of it not: write two lines".into()),
        (_, along) => Ok(along),
    }
}

/// The exit code that the comment promises: `# exit code 1: somebody gains something`.
fn promised(comment: &str) -> i32 {
    let number = comment.split_once("exit code ").and_then(|(_, rest)| rest.chars().next()?.to_digit(10));
    number
        .and_then(|number| i32::try_from(number).ok())
        .filter(|_| comment.starts_with("exit code"))
        .unwrap_or(0)
}

/// Does a line that the page shows stand in the output? `...` stands for anything, and a fingerprint for any other.
fn is_printed(shown: &str, printed: &str) -> bool {
    let shown = without_fingerprints(shown);
    printed.lines().map(without_fingerprints).any(|line| {
        let mut rest = line.as_str();
        let mut parts = shown.split("...").enumerate();
        let fits = parts.all(|(index, part)| match rest.find(part) {
            Some(at) if index > 0 || at == 0 => {
                rest = &rest[at + part.len()..];
                true
            }
            _ => false,
        });
        fits && (rest.trim().is_empty() || shown.ends_with("..."))
    })
}

fn without_fingerprints(line: &str) -> String {
    let is_group = |word: &str| word.len() == 4 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words: Vec<&str> = line.split(' ').map(|word| if is_group(word) { "____" } else { word }).collect();
    words.join(" ").trim_end().to_owned()
}

#[derive(Default, Debug)]
struct Counts {
    run: usize,
    along: usize,
    looked_up: usize,
    of_the_system: usize,
    wrong: Vec<String>,
}

fn check_page(page: &Page, counts: &mut Counts) {
    let mut scratch = Scratch::new(page);
    for fence in &page.fences {
        match (fence.file_name(), fence.edited_file()) {
            (Some(name), _) => scratch.write(name, &fence.text()),
            (None, Some(name)) => scratch.edit(name, fence),
            (None, None) => {}
        }
        if !matches!(fence.info.as_str(), "sh" | "console") {
            continue;
        }
        for command in typed(fence) {
            if let Err(why) = check_command(&command, &mut scratch, counts) {
                counts.wrong.push(format!("{}:{}: {}\n    {why}", page.name, command.line, command.text));
            }
        }
    }
}

fn check_command(command: &Typed, scratch: &mut Scratch, counts: &mut Counts) -> Result<(), String> {
    let (line, parts) = parts(&command.text)?;
    for (words, check) in &parts {
        help::errors(words, *check)?;
    }
    if !is_run(&parts)? {
        for (_, check) in &parts {
            match check {
                Check::Along | Check::System => counts.of_the_system += 1,
                _ => counts.looked_up += 1,
            }
        }
        return Ok(());
    }
    let (code, printed) = scratch.run(&command.text);
    if code != promised(&line.comment) {
        return Err(format!("ended with {code}:\n{printed}"));
    }
    let ran = parts.iter().filter(|(_, check)| *check == Check::Run).count();
    counts.run += ran;
    counts.along += parts.len() - ran;
    // The page shows the log of a running guard, or the guard's answer to a new file.
    let of_a_guard =
        ran == 0 || parts.iter().any(|(words, _)| words.get(1).is_some_and(|word| word == "audit"));
    match command
        .shown
        .iter()
        .find(|shown| !of_a_guard && !shown.trim().is_empty() && !is_printed(shown, &printed))
    {
        Some(shown) => Err(format!("the page shows\n{shown}\nand the output is\n{printed}")),
        None => Ok(()),
    }
}

#[test]
fn every_command_in_a_block_runs_or_exists() {
    let mut counts = Counts::default();
    pages().iter().for_each(|page| check_page(page, &mut counts));
    let Counts { run, along, looked_up, of_the_system, wrong } = counts;
    println!(
        "{run} commands run, {along} along with them; {looked_up} looked up; {of_the_system} of the system"
    );
    assert!(run > 20 && looked_up > 20, "{run} run, {looked_up} looked up: does the search work?");
    assert!(wrong.is_empty(), "{} commands are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_command_in_the_text_exists() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for page in pages() {
        for (line, span) in code_spans(&page).into_iter().filter(|(_, span)| programs::is_ours(span)) {
            checked += 1;
            let judged = parts(&span).and_then(|(_, parts)| {
                parts.iter().try_for_each(|(words, check)| help::errors(words, *check))
            });
            wrong.extend(judged.err().map(|why| format!("{}:{line}: `{span}`: {why}", page.name)));
        }
    }
    println!("{checked} commands in the text");
    assert!(checked > 40, "only {checked} commands were found in the text: does the search work?");
    assert!(wrong.is_empty(), "{} commands are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_block_of_plain_text_hides_no_command() {
    for page in pages() {
        for fence in page.fences.iter().filter(|fence| fence.info == "text") {
            for line in &fence.lines {
                let is_one = |text: &str| {
                    let parts = parts(text).map_or(Vec::new(), |(_, parts)| parts);
                    !parts.is_empty()
                        && parts.iter().all(|(words, check)| help::errors(words, *check).is_ok())
                };
                let hides = line.starts_with("$ ") || programs::is_ours(line.trim()) && is_one(line.trim());
                assert!(!hides, "{}:{}: put it into `sh` or `console`: {line}", page.name, fence.line);
            }
        }
    }
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let is_word = |span: &str| span.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let is_name = |span: &String| span.matches('_').count() >= 2 && !span.starts_with('_') && is_word(span);
    let page = page("docs/threat-model.md");
    let names: Vec<String> = code_spans(&page).into_iter().map(|(_, span)| span).filter(is_name).collect();
    assert!(names.len() > 30, "only {} names were found", names.len());
    println!("{} names of tests", names.len());
    let absent: Vec<&String> =
        names.iter().filter(|name| !help::names_of_tests().contains(name.as_str())).collect();
    assert!(absent.is_empty(), "no test has these names: {absent:#?}");
}

#[test]
fn what_a_page_shows_is_compared_with_what_a_command_says() {
    assert!(
        is_printed("a ... c", "x\na b c\n") && is_printed("fingerprint 12ab 34cd", "fingerprint ffff 0000")
    );
    assert!(!is_printed("a", "ab") && !is_printed("b", "ab") && !is_printed("a ... d", "a b c"));
    assert_eq!(
        (promised("exit code 1: no"), promised("exit code 0; otherwise 1"), promised("4. enough?")),
        (1, 0, 0)
    );
}
