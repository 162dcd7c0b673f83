//! Any bytes as a serialized Image, covered in every way: only its data may change, and every cover keeps its
//! promise. The first bytes are an area, a kind of cover and the size of the picture.

use std::sync::Arc;

use discreet_redact::{
    Area, Cover, ImageKind, ImageRedactor, ImageRules, RawImage, Thumbnail, WholeFrame, blank_all,
};

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
    written(cdr);
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

/// However it is redacted, a message of the same time leaves, which stays as it is when it is redacted once more.
fn written(cdr: &[u8]) {
    let mut redactor = ImageRedactor::new("/camera", ImageKind::Raw, None, Arc::default());
    for frame in [None, Some(WholeFrame::Blank), Some(WholeFrame::Lowres)] {
        let rules = ImageRules { frame, ..ImageRules::default() };
        let mut redact = |before: &[u8]| {
            let mut message = before.to_vec();
            let anew = redactor.redact(&rules, &mut message).unwrap().anew.map(<[u8]>::to_vec);
            anew.unwrap_or(message)
        };
        let mut once = redact(cdr);
        assert_eq!(
            RawImage::read(&mut once).unwrap().stamp(),
            RawImage::read(&mut cdr.to_vec()).unwrap().stamp()
        );
        if frame != Some(WholeFrame::Lowres) {
            assert_eq!(redact(&once), once);
        }
    }
}
