//! A photograph with a face in it.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// A place on the face in the photograph.
pub const FACE: [u32; 2] = [223, 115];

/// A picture: red, green, blue.
pub struct Rgb {
    pub width: u32,
    pub height: u32,
    pixels: Vec<[u8; 3]>,
}

/// The photograph and what looks at it, if both are set up; says so if not.
pub fn astronaut() -> Option<Rgb> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let models = std::env::var_os("DISCREET_MODELS").map_or_else(|| root.join(".ros/models"), PathBuf::from);
    if !models.is_dir() {
        eprintln!("SKIPPED: no models in {}; tools/setup gets them", models.display());
        return None;
    }
    let given = std::env::var_os("DISCREET_TEST_PICTURES").map(PathBuf::from);
    let found =
        given.or_else(|| wheel(&root.join(".ros/prefix/lib"))).or_else(|| wheel(&root.join(".ros/venv/lib")));
    let path = found.map(|folder| folder.join("astronaut.png")).filter(|path| path.is_file());
    if path.is_none() {
        eprintln!("SKIPPED: no photograph; tools/setup --demo gets it");
    }
    path.map(|path| Rgb::read_png(&path))
}

fn wheel(lib: &Path) -> Option<PathBuf> {
    let mut pythons = fs::read_dir(lib).ok()?.flatten().map(|python| python.path());
    pythons
        .find_map(|python| Some(python.join("site-packages/skimage/data")).filter(|folder| folder.is_dir()))
}

impl Rgb {
    pub fn read_png(path: &Path) -> Rgb {
        let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        let pixels = bytes.as_chunks::<3>().0.to_vec();
        Rgb { width: info.width, height: info.height, pixels }
    }

    pub fn write_png(&self, path: &Path) {
        let mut encoder = png::Encoder::new(File::create(path).unwrap(), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(self.pixels.as_flattened()).unwrap();
    }

    pub fn at(&self, x: u32, y: u32) -> [u8; 3] {
        self.pixels[(y * self.width + x) as usize]
    }

    /// As it lies in the file of a camera that was held so that EXIF says 6: turn it right to see it.
    pub fn turned_left(&self) -> Rgb {
        let (width, height) = (self.height, self.width);
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pixels = pixels.map(|(x, y)| self.at(self.width - 1 - y, x)).collect();
        Rgb { width, height, pixels }
    }

    /// How much neighbours differ, on average.
    pub fn roughness(&self) -> f64 {
        let rows = self.pixels.chunks(self.width as usize);
        let steps =
            rows.flat_map(|row| row.windows(2).map(|pair| f64::from(pair[0][1].abs_diff(pair[1][1]))));
        steps.sum::<f64>() / self.pixels.len() as f64
    }
}

/// A JPEG with an EXIF block: how it is to be turned, and a comment.
pub fn with_exif(jpeg: &[u8], orientation: u16, comment: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1]); // orientation, a short
    exif.extend(orientation.to_be_bytes());
    exif.extend([0, 0, 0x01, 0x0e, 0, 2]); // description, a text behind the table
    exif.extend((comment.len() as u32).to_be_bytes());
    exif.extend(38_u32.to_be_bytes());
    exif.extend([0; 4]);
    exif.extend(comment);
    let mut told = jpeg[..2].to_vec();
    told.extend([0xff, 0xe1]);
    told.extend((exif.len() as u16 + 2).to_be_bytes());
    told.extend(exif);
    told.extend([0xff, 0xfe]);
    told.extend((comment.len() as u16 + 2).to_be_bytes());
    told.extend(comment);
    told.extend(&jpeg[2..]);
    told
}
