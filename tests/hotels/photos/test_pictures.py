"""What a picture becomes, and which ones become none."""

import os
import subprocess
import sys

import pytest
from PIL import Image, ImageCms

from app.hotels.photos.models import Refusal
from app.hotels.photos.pictures import MEMORY, PictureRefused, Size, remade
from runner.paths import ROOT
from tests.hotels.photos.pictures import (
    ELF,
    GPS_IFD,
    PLACE,
    SECRET,
    claiming,
    colour,
    encoded,
    frames,
    from_a_phone,
    halves,
    jpeg,
    moving,
    opened,
)

MOST = 40_000_000
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)


def large(picture: bytes) -> Image.Image:
    return opened(remade(picture, MOST)[Size.LARGE].body)


def reason(picture: bytes, most: int = MOST) -> Refusal:
    with pytest.raises(PictureRefused) as refused:
        remade(picture, most)
    return refused.value.reason


def test_two_sizes_in_its_proportions() -> None:
    made = remade(jpeg(3000, 2000), MOST)
    assert {size: (picture.width, picture.height) for size, picture in made.items()} == {
        Size.LARGE: (1600, 1067),
        Size.SMALL: (480, 320),
    }
    for picture in made.values():
        image = opened(picture.body)
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (picture.width, picture.height))


def test_none_is_enlarged() -> None:
    assert [(made.width, made.height) for made in remade(jpeg(700, 300), MOST).values()] == [(700, 300), (480, 206)]
    assert [(made.width, made.height) for made in remade(encoded(halves(2, 1), "PNG"), MOST).values()] == [(2, 1)] * 2


def test_a_strip_keeps_a_pixel() -> None:
    made = remade(encoded(Image.new("RGB", (20_000, 3)), "PNG"), MOST)
    assert [(picture.width, picture.height) for picture in made.values()] == [(1600, 1), (480, 1)]


def test_the_same_picture_becomes_the_same_bytes() -> None:
    picture = jpeg()
    assert remade(picture, MOST) == remade(picture, MOST)


