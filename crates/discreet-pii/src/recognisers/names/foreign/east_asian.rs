//! Names with a title behind them, or a verb in front, in Chinese, Japanese and Korean: `王先生`, `田中さん`, `김철수 씨`,
//! `我叫王小明`.

use super::{Script, Word};

/// A title behind a name: the most characters of the name, letters that are not the last one of a name, and letters that
/// make another word of the title.
struct Title {
    text: &'static str,
    most: usize,
    never: &'static str,
    other: &'static str,
}

const TITLES: [Title; 9] = [
    Title { text: "さん", most: 8, never: "客皆父母兄姉奥嬢者屋員婆爺", other: "" },
    Title {
        text: "様", most: 8, never: "客皆神王殿同模仕多異各有何一今人姫奥者", other: "々子式相態"
    },
    Title { text: "氏", most: 8, never: "彼両同摂華源平某", other: "名族神" },
    Title { text: "くん", most: 6, never: "赤", other: "" },
    Title { text: "ちゃん", most: 6, never: "赤坊嬢兄姉爺婆", other: "" },
    Title { text: "先生", most: 3, never: "", other: "们" },
    Title { text: "女士", most: 3, never: "", other: "们" },
    Title { text: "小姐", most: 3, never: "", other: "们" },
    Title { text: "太太", most: 3, never: "", other: "们" },
];

/// Words that end with a name: `我叫王小明`.
const VERBS: [&str; 6] = ["我叫", "我的名字是", "我的名字叫", "名字是", "姓名是", "名前は"];

/// Letters that stand in front of a Chinese name, and are not part of one.
const NOT_IN_NAMES: &str =
    "的是和与與给給请請找叫为為在到了们們这這那位名对對跟问問让讓被把有就要见見帮幫我你他她它各";

/// The first syllables of most Korean names.
const SURNAMES: &str = "김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염추도소석선설마길연위표명기";

/// Particles behind `씨`.
const PARTICLES: [&str; 12] = ["", "가", "는", "의", "를", "에게", "께서", "와", "도", "랑", "한테", "님"];

/// Finds the names with a title in `word`, behind the word `before`.
pub(super) fn find(text: &str, before: Option<Word>, word: Word, give: &mut impl FnMut(usize, usize)) {
    match word.script {
        Script::Han => han(text, word, give),
        Script::Hangul => hangul(text, before, word, give),
        _ => {}
    }
}

fn han(text: &str, word: Word, give: &mut impl FnMut(usize, usize)) {
    let row = word.text(text);
    for title in &TITLES {
        for (at, _) in row.match_indices(title.text) {
            let (head, rest) = row.split_at_checked(at).unwrap_or_default();
            let behind = rest.get(title.text.len()..).and_then(|rest| rest.chars().next());
            let length = name_length(head, title);
            if length > 0 && !behind.is_some_and(|c| title.other.contains(c)) {
                give(word.start + at - length, word.start + at + title.text.len());
            }
        }
    }
    for verb in VERBS {
        if let Some(at) = row.find(verb) {
            let from = at + verb.len();
            let name = row.get(from..).unwrap_or_default();
            let name = name.split("です").next().unwrap_or_default();
            let length: usize = name.chars().take(4).map(char::len_utf8).sum();
            if length > 0 {
                give(word.start + from, word.start + from + length);
            }
        }
    }
}

/// The bytes of the name at the end of `head`, in front of a title.
fn name_length(head: &str, title: &Title) -> usize {
    let chinese = title.most == 3;
    let is_katakana = |c: char| matches!(c, '\u{30a1}'..='\u{30fa}' | 'ー');
    let is_kanji = |c: char| !matches!(c, '\u{3041}'..='\u{30ff}');
    let inside = |c: &char| match chinese {
        true => is_kanji(*c) && !NOT_IN_NAMES.contains(*c),
        false => is_kanji(*c) || is_katakana(*c),
    };
    let last = head.chars().next_back();
    if last.is_none_or(|last| title.never.contains(last)) {
        return 0;
    }
    head.chars().rev().take(title.most).take_while(inside).map(char::len_utf8).sum()
}

fn hangul(text: &str, before: Option<Word>, word: Word, give: &mut impl FnMut(usize, usize)) {
    let is_name = |name: &str| {
        (2..=4).contains(&name.chars().count()) && name.chars().next().is_some_and(|c| SURNAMES.contains(c))
    };
    let own = word.text(text);
    if let Some(rest) = own.strip_prefix('씨')
        && PARTICLES.contains(&rest)
        && let Some(before) = before.filter(|before| text.get(before.end..word.start) == Some(" "))
        && is_name(before.text(text))
    {
        return give(before.start, word.start + '씨'.len_utf8());
    }
    // `김철수씨가`
    if let Some((name, rest)) = own.split_once('씨')
        && PARTICLES.contains(&rest)
        && name.chars().count() == 3
        && is_name(name)
    {
        give(word.start, word.start + name.len() + '씨'.len_utf8());
    }
}
