use crate::jpeg::{Damaged, SURPLUS, check};
use opencv::core::{CV_8UC1, CV_8UC3, Mat, Scalar, Vector};
use opencv::imgcodecs::{
    IMWRITE_JPEG_OPTIMIZE, IMWRITE_JPEG_PROGRESSIVE, IMWRITE_JPEG_QUALITY, IMWRITE_JPEG_RST_INTERVAL,
    imencode,
};
use opencv::prelude::*;

/// A picture full of detail, in the kinds of JPEG that encoders write.
fn images() -> Vec<Vec<u8>> {
    let options = [
        [IMWRITE_JPEG_QUALITY, 90],
        [IMWRITE_JPEG_PROGRESSIVE, 1],
        [IMWRITE_JPEG_OPTIMIZE, 1],
        [IMWRITE_JPEG_RST_INTERVAL, 5],
    ];
    let mut images = Vec::new();
    for (kind, size) in [(CV_8UC3, (333, 217)), (CV_8UC1, (160, 120))] {
        let mut picture = Mat::new_rows_cols_with_default(size.1, size.0, kind, Scalar::default()).unwrap();
        opencv::core::randu(&mut picture, &Scalar::all(0.0), &Scalar::all(255.0)).unwrap();
        for options in options {
            let mut bytes = Vector::new();
            imencode(".jpg", &picture, &mut bytes, &Vector::from_slice(&options)).unwrap();
            images.push(bytes.to_vec());
        }
    }
    images
}

#[test]
fn whole_images_are_whole_also_with_something_behind_and_few_bytes_too_many() {
    for image in images() {
        assert_eq!(check(&image), Ok(()));
        assert_eq!(check(&[&image[..], b"a second image"].concat()), Ok(()));
        let (data, end) = image.split_at(image.len() - 2);
        assert_eq!(check(&[data, &[0; SURPLUS], end].concat()), Ok(()), "a webcam's");
        assert_eq!(check(&[data, &[0; SURPLUS + 1], end].concat()), Err(Damaged));
    }
}

#[test]
fn an_image_that_ends_early_is_damaged_whether_it_has_an_end_or_not() {
    for image in images() {
        let begin = image.windows(2).rposition(|bytes| bytes == [0xff, 0xda]).unwrap();
        for at in (0..image.len() - 8).step_by(97) {
            assert_eq!(check(&image[..at]), Err(Damaged), "{at}");
            if at > begin + 20 {
                assert_eq!(check(&[&image[..at], &[0xff, 0xd9]].concat()), Err(Damaged), "{at}");
            }
        }
    }
}

#[test]
fn three_hundred_zeroed_bytes_are_noticed() {
    for mut image in images() {
        let middle = image.len() / 2;
        image[middle..middle + 300].fill(0);
        assert_eq!(check(&image), Err(Damaged));
    }
}

#[test]
fn whatever_bytes_come_it_ends() {
    for image in images() {
        for at in (0..image.len()).step_by(if image.len() > 3000 { 61 } else { 7 }) {
            for change in [0xff, 0x10, 0x01] {
                let mut image = image.clone();
                image[at] ^= change;
                let _either = check(&image);
            }
        }
    }
}
