//! Labels of a person and titles, in scripts other than Latin.

use super::LONGEST_LABEL;

/// Labels of one or two words, or the ends of labels in scripts without blanks.
const LABELS: &str = "姓名 名字 氏名 名前 客人 客户 客戶 乘客 患者 住客 旅客 宾客 賓客 入住人 宿泊者 宿泊者名 お客様名 お客様 お名前 ご予約名 予約名 宿泊客 利用者名 \
    이름 성명 성함 고객 고객명 환자 환자명 투숙객 손님 имя фамилия отчество фио гости клиенты пациенты пассажиры посетители гость пациент пациентка клиент пассажир \
    посетитель ім'я прізвище гостя пацієнт όνομα ονοματεπώνυμο επώνυμο πελάτης επισκέπτης ασθενής الاسم اسم الضيف \
    المريض العميل الزائر النزيل שם השם אורח אורחת מטופל מטופלת לקוח ชื่อ ชื่อ-นามสกุล นามสกุล ชื่อผู้เข้าพัก ผู้ป่วย ผู้เข้าพัก ลูกค้า नाम उपनाम अतिथि आगंतुक मरीज";

/// Labels of several persons.
const PEOPLE: &str = "гости пациенты клиенты пассажиры посетители гості пацієнти клієнти пасажири відвідувачі πελάτες επισκέπτες \
    ασθενείς الضيوف المرضى العملاء الزوار النزلاء الركاب האורחים אורחים המטופלים מטופלים הלקוחות לקוחות 客人名单 客人名單 宾客名单 \
    賓客名單 乘客名单 乘客名單 住客名单 旅客名单 患者名单 宿泊者一覧 宿泊者名簿 乗客名簿 患者一覧 손님들 고객들 환자들 손님 명단";

/// Is this the label of several persons?
pub(super) fn is_label_of_people(label: &str) -> bool {
    if label.is_ascii() || label.len() > LONGEST_LABEL {
        return false;
    }
    let last = label.rsplit(|c: char| c.is_whitespace() || c == '_').next().unwrap_or_default();
    PEOPLE.split(' ').any(|known| is_same(last, known))
}

/// Second words of labels, behind one of [`LABELS`]: `имя гостя`.
const OF_WHOM: &str = "гостя гостьи пациента пациентки клиента пассажира посетителя πελάτη επισκέπτη ασθενή ασθενούς الضيف \
    المريض العميل الزائر النزيل الكامل האורח המטופל הלקוח מלא पूरा";

/// Titles in front of a name.
const TITLES: &str = "господин госпожа г-н г-жа пан пані пани κύριος κύριε κυρία κα السيد السيدة الآنسة الدكتور الدكتورة \
    الأستاذ الأستاذة מר גברת ד\"ר श्री श्रीमती सुश्री";

/// Verbs behind which a name follows: `меня зовут Иван`.
const VERBS: &str = "зовут звать اسمي λένε שמי";

/// Words for nobody, in the place of a name.
const NOBODY: &str = "нет никто немає 无 無 没有 沒有 なし 無し 없음 لا يوجد אין ไม่มี नहीं";

/// Scripts without blanks: a label ends with one of these.
const JOINED: &str = "姓名 氏名 名前 お客様名 宿泊者名 利用者名 患者名 乘客姓名";

/// Does the label of a person end here? `label` is the text in front of a sign, at most a few words.
pub(crate) fn is_label(label: &str) -> bool {
    if label.is_ascii() || label.len() > LONGEST_LABEL {
        return false;
    }
    let mut words = label.rsplit(|c: char| c.is_whitespace() || c == '_');
    let last = words.next().unwrap_or_default();
    let listed = |word: &str, list: &str| list.split(' ').any(|known| is_same(word, known));
    listed(last, LABELS)
        || JOINED.split(' ').any(|known| last.ends_with(known))
        || listed(last, OF_WHOM) && words.next().is_some_and(|first| listed(first, LABELS))
}

/// Does this word say that there is no name?
pub(super) fn is_nobody(word: &str) -> bool {
    NOBODY.split(' ').any(|known| is_same(word, known))
}

/// Is this a title, behind which a name follows?
pub(super) fn is_title(word: &str) -> bool {
    TITLES.split(' ').any(|known| is_same(word, known))
}

/// Is this a verb behind which a name follows?
pub(super) fn is_verb(word: &str) -> bool {
    VERBS.split(' ').any(|known| is_same(word, known))
}

/// Are the words the same without case?
fn is_same(word: &str, known: &str) -> bool {
    word.chars().flat_map(char::to_lowercase).eq(known.chars())
}
