"""What is made of an uploaded picture: two sizes without metadata, or the reason why none is. Bytes in, bytes out.

Nothing is decoded before the header has named a format and a size that are taken, and only three decoders are ever asked. What comes out
is painted anew: neither a place, nor a camera's number, nor anything hidden behind the picture survives.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageCms, UnidentifiedImageError

from app.core.memory import bounded
from app.hotels.photos.models import Refusal

FORMATS = ("JPEG", "PNG", "WEBP")
# Pictures of other kinds, by how they begin: to tell "not this format" from "no picture". They are never opened.
OTHER_FORMATS = (
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"8BPS",
    b"\x00\x00\x01\x00",
    b"\x00\x00\x00\x0cjP",
    b"\xff\x0a",
)
BOXED_FORMATS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
OURS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")

# The decoder of WebP holds four canvases at once where the others hold one or two.
CANVASES = {"WEBP": 2}
MEMORY = 512 * 2**20
QUALITY = 80
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Size(StrEnum):
    LARGE = "large"
    SMALL = "small"


EDGES: Mapping[Size, int] = {Size.LARGE: 1600, Size.SMALL: 480}  # the longer side, in pixels, at most
CONTENT_TYPE = "image/webp"


class PictureRefused(Exception):
    """`reason`: what is wrong with the upload."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """`body`: the file, as CONTENT_TYPE; `width` and `height` in pixels."""

    body: bytes
    width: int
    height: int


def remade(upload: bytes, most_pixels: int) -> dict[Size, Picture]:
    """The picture in each size, upright, in sRGB, on white, never larger than it was. Raises PictureRefused."""
    large = _decoded(upload, most_pixels)
    return {size: _encoded(_within(large, edge)) for size, edge in EDGES.items()}


def _decoded(upload: bytes, most_pixels: int) -> Image.Image:
    """Plain RGB within the largest size. Whatever the decoders trip over, and they raise much, is the upload's fault."""
    try:
        with bounded(MEMORY), _opened(upload, most_pixels) as image:
            image.draft("RGB", (EDGES[Size.LARGE],) * 2)  # a JPEG is read at a half or a quarter where that suffices
            image.load()
            turn = UPRIGHT.get(_orientation(image))
            small = _within(_in_eight_bits(image), EDGES[Size.LARGE])
            return _in_srgb(small.transpose(turn) if turn is not None else small)
    except PictureRefused:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise PictureRefused(Refusal.PICTURE_BOMB) from error
    except Exception as error:
        raise PictureRefused(Refusal.DAMAGED_PICTURE) from error


def _opened(upload: bytes, most_pixels: int) -> Image.Image:
    """The header is read, the picture is not."""
    try:
        image = Image.open(io.BytesIO(upload), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureRefused(_what_it_is(upload[:16])) from error
    if image.width * image.height * CANVASES.get(image.format or "", 1) > most_pixels:
        raise PictureRefused(Refusal.PICTURE_BOMB)
    if (
        getattr(image, "is_animated", False) and image.format != "MPO"
    ):  # of a phone's two lenses, the first is the picture
        raise PictureRefused(Refusal.UNSUPPORTED_FORMAT)
    return image


def _what_it_is(beginning: bytes) -> Refusal:
    if beginning.startswith(OURS):
        return Refusal.DAMAGED_PICTURE
    if beginning.startswith(OTHER_FORMATS) or (beginning[4:8] == b"ftyp" and beginning[8:12] in BOXED_FORMATS):
        return Refusal.UNSUPPORTED_FORMAT
    return Refusal.NOT_A_PICTURE


def _orientation(image: Image.Image) -> int:
    """1 = upright, also when the camera's notes cannot be read: they are no reason to refuse its picture."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:
        return 1


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """RGB, RGBA, L or CMYK."""
    if image.mode.startswith("I"):  # 16 bits of grey, of which the upper eight are kept
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    wanted = {"RGBA"} if image.has_transparency_data else {"RGB", "L", "CMYK"}
    return image if image.mode in wanted else image.convert("RGBA" if "RGBA" in wanted else "RGB")


def _within(image: Image.Image, edge: int) -> Image.Image:
    """In these proportions, at most so long."""
    shrunk = edge / max(image.size)
    if shrunk >= 1:
        return image
    size = (max(1, round(image.width * shrunk)), max(1, round(image.height * shrunk)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _in_srgb(image: Image.Image) -> Image.Image:
    """On white, as seen through the picture's own colour profile: many phones' colours are not sRGB's."""
    profile = image.info.get("icc_profile")
    plain = (
        Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
        if image.mode == "RGBA"
        else image
    )
    return (_through(profile, plain) if profile else None) or plain.convert("RGB")


def _through(profile: bytes, image: Image.Image) -> Image.Image | None:
    """None when the profile is broken or not one of such a picture."""
    try:
        seen = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, seen, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError):
        return None


def _encoded(image: Image.Image) -> Picture:
    """On a canvas of its own, so that nothing comes along but the pixels."""
    canvas, file = Image.new("RGB", image.size), io.BytesIO()
    canvas.paste(image)
    canvas.save(file, "WEBP", quality=QUALITY, method=4)
    return Picture(file.getvalue(), *image.size)
