//! Any bytes as a serialized Image, covered in every way: only its data may change, and every cover keeps its
//! promise. The first bytes are an area, a kind of cover and the size of the picture.

use discreet_redact::{Area, Cover, RawImage, Thumbnail, WholeFrame, blank_all};

pub fn run(data: &[u8]) {
    let Some(([left, top, right, bottom, cover, side], cdr)) = data.split_first_chunk::<6>() else { return };
    let area = Area {
        left: u32::from(*left),
        top: u32::from(*top),
        right: u32::from(*right),
        bottom: u32::from(*bottom),
    };
    let cover = [Cover::Solid, Cover::Pixelate, Cover::Blur][usize::from(*cover) % 3];
    let mut blanked = cdr.to_vec();
    if blank_all(&mut blanked).is_err() {
        assert_eq!(blanked, cdr);
        return;
    }
    let apply = |before: &[u8], change: &dyn Fn(&mut discreet_redact::Frame)| {
        let mut cdr = before.to_vec();
        if let Ok(mut frame) = RawImage::read(&mut cdr).unwrap().frame() {
            change(&mut frame);
        }
        assert_eq!(cdr.len(), before.len());
        cdr
    };
    let clean = apply(cdr, &|_| {}); // padding zeroed
    assert_eq!(clean, apply(&clean, &|_| {}));
    let solid = apply(&clean, &|frame| frame.cover(area, Cover::Solid));
    assert_eq!(solid, apply(&solid, &|frame| frame.cover(area, Cover::Solid)));
    // Under a solid cover nothing of earlier covers or of the image is left.
    let other = apply(&clean, &|frame| frame.cover(area, cover));
    assert_eq!(solid, apply(&other, &|frame| frame.cover(area, Cover::Solid)));
    let all = apply(&clean, &|frame| frame.cover_all(&[(area, cover), (area, Cover::Solid)]));
    assert_eq!(solid, all);
    apply(&clean, &|frame| frame.cover_whole(WholeFrame::Lowres));
    apply(&clean, &|frame| frame.cover_whole(WholeFrame::Blank));
    apply(&clean, &|frame| {
        if let Ok(picture) = Thumbnail::default().picture(frame, u32::from(*side)) {
            assert_eq!(picture.bgr.len(), picture.width as usize * picture.height as usize * 3);
        }
    });
}