def test_nothing_is_told_of_place_camera_and_owner() -> None:
    upload = from_a_phone()
    before = opened(upload)
    assert dict(before.getexif().get_ifd(GPS_IFD))[1] == PLACE[1]
    assert upload.count(SECRET.encode()) == 3
    for made in remade(upload, MOST).values():
        image = opened(made.body)
        assert (dict(image.getexif()), dict(image.getexif().get_ifd(GPS_IFD))) == ({}, {})
        assert image.info.keys() & {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"} == set()
        assert [mark for mark in (SECRET.encode(), b"Exif", b"EXIF", b"XMP ", b"ICCP") if mark in made.body] == []


@pytest.mark.parametrize(
    ("orientation", "left_top", "right_bottom", "upright"),
    [
        (1, "red", "blue", True),
        (2, "blue", "red", True),
        (3, "blue", "red", True),
        (4, "red", "blue", True),
        (5, "red", "blue", False),
        (6, "red", "blue", False),
        (7, "blue", "red", False),
        (8, "blue", "red", False),
    ],
)
def test_it_stands_as_the_camera_was_held(orientation: int, left_top: str, right_bottom: str, upright: bool) -> None:
    image = large(from_a_phone(orientation))
    assert image.size == ((400, 200) if upright else (200, 400))
    corners = colour(image, 5, 5), colour(image, image.width - 6, image.height - 6)
    assert corners == (left_top, right_bottom)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_notes_that_cannot_be_read_are_no_reason() -> None:
    broken = encoded(halves(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + b"\xff" * 40)
    assert large(broken).size == (400, 200)


def test_what_is_clear_becomes_white() -> None:
    for mode, clear in (("RGBA", (0, 200, 0, 0)), ("LA", (0, 0))):
        assert large(encoded(Image.new(mode, (50, 50), clear), "PNG")).getpixel((25, 25)) == (255, 255, 255)
    half = large(encoded(Image.new("RGBA", (50, 50), (255, 0, 0, 128)), "PNG")).getpixel((25, 25))
    assert half == pytest.approx((255, 127, 127), abs=4)


def test_every_kind_of_pixel() -> None:
    grey = encoded(Image.new("I;16", (60, 40), 0x8000), "PNG")
    assert large(grey).getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=2)
    cyan = encoded(Image.new("CMYK", (60, 40), (255, 0, 0, 0)), "JPEG")
    assert large(cyan).getpixel((5, 5)) == pytest.approx((0, 255, 255), abs=8)
    palette = encoded(halves().quantize(4), "PNG")
    assert (colour(large(palette), 5, 5), colour(large(palette), 395, 195)) == ("red", "blue")
    for mode, light in (("1", 1), ("L", 255)):
        assert large(encoded(Image.new(mode, (60, 40), light), "PNG")).getpixel((5, 5)) == (255, 255, 255)
    assert colour(large(encoded(halves(), "WEBP", lossless=True)), 5, 5) == "red"


def test_colours_are_seen_through_the_profile_of_the_picture() -> None:
    """L*a*b*'s profile is none of an RGB picture, and neither is noise: they are put aside."""
    grey = Image.new("RGB", (60, 40), (100, 120, 140))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (srgb, lab, b"noise" * 100):
        seen = large(encoded(grey, "PNG", icc_profile=profile)).getpixel((5, 5))
        assert seen == pytest.approx((100, 120, 140), abs=4)


def test_a_phone_with_two_lenses_took_one_picture() -> None:
    assert large(moving("MPO")).size == (60, 40)


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (ELF, Refusal.NOT_A_PICTURE),
        (b"", Refusal.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.NOT_A_PICTURE),
        (b"%PDF-1.7" + bytes(100), Refusal.NOT_A_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Refusal.NOT_A_PICTURE),
        (encoded(frames()[0], "GIF"), Refusal.UNSUPPORTED_FORMAT),
        (moving("GIF"), Refusal.UNSUPPORTED_FORMAT),
        (moving("WEBP"), Refusal.UNSUPPORTED_FORMAT),
        (moving("PNG"), Refusal.UNSUPPORTED_FORMAT),
        (encoded(frames()[0], "TIFF"), Refusal.UNSUPPORTED_FORMAT),
        (encoded(frames()[0], "BMP"), Refusal.UNSUPPORTED_FORMAT),
        (HEIC, Refusal.UNSUPPORTED_FORMAT),
        (jpeg()[:20_000], Refusal.DAMAGED_PICTURE),
        (encoded(halves(), "PNG")[:200], Refusal.DAMAGED_PICTURE),
        (encoded(halves(), "WEBP")[:200], Refusal.DAMAGED_PICTURE),
        (b"\xff\xd8\xff\xe0" + bytes(100), Refusal.DAMAGED_PICTURE),
        (claiming(100, 100), Refusal.DAMAGED_PICTURE),
        (claiming(0, 100), Refusal.DAMAGED_PICTURE),
        (claiming(50_000, 50_000), Refusal.PICTURE_BOMB),
        (claiming(9_000, 9_000), Refusal.PICTURE_BOMB),
        (claiming(6_400, 6_251), Refusal.PICTURE_BOMB),
    ],
)
def test_what_is_no_picture_of_ours(upload: bytes, why: Refusal) -> None:
    assert reason(upload) == why


def test_pixels_are_counted_and_twice_where_the_decoder_needs_twice_the_room() -> None:
    pixels = 400 * 200
    for form, canvases in (("JPEG", 1), ("PNG", 1), ("WEBP", 2)):
        picture = encoded(halves(), form)
        assert len(remade(picture, pixels * canvases)) == 2
        assert reason(picture, pixels * canvases - 1) == Refusal.PICTURE_BOMB


ALONE = """
import sys
from app.hotels.photos.pictures import PictureRefused, remade
remade(open(sys.argv[1], "rb").read(), 40_000_000)
# Of this program alone: getrusage counts what the process was before as well, and that is the test run's.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_the_largest_of_the_hungriest_kind_stays_within_its_memory(tmp_path: os.PathLike[str]) -> None:
    upload = os.path.join(tmp_path, "upload")
    with open(upload, "wb") as file:
        file.write(encoded(Image.new("RGBA", (7680, 5184), (200, 10, 20, 128)), "PNG", compress_level=1))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, upload], check=True, capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert int(done.stdout) * 1024 < MEMORY
