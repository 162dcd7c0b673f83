//! Any bytes as a serialized CameraInfo: areas projected with it stay inside the frame.

use discreet_redact::{Area, Follow, Intrinsics, View};

pub fn run(cdr: &[u8]) {
    let Ok(intrinsics) = Intrinsics::read(cdr) else { return };
    let one = View { size: (640, 480), intrinsics };
    let plain = Intrinsics { size: (848, 480), focal: (420.0, 420.0), centre: (424.0, 240.0) };
    let other = View { size: (424, 240), intrinsics: Some(plain) };
    for (from, to) in [(one, other), (other, one)] {
        let follow = Follow::new(from, to);
        for area in [Area::all(from.size), Area { left: 10, top: 20, right: 30, bottom: 50 }] {
            let area = follow.area(area);
            assert!(area.right <= to.size.0 && area.bottom <= to.size.1);
        }
        let unseen: u64 = follow.unseen().iter().map(|area| area.pixels()).sum();
        assert!(unseen <= Area::all(to.size).pixels());
    }
}
