use super::*;

fn found(text: &str, promised: Cue) -> Vec<&str> {
    let mut names = Vec::new();
    find(text, promised, &mut Budget::default(), |hit| names.push(&text[hit.start..hit.end]));
    names
}

#[test]
fn a_label_in_the_same_script_tells_a_name() {
    for (text, name) in [
        ("姓名: 王小明", "王小明"),
        ("客人姓名:王小明,房间12", "王小明"),
        ("氏名: 田中 太郎", "田中 太郎"),
        ("이름: 김철수", "김철수"),
        ("имя: Иван Петров", "Иван Петров"),
        ("Имя гостя: Анна Иванова, номер 12", "Анна Иванова"),
        ("ФИО: Петров Иван Сергеевич", "Петров Иван Сергеевич"),
        ("όνομα: Γιώργος Παπαδόπουλος", "Γιώργος Παπαδόπουλος"),
        ("الاسم: محمد علي", "محمد علي"),
        ("اسم الضيف: فاطمة الزهراء", "فاطمة الزهراء"),
        ("שם: דוד כהן", "דוד כהן"),
        ("ชื่อ: สมชาย ใจดี", "สมชาย ใจดี"),
        ("नाम: राहुल शर्मा", "राहुल शर्मा"),
        ("guest: 王小明", "王小明"),
        ("guest_name=\"Иван Петров\"", "Иван Петров"),
    ] {
        assert_eq!(found(text, Cue::None), [name], "{text}");
    }
}

#[test]
fn a_title_tells_a_name() {
    for (text, name) in [
        ("господин Петров пришёл", "господин Петров"),
        ("меня зовут Иван", "Иван"),
        ("السيد محمد علي وصل", "السيد محمد علي"),
        ("श्री राहुल शर्मा", "श्री राहुल शर्मा"),
        ("田中さんが来た", "田中さん"),
        ("受付に田中様がお越しです", "田中様"),
        ("王先生来了", "王先生"),
        ("请带王小明先生去房间", "王小明先生"),
        ("李女士", "李女士"),
        ("我叫王小明", "王小明"),
        ("김철수 씨가 왔다", "김철수 씨"),
        ("김철수씨", "김철수씨"),
    ] {
        assert_eq!(found(text, Cue::None), [name], "{text}");
    }
}

#[test]
fn other_words_are_not_names() {
    for text in [
        "皆さん、お客さん、お父さん",
        "同様の仕様と多様な模様, 一様に, 様子",
        "摂氏30度, 氏名",
        "女士们先生们",
        "господин и слуга",
        "файл: Отчёт",
        "날씨가 좋다, 아저씨, 오늘 날씨",
        "房间: 十二",
        "السيد",
        "Größe: λ = 3, Ω",
    ] {
        assert_eq!(found(text, Cue::None), [""; 0], "{text}");
    }
}

#[test]
fn a_field_of_a_person_holds_a_name() {
    assert_eq!(found("王小明", Cue::Strong), ["王小明"]);
    assert_eq!(found("王小明", Cue::None), [""; 0]);
    assert_eq!(found("Anna", Cue::Strong), [""; 0]);
}

#[test]
fn any_text_has_names_on_boundaries_of_characters() {
    const PIECES: [&str; 20] = [
        "王",
        "さん",
        "先生",
        "我叫",
        ": ",
        " ",
        ". ",
        "г-н",
        "Иван",
        "السيد",
        "שם",
        "\"",
        "김철수",
        "씨",
        "-",
        "名前",
        "、",
        "، ",
        "гости: ",
        "客人名单：",
    ];
    let mut state = 7_u64;
    for _ in 0..4000 {
        let mut text = String::new();
        for _ in 0..10 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        for name in found(&text, Cue::None) {
            assert!(!name.is_empty());
        }
    }
}
