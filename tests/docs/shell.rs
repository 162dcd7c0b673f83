//! The part of the shell's grammar that the documentation uses: quotes, comments, lists, pipes, redirections,
//! substitutions.

/// A parsed line.
#[derive(Default, Debug)]
pub struct Line {
    /// The commands in it, those of `$( )` included, without assignments and redirections.
    pub commands: Vec<Vec<String>>,
    /// Files that a redirection writes or reads.
    pub files: Vec<String>,
    /// The text behind `#`.
    pub comment: String,
}

/// Parses a line. An error names the unsupported syntax.
pub fn parse(text: &str) -> Result<Line, String> {
    let mut line = Line::default();
    let (mut words, mut word, mut in_word) = (Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                in_word = true;
                word.extend(rest.by_ref().take_while(|c| *c != '\''));
            }
            '"' => {
                in_word = true;
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    if c == '$' && rest.peek() == Some(&'(') {
                        substitution(&mut rest, &mut line)?;
                    } else {
                        word.push(c);
                    }
                }
            }
            '$' if rest.peek() == Some(&'(') => {
                in_word = true;
                substitution(&mut rest, &mut line)?;
            }
            '#' if !in_word => {
                line.comment = rest.by_ref().collect::<String>().trim().to_owned();
            }
            ' ' | '\t' => end_word(&mut words, &mut word, &mut in_word),
            '|' | '&' | ';' => {
                if c == '&' && rest.peek() != Some(&'&') {
                    return Err("`&`: nothing runs in the background here".into());
                }
                let _second = rest.next_if_eq(&c);
                end_word(&mut words, &mut word, &mut in_word);
                end_command(&mut words, &mut line);
            }
            '>' | '<' => {
                let _append = rest.next_if_eq(&'>');
                end_word(&mut words, &mut word, &mut in_word);
                words.push("\u{0}redirect".into());
            }
            '`' | '(' | ')' => return Err(format!("`{c}` is not supported: write it another way")),
            '\\' => return Err("a backslash is only understood at the end of a line".into()),
            c => {
                in_word = true;
                word.push(c);
            }
        }
    }
    end_word(&mut words, &mut word, &mut in_word);
    end_command(&mut words, &mut line);
    Ok(line)
}

fn substitution(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, line: &mut Line) -> Result<(), String> {
    rest.next();
    let inner: String = rest.by_ref().take_while(|c| *c != ')').collect();
    line.commands.extend(parse(&inner)?.commands);
    Ok(())
}

fn end_word(words: &mut Vec<String>, word: &mut String, in_word: &mut bool) {
    if std::mem::take(in_word) {
        words.push(std::mem::take(word));
    }
}

fn end_command(words: &mut Vec<String>, line: &mut Line) {
    let mut command = Vec::new();
    let mut words = words.drain(..);
    while let Some(word) = words.next() {
        let is_assignment = command.is_empty()
            && word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '0'..='9'))
            });
        if word == "\u{0}redirect" {
            line.files.extend(words.next());
        } else if !is_assignment {
            command.push(word);
        }
    }
    if !command.is_empty() {
        line.commands.push(command);
    }
}

#[test]
fn a_line_is_taken_apart_as_the_shell_does() {
    let line = parse("cd ~/a && X=1 discreet check 'a b' \"c d\" > out | tail -1 # exit code 1").unwrap();
    let expected = [&["cd", "~/a"][..], &["discreet", "check", "a b", "c d"], &["tail", "-1"]];
    assert_eq!(line.commands, expected);
    assert_eq!((line.files, line.comment.as_str()), (vec!["out".to_owned()], "exit code 1"));
    let line = parse("export PATH=$PATH:$(ros2 pkg prefix discreet)/lib").unwrap();
    assert_eq!(line.commands[0], ["ros2", "pkg", "prefix", "discreet"]);
    assert!(parse("sleep 1 & discreet check").is_err());
}
