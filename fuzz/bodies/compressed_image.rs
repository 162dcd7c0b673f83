//! Any bytes as a serialized CompressedImage: what is written of an accepted one is written of that again.

use discreet_redact::{CompressedImage, Shape, black, dimensions, kind, shape};

pub fn run(cdr: &[u8]) {
    let _ = (kind(cdr), dimensions(cdr));
    let Ok(image) = CompressedImage::read(cdr) else { return };
    let _ = image.kind();
    let mut out = Vec::new();
    let mut replacement = Vec::new();
    if let (Some(found), Some(Shape { width, height, grey })) = (kind(image.data()), shape(image.data())) {
        let small = Shape { width: width.min(64), height: height.min(64), grey };
        black(found, small, &mut replacement);
        assert_eq!(shape(&replacement), Some(small));
    }
    image.rewrite(&replacement, &mut out);
    let again = CompressedImage::read(&out).unwrap();
    assert_eq!(again.data(), replacement);
    assert_eq!(again.stamp(), image.stamp());
    let mut twice = Vec::new();
    again.rewrite(&replacement, &mut twice);
    if kind(&replacement).is_some() || kind(image.data()).is_none() {
        assert_eq!(twice, out);
    }
}
