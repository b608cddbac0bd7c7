"""Pictures for tests, good and bad, made as cameras and attackers make them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

GPS_IFD, MAKE, ORIENTATION, SERIAL = 0x8825, 0x010F, 0x0112, 0xC62F
PLACE = {1: "N", 2: (6.0, 25.0, 41.16), 3: "E", 4: (3.0, 25.0, 18.84)}
SECRET = "serial-4711"


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def jpeg(width: int = 800, height: int = 600, **options: Any) -> bytes:
    """Noise, so that it is some tens of kilobytes long."""
    return encoded(Image.effect_noise((width, height), 60).convert("RGB"), "JPEG", **options)


def halves(width: int = 400, height: int = 200) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    return image


def from_a_phone(orientation: int = 1) -> bytes:
    """A JPEG that says where it was taken, with which camera, and how it was held."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE], exif[SERIAL] = orientation, "Sample", SECRET
    exif.get_ifd(GPS_IFD).update(PLACE)
    return encoded(halves(), "JPEG", exif=exif, comment=SECRET.encode(), xmp=f"<x>{SECRET}</x>".encode(), quality=95)


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (60, 40), (shade, 0, 0)) for shade in (0, 90, 180)]


def moving(form: str) -> bytes:
    first, *others = frames()
    return encoded(first, form, save_all=True, append_images=others)


def claiming(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


ELF = b"\x7fELF\x02\x01\x01" + bytes(2000)


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


def colour(image: Image.Image, x: int, y: int) -> str:
    """`red`, `blue` or `other`, of a pixel."""
    red, green, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    if red > 200 and green < 60 and blue < 60:
        return "red"
    return "blue" if blue > 200 and red < 60 and green < 60 else "other"
