"""Compiles the catalogues (.po) that are newer than what was compiled (.mo, not committed). At every start: 30 ms."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "app" / "translations"


def main() -> int:
    """0, or 1 with one line where a folder cannot be written."""
    for po in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        draft = mo.with_suffix(".new")
        try:
            with po.open("rb") as source, draft.open("wb") as target:
                write_mo(target, read_po(source, locale=po.parent.parent.name))
            draft.replace(mo)
        except OSError as error:
            print(f"egestion: cannot write {error.filename}: {error.strerror}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
