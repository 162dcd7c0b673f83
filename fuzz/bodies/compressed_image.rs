//! Any bytes as a serialized CompressedImage: an accepted one is written again and read back unchanged.

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
    assert_eq!((again.stamp(), again.format()), (image.stamp(), image.format()));
}
