"""Draw a sent picture anew. A program of its own, run by ``services.photos`` in a process that may be lost.

It reads a picture on stdin and writes a JPEG on stdout: the first frame, upright and not too large, and
nothing else of what was sent: no place, no name, no comment. Whatever is wrong ends it with an error.
"""

import io
import resource
import sys

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
IN_PARTS = ("JPEG", "MPO")
"""What can be unpacked at a fraction of its size. The second is a JPEG with a preview, as phones make it."""
SECONDS = 8
MEMORY = 700 * 1024 * 1024
"""Of address space, which is several times what is ever used."""
QUALITY = 84


def main() -> None:
    """Draw what stdin holds. The arguments are the most pixels that a JPEG and that others may claim, and the
    longest side to keep.
    """
    most_pixels, most_whole, longest_side = (int(one) for one in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    Image.MAX_IMAGE_PIXELS = most_pixels
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
    if image.width * image.height > (most_pixels if image.format in IN_PARTS else most_whole):
        raise ValueError("too many pixels")
    picture = draw(image, longest_side=longest_side)
    sys.stdout.buffer.write(f"{picture.width} {picture.height}\n".encode())
    picture.save(sys.stdout.buffer, "JPEG", quality=QUALITY, optimize=True)


def draw(image: Image.Image, *, longest_side: int) -> Image.Image:
    """Return the picture upright and small, as pixels only. Raises whatever the decoder raises."""
    image.draft("RGB", (longest_side, longest_side))
    image.load()
    image.thumbnail((longest_side, longest_side), reducing_gap=2)
    pixels = _on_white(_upright(image))
    clean = Image.new("RGB", pixels.size)
    clean.paste(pixels)
    return clean


def _upright(image: Image.Image) -> Image.Image:
    """Turn the picture as its camera was held; as it lies where the note about that cannot be read."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # the note is any bytes, and its reader has no error of its own
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture in plain colours, on white where it is see-through."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    top = image.convert("RGBA")
    ground = Image.new("RGBA", top.size, "white")
    return Image.alpha_composite(ground, top).convert("RGB")


if __name__ == "__main__":
    main()
