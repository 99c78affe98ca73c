"""Copy the front-end files that are served as they are from an npm folder into `ui/static/vendor`, with licences and a manifest.

    npm i @tabler/core@1.6.1 @tabler/icons-webfont@3.49.0 htmx.org@2.0.11 echarts@6.1.0 flatpickr@4.6.13 zxing-wasm@3.1.4 \
          @fontsource-variable/noto-sans-sc@5.3.1 @expo-google-fonts/noto-sans-sc@0.4.3
    python tools/vendor.py path/to/node_modules        # the PDF fonts need fonttools and brotli

Nothing here runs at build or start: the files are committed.
"""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/gongfang/ui/static/vendor"
FONTS = ROOT / "src/gongfang/ui/fonts"

PACKAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    # folder: (npm package, licence, {file in the package: name here})
    "tabler": (
        "@tabler/core",
        "MIT",
        {"dist/css/tabler.min.css": "tabler.min.css", "dist/js/tabler.min.js": "tabler.min.js"},
    ),
    "tabler-icons": (
        "@tabler/icons-webfont",
        "MIT",
        {
            "dist/tabler-icons.min.css": "tabler-icons.min.css",
            "dist/fonts/tabler-icons.woff2": "fonts/tabler-icons.woff2",
        },
    ),
    "htmx": ("htmx.org", "0BSD", {"dist/htmx.min.js": "htmx.min.js"}),
    "echarts": ("echarts", "Apache-2.0", {"dist/echarts.min.js": "echarts.min.js"}),
    "event-calendar": (
        "@event-calendar/build",
        "MIT",
        {
            "dist/event-calendar.min.js": "event-calendar.min.js",
            "dist/event-calendar.min.css": "event-calendar.min.css",
        },
    ),
    "flatpickr": (
        "flatpickr",
        "MIT",
        {
            "dist/flatpickr.min.js": "flatpickr.min.js",
            "dist/flatpickr.min.css": "flatpickr.min.css",
            "dist/l10n/zh.js": "zh.js",
        },
    ),
    "zxing": (
        "zxing-wasm",
        "MIT",
        {"dist/iife/reader/index.js": "reader.js", "dist/reader/zxing_reader.wasm": "zxing_reader.wasm"},
    ),
    "noto-sans-sc": ("@fontsource-variable/noto-sans-sc", "OFL-1.1", {"index.css": "index.css"}),
}
HOLDERS = {"event-calendar": "the authors of EventCalendar (github.com/vkurko/calendar)"}
"""Of packages that name the licence without its file: the text beside it, with the holder."""
LICENCE_NAMES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE_FONT")


def copy_package(modules: Path, folder: str) -> dict[str, object]:
    """Copy one package's files and licence; answer its manifest entry."""
    package, licence, files = PACKAGES[folder]
    source, target = modules / package, VENDOR / folder
    shutil.rmtree(target, ignore_errors=True)
    for name, new in files.items():
        (target / new).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / new)
    if folder == "noto-sans-sc":
        (target / "files").mkdir()
        for font in sorted((source / "files").glob("*-wght-normal.woff2")):
            shutil.copyfile(font, target / "files" / font.name)
    for name in LICENCE_NAMES:
        if (source / name).exists():
            shutil.copyfile(source / name, target / "LICENSE")
            break
    else:  # the package ships no licence file: the same author's, of the same licence, stands beside it
        text = (modules / "@tabler/icons-webfont/LICENSE").read_text("utf-8")
        if folder in HOLDERS:
            text = re.sub(r"Copyright .*", f"Copyright (c) {HOLDERS[folder]}", text, count=1)
        (target / "LICENSE").write_text(text, "utf-8")
    for css in target.rglob("*.css"):
        tidy_css(css)
    for script in target.rglob("*.js"):
        script.write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", script.read_text("utf-8")), "utf-8")
    version = json.loads((source / "package.json").read_text("utf-8"))["version"]
    return {
        "name": package,
        "version": version,
        "licence": licence,
        "files": {
            str(path.relative_to(target)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(target.rglob("*"))
            if path.is_file()
        },
    }


def tidy_css(path: Path) -> None:
    """Keep woff2 only and drop source maps, so that every referenced file is one that is served."""
    text = path.read_text("utf-8")
    text = re.sub(r",\s*url\([^)]*\.(?:woff|ttf)[^)]*\)\s*format\([^)]*\)", "", text)
    text = re.sub(r"\.woff2\?[^\"')]*", ".woff2", text)
    text = re.sub(r"/\*# sourceMappingURL=[^*]*\*/", "", text)
    path.write_text(text, "utf-8")


def subset_pdf_fonts(modules: Path) -> None:
    """Two weights of Noto Sans SC with the GB2312 characters and the marks a workshop drawing uses."""
    from fontTools import subset

    codes = {ord(char) for lead in range(0xA1, 0xF8) for trail in range(0xA1, 0xFF) for char in decoded(lead, trail)}
    codes |= (
        set(range(0x20, 0x7F))
        | set(range(0xA0, 0x100))
        | {ord(c) for c in "φΦ℃℉≤≥±×÷μΩ∅⌀①②③④⑤⑥⑦⑧⑨⑩√∞≈≠—…“”‘’·￥¥€№‰°²³½¼¾←↑→↓■□▲△●○★☆✓✗"}
    )
    FONTS.mkdir(parents=True, exist_ok=True)
    package = modules / "@expo-google-fonts/noto-sans-sc"
    for folder, name in (("400Regular", "NotoSansSC-Regular.ttf"), ("700Bold", "NotoSansSC-Bold.ttf")):
        options = subset.Options(
            hinting=False, layout_features=["kern", "locl", "tnum"], name_IDs=[1, 2, 3, 4, 5, 6, 13, 14]
        )
        font = subset.load_font(str(package / folder / f"NotoSansSC_{folder}.ttf"), options)
        maker = subset.Subsetter(options)
        maker.populate(unicodes=codes)
        maker.subset(font)
        subset.save_font(font, str(FONTS / name), options)
    shutil.copyfile(package / "LICENSE_FONT", FONTS / "OFL.txt")


def decoded(lead: int, trail: int) -> str:
    try:
        return bytes([lead, trail]).decode("gb2312")
    except UnicodeDecodeError:
        return ""


def main() -> None:
    modules = Path(sys.argv[1])
    manifest = [copy_package(modules, folder) for folder in PACKAGES]
    (VENDOR / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")
    subset_pdf_fonts(modules)
    for path in [*VENDOR.rglob("*"), *FONTS.rglob("*")]:
        assert path.is_dir() or path.stat().st_size < 2_500_000, path


if __name__ == "__main__":
    main()
