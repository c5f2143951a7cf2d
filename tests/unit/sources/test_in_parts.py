"""Tables that are read in parts: the same labels, places and refusals as read whole."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labelferry.errors import SourceError
from labelferry.sources.box_store import BOX, BoxStore
from labelferry.sources.sheet_files import sheets_of
from labelferry.sources.text import BLOCK, blocks_of

VIDEOS, TRACKS, FRAMES, NAMELESS = 10, 2, 3_600, 5
HEAD = "global_key,frame,track,class,left,top,width,height\n"


@pytest.mark.parametrize("size", [1, 7, 16, 1_000])
@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", 'a,b\n"1\n\n1",2\n3,"4""\n"\n', "\n\n a,b\n1,2\n\n\n", "a,b\r1,2\r"],
)
def test_blocks_are_whole_lines(tmp_path: Path, text: str, size: int) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    blocks = list(blocks_of(tmp_path / "t.csv", "t.csv", size))
    assert b"".join(blocks).decode().rstrip() == text.rstrip()
    assert all(block.endswith(b"\n") and block.count(b'"') % 2 == 0 for block in blocks[:-1])


@pytest.mark.parametrize(("in_memory", "part"), [(10**6, 10**6), (300, 90), (0, 1)])
def test_a_store_gives_back_whole_videos(in_memory: int, part: int) -> None:
    rows = np.zeros(1_000, BOX)
    rows["video"] = np.random.default_rng(2).integers(0, 40, len(rows))
    rows["line"] = np.arange(len(rows))
    with BoxStore(in_memory, part) as store:
        assert list(store.parts()) == []
        for start in range(0, len(rows), 128):
            store.add(rows[start : start + 128])
        parts = list(store.parts())
    assert [len(parts) == 1, len(parts) == 40] == [part == 10**6, part == 1]
    seen: list[int] = []
    for each in parts:
        videos = np.unique(each["video"]).tolist()
        seen += videos
        for video in videos:
            wanted = rows[rows["video"] == video]
            assert each[each["video"] == video].tobytes() == wanted.tobytes(), "in the order of the file"
    assert seen == list(range(40))


def shuffled() -> Any:
    import pandas as pd

    at = np.random.default_rng(3).permutation(VIDEOS * TRACKS * FRAMES)
    frame, track, video = at % FRAMES, at // FRAMES % TRACKS, at // FRAMES // TRACKS
    return pd.DataFrame(
        {
            "global_key": [f"v{each}" for each in video],
            "frame": frame + 1,
            "track": np.where((track == 0) & (frame < NAMELESS), -1, track),
            "class": "car" * 20,
            "left": frame * 0.5,
            "top": track,
            "width": 3.0,
            "height": 4.0,
        }
    )


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_large_table_in_no_order(read: Any, notes: list[Any], tmp_path: Path, suffix: str) -> None:
    table, path = shuffled(), tmp_path / f"boxes.{suffix}"
    table.to_parquet(path) if suffix == "parquet" else table.to_csv(path, index=False)
    assert len(list(sheets_of(path, path.name))) > 1, "it is read in parts"
    videos = read(path.read_bytes(), format="table", path=path.name)
    assert [video.row.global_key for video in videos] == table["global_key"].drop_duplicates().tolist()
    for video in videos:
        lines = table.index[table["global_key"] == video.row.global_key]
        assert video.where.line == lines[0] + (1 if suffix == "parquet" else 2)
        tracks = {track.instance: track for track in video.tracks}
        assert len(tracks) == TRACKS + NAMELESS, "each box without identity is a track of its own"
        assert tracks["1"].frames.tolist() == list(range(1, FRAMES + 1))
        assert tracks["1"].coords[:, 0].tolist() == [frame * 0.5 for frame in range(FRAMES)]
    assert [note.message.partition("(")[0] for note in notes] == [f"{VIDEOS * NAMELESS} boxes have id -1 "]


def test_the_line_of_a_mistake_far_down(read: Any) -> None:
    good = f"street,1,{{}},{'person' * 800},1,2,3,4\n"
    rows = [good.format(track) for track in range(BLOCK // 4_000)]
    with pytest.raises(SourceError, match=rf"^boxes.csv:{len(rows) + 2}: 7 columns, but the header has 8"):
        read(HEAD + "".join(rows) + "street,2,1,person,1,2,3\n", format="table", path="boxes.csv")
    with pytest.raises(SourceError, match=rf"^boxes.csv:{len(rows) + 2}: the file is not UTF-8"):
        read((HEAD + "".join(rows)).encode() + b"stra\xdfe,1,1,p,1,2,3,4\n", format="table", path="boxes.csv")
