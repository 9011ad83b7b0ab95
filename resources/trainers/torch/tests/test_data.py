import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools import mask as coco_mask

from trainyard_torch.data.annotations import parse_annotation
from trainyard_torch.data.batches import TrainingBatches, steps_per_epoch
from trainyard_torch.data.decoding import UnreadableImageError, decode, white_of
from trainyard_torch.data.geometry import Placement
from trainyard_torch.data.manifest import ImageEntry
from trainyard_torch.data.mixing import mix
from trainyard_torch.data.truth import ClassTruth, ObjectTruth, RegionTruth, Truth
from trainyard_torch.directory.config import Augmentation
from trainyard_torch.directory.failure import TrainerError


def _entry(file: Path, width: int, height: int, max_value: int | None = None, *, hashed: bool = True) -> ImageEntry:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest() if hashed else None
    return ImageEntry(0, str(file), file.name, 0, digest, len(content) if hashed else None, width, height, 3, max_value, None)


def test_the_exif_orientation_is_applied(tmp_path: Path) -> None:
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, 8:] = 255
    expected = {1: "right", 3: "left", 6: "bottom", 8: "top"}
    for orientation, side in expected.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = tmp_path / f"{orientation}.png"
        Image.fromarray(pixels).save(file, exif=exif)
        turned = orientation > 4
        image = decode(_entry(file, *((8, 16) if turned else (16, 8))), *((16, 8) if turned else (8, 16)), 255)[0]
        halves = {"right": image[:, -1], "left": image[:, 0], "bottom": image[-1], "top": image[0]}
        assert halves[side].min() == 255, orientation
        assert image.float().mean() == pytest.approx(127.5)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_of_16_bits_are_turned_like_others(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    values = np.arange(4 * 6, dtype=np.uint16).reshape(4, 6)
    Image.fromarray((values * 10).astype(np.uint8)).save(tmp_path / "shallow.png", exif=exif)
    Image.fromarray(values * 10 * 257).save(tmp_path / "deep.png", exif=exif)
    size = (6, 4) if orientation > 4 else (4, 6)
    shallow = decode(_entry(tmp_path / "shallow.png", size[1], size[0]), *size, 255)
    deep = decode(_entry(tmp_path / "deep.png", size[1], size[0], 65535), *size, 65535)
    assert torch.equal(shallow, deep)


def test_16_bits_are_scaled_by_the_white_of_the_whole_dataset(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 2048, np.uint16)).save(tmp_path / "grey.png")
    entry = _entry(tmp_path / "grey.png", 4, 4, 4000)
    assert white_of([entry]) == 4095
    assert set(decode(entry, 4, 4, 4095).flatten().tolist()) == {round(2048 * 255 / 4095)}


def test_transparent_parts_stand_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "rgba.png")
    Image.new("LA", (4, 4), (0, 128)).save(tmp_path / "la.png")
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    palette.save(tmp_path / "palette.png", transparency=1)
    values = [set(decode(_entry(tmp_path / name, 4, 4), 4, 4, 255).flatten().tolist()) for name in ("rgba.png", "la.png", "palette.png")]
    assert values == [{255}, {127}, {255}]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB"])
def test_every_kind_of_picture_becomes_coloured(tmp_path: Path, mode: str) -> None:
    name = "image.tif" if mode == "CMYK" else "image.png"
    Image.new(mode, (5, 4)).save(tmp_path / name)
    assert decode(_entry(tmp_path / name, 5, 4), 8, 6, 255).shape == (3, 8, 6)


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    Image.new("F", (4, 4)).save(tmp_path / "f.tif")
    with pytest.raises(UnreadableImageError, match="no scale"):
        decode(_entry(tmp_path / "f.tif", 4, 4), 4, 4, 255)


def test_a_file_that_changed_since_the_import_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "a.jpg")
    entry = _entry(tmp_path / "a.jpg", 64, 64)
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-40])
    with pytest.raises(UnreadableImageError, match="has changed"):
        decode(entry, 64, 64, 255)


def test_a_part_that_is_missing_is_found_without_a_hash_too(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:1500])
    with pytest.raises(UnreadableImageError, match="truncated"):
        decode(_entry(tmp_path / "a.jpg", 64, 64, hashed=False), 64, 64, 255)


@pytest.mark.parametrize(("flipped", "degrees"), [(False, 0), (True, 0), (False, 30), (True, -75)])
def test_boxes_and_masks_follow_the_image(*, flipped: bool, degrees: float) -> None:
    mask = np.zeros((80, 100), np.uint8)
    mask[30:50, 40:70] = 1
    image = torch.from_numpy(np.repeat(mask[None] * 255, 3, axis=0))
    placement = Placement((80, 100), (80, 100), flipped, math.radians(degrees))
    moved = placement.image(image)[0] > 127
    drawn = placement.map(mask, outside=0) > 0
    assert (moved == drawn).float().mean() > 0.995
    corners = np.array([[40.0, 30], [70, 30], [70, 50], [40, 50]])
    rows, columns = torch.where(moved)
    found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert placement.box(corners) == pytest.approx([float(side) for side in found], abs=1.5)


def test_what_a_turn_uncovers_is_void() -> None:
    placement = Placement((10, 10), (10, 10), radians=math.radians(45))
    assert placement.map(np.zeros((10, 10), np.uint8))[0, 0] == 255


