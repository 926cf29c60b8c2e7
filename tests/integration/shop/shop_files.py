"""Landing files of the pipeline `shop`: changes of one hour, written by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.integration.headgate_stack import HeadgateStack

HEADER = "Op,committed_at,id,status,amount,opened_at"
WITHOUT_KEY = HEADER.replace(",id,", ",number,")


def land(shop: HeadgateStack, hour: datetime, *rows: str, header: str = HEADER) -> Path:
    """Write the file of an hour; each row is `id,status,amount`, inserted in the hour's first minutes."""
    folder = shop.settings.landing / "shop" / "shop" / f"{hour:%Y/%m/%d/%H}"
    folder.mkdir(parents=True)
    lines = [
        f"I,{hour:%Y-%m-%d %H}:{minute:02}:00,{row},{hour:%Y-%m-%d %H}:00:30"
        for minute, row in enumerate(rows, 1)
    ]
    path = folder / f"{hour:%Y%m%d}-{hour:%H}0500000.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path