def test_an_object_that_the_edge_cuts_off_is_none_any_more() -> None:
    placement = Placement((10, 10), (10, 10))
    assert placement.box(np.array([[-9.0, 0], [1, 0], [1, 10], [-9, 10]])) is None
    assert placement.box(np.array([[-5.0, 0], [5, 0], [5, 10], [-5, 10]])) == (0, 0, 5, 10)


def test_masks_of_all_three_forms_are_drawn() -> None:
    expected = np.zeros((8, 8), np.uint8)
    expected[1:4, 2:6] = 1
    compressed = coco_mask.encode(np.asfortranarray(expected))["counts"].decode()
    runs = {"size": [8, 8], "counts": [17, 3, 5, 3, 5, 3, 5, 3, 20]}
    for mask in ([[2, 1, 6, 1, 6, 4, 2, 4]], runs, {"size": [8, 8], "counts": compressed}):
        drawn = parse_annotation({"class": 0, "box": [2, 1, 4, 3], "mask": mask}, 1, "here").draw(8, 8)
        assert drawn is not None
        assert (drawn == expected).all(), mask


def test_damaged_run_lengths_are_bad_data() -> None:
    mask = {"size": [8, 8], "counts": "a032030O10n0"}
    with pytest.raises(TrainerError, match="run lengths"):
        parse_annotation({"class": 0, "box": [2, 1, 4, 3], "mask": mask}, 1, "here").draw(8, 8)


def test_a_last_batch_of_one_joins_the_one_before() -> None:
    assert [steps_per_epoch(images, 4) for images in (1, 4, 5, 6, 8, 9)] == [1, 1, 1, 2, 2, 2]
    batches = list(TrainingBatches(9, 4, seed=1))
    assert [len(batch) for batch in batches] == [4, 5]
    assert sorted(key.index for batch in batches for key in batch) == list(range(9))


def test_several_processes_share_the_batches_of_one() -> None:
    alone = list(TrainingBatches(10, 4, seed=3))
    parts = [list(TrainingBatches(10, 4, seed=3, rank=rank, ranks=3)) for rank in range(3)]
    for step, batch in enumerate(alone):
        shared = [key.index for part in parts for key in part[step] if key.counts]
        assert sorted(shared) == sorted(key.index for key in batch)
        assert all(part[step] for part in parts)


def test_an_epoch_that_was_interrupted_goes_on_with_the_same_batches() -> None:
    batches = TrainingBatches(10, 3, seed=5)
    batches.epoch = 4
    whole = list(batches)
    batches.first = 2
    assert list(batches) == whole[2:]


def _mixing(*, mixup: bool = False, cutmix: bool = False) -> Augmentation:
    return Augmentation(random_flip=False, random_rotation=0, color_jitter=False, mixup=mixup, cutmix=cutmix)


def test_mixup_shares_the_loss_as_it_shares_the_pixels() -> None:
    images = torch.stack([torch.full((3, 4, 4), float(at)) for at in range(4)])
    truths: list[Truth] = [ClassTruth(at) for at in range(4)]
    mixed = mix(images, truths, _mixing(mixup=True), 1, 2)
    assert mixed.others is not None
    for image, own, other in zip(mixed.images, mixed.truths, mixed.others, strict=True):
        assert isinstance(own, ClassTruth)
        assert isinstance(other, ClassTruth)
        assert image.mean().item() == pytest.approx(mixed.share * own.label + (1 - mixed.share) * other.label, abs=1e-5)


def test_cutmix_pastes_the_map_with_the_pixels() -> None:
    images = torch.stack([torch.full((3, 16, 16), float(at)) for at in range(4)])
    truths: list[Truth] = [RegionTruth(torch.full((16, 16), at, dtype=torch.uint8)) for at in range(4)]
    mixed = mix(images, truths, _mixing(cutmix=True), 9)
    for image, truth in zip(mixed.images, mixed.truths, strict=True):
        assert isinstance(truth, RegionTruth)
        assert torch.equal(image[0], truth.map.float())


def test_cutmix_keeps_the_objects_that_can_still_be_seen() -> None:
    none = torch.zeros(1, dtype=torch.bool)
    truths: list[Truth] = [ObjectTruth(torch.tensor([[0.0, 0, 16, 16]]), torch.tensor([at]), none, none) for at in range(2)]
    images = torch.stack([torch.full((3, 16, 16), float(at)) for at in range(2)])
    for name in range(20):
        mixed = mix(images, truths, _mixing(cutmix=True), name)
        for image, truth in zip(mixed.images, mixed.truths, strict=True):
            assert isinstance(truth, ObjectTruth)
            shares = {int(label): (image == label).float().mean().item() for label in truth.labels}
            assert all(share >= 0.19 for share in shares.values())
            assert {label for label in (0, 1) if (image == label).float().mean() >= 0.21} <= set(shares)


def test_mixup_of_objects_keeps_those_of_both_images() -> None:
    none = torch.zeros(1, dtype=torch.bool)
    truths: list[Truth] = [ObjectTruth(torch.tensor([[0.0, 0, 4, 4]]), torch.tensor([at]), none, none) for at in range(2)]
    mixed = mix(torch.zeros(2, 3, 8, 8), truths, _mixing(mixup=True), 5)
    assert all(len(truth) == 2 for truth in mixed.truths if isinstance(truth, ObjectTruth))
    assert mixed.others is None
