"""Architectures of Hugging Face's transformers: from the config beside the weights, from the hub's cache, or by a known name."""

from pathlib import Path
from typing import Any

import transformers
from torch import nn
from transformers import AutoConfig

from trainyard_torch.directory.config import Config
from trainyard_torch.directory.failure import TrainerError
from trainyard_torch.models.classification import folder_of
from trainyard_torch.models.weights import describe_loaded, find_weights, missing, read_state

_imagenet_mean = (0.485, 0.456, 0.406)
_imagenet_deviation = (0.229, 0.224, 0.225)
_half = (0.5, 0.5, 0.5)
_segformer = {
    "b0": ([32, 64, 160, 256], [2, 2, 2, 2], 256),
    "b1": ([64, 128, 320, 512], [2, 2, 2, 2], 256),
    "b2": ([64, 128, 320, 512], [3, 4, 6, 3], 768),
    "b3": ([64, 128, 320, 512], [3, 4, 18, 3], 768),
    "b4": ([64, 128, 320, 512], [3, 8, 27, 3], 768),
    "b5": ([64, 128, 320, 512], [3, 6, 40, 3], 768),
}
#: What the configs of well-known names say, so that their architectures are there without the hub.
_known: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        f"nvidia/mit-{size}": ("segformer", {"hidden_sizes": widths, "depths": depths, "decoder_hidden_size": decoder})
        for size, (widths, depths, decoder) in _segformer.items()
    },
    "WinKawaks/vit-tiny-patch16-224": ("vit", {"hidden_size": 192, "num_attention_heads": 3, "intermediate_size": 768}),
    "WinKawaks/vit-small-patch16-224": ("vit", {"hidden_size": 384, "num_attention_heads": 6, "intermediate_size": 1536}),
    "google/vit-base-patch16-224": ("vit", {}),
    "microsoft/resnet-18": (
        "resnet",
        {"depths": [2, 2, 2, 2], "hidden_sizes": [64, 128, 256, 512], "layer_type": "basic"},
    ),
    "microsoft/resnet-50": ("resnet", {}),
    "facebook/convnext-tiny-224": ("convnext", {}),
    "microsoft/swin-tiny-patch4-window7-224": ("swin", {}),
    "facebook/detr-resnet-50": ("detr", {}),
    "PekingU/rtdetr_r50vd": ("rt_detr", {}),
    "PekingU/rtdetr_v2_r50vd": ("rt_detr_v2", {}),
}
_resnet_18 = {
    "model_type": "rt_detr_resnet",
    **{"depths": [2, 2, 2, 2], "hidden_sizes": [64, 128, 256, 512], "layer_type": "basic"},
    "out_features": ["stage2", "stage3", "stage4"],
}
_small_detr = {
    **{"encoder_in_channels": [128, 256, 512], "hidden_expansion": 0.5, "decoder_layers": 3},
    "backbone_config": _resnet_18,
}
_known["PekingU/rtdetr_r18vd"] = ("rt_detr", _small_detr)
_known["PekingU/rtdetr_v2_r18vd"] = ("rt_detr_v2", _small_detr)


def _read_config(config: Config, weights: Path | None) -> Any:  # noqa: ANN401 - each family has a config class of its own
    name = config.model.name
    if weights is not None and (folder_of(weights) / "config.json").is_file():
        return AutoConfig.from_pretrained(folder_of(weights), local_files_only=True)
    if name in _known:
        kind, more = _known[name]
        return AutoConfig.for_model(kind, **more)
    if name in transformers.CONFIG_MAPPING:
        return AutoConfig.for_model(name)
    try:
        return AutoConfig.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError) as error:
        raise missing(
            config.model,
            f'nor is its architecture: there is no "config.json" beside the weights, none of "{name}" in the hub\'s cache, and the '
            f"name is none of {', '.join(sorted(_known))}",
        ) from error


def build(config: Config, size: tuple[int, int], auto: Any, labels: int) -> tuple[nn.Module, list[str]]:  # noqa: ANN401
    """A network with a head of `labels` outputs, and lines for the log.

    Args:
        auto: transformers' factory, such as `AutoModelForImageClassification`

    """
    weights = find_weights(config.model)
    settings = _read_config(config, weights)
    settings.num_labels = labels
    if hasattr(settings, "image_size"):
        settings.image_size = size[0] if size[0] == size[1] else list(size)
    if getattr(settings, "use_pretrained_backbone", False):
        settings.use_pretrained_backbone = False
    _fit_queries(settings, size)
    # The same arithmetic in training and in ONNX, which has no fused attention.
    settings._attn_implementation = "eager"  # noqa: SLF001 - from_config takes it by no other way for nested configs
    try:
        net: nn.Module = auto.from_config(settings)
    except ValueError as error:
        raise TrainerError(
            "bad_config",
            f'Hugging Face\'s "{config.model.name}" (of the kind {settings.model_type}) is not for {config.task.type}',
            f"Choose another model. {str(error).splitlines()[0][:200]}",
        ) from error
    if weights is None:
        return net, []
    file = weights
    if weights.is_dir():
        file = next((weights / name for name in ("model.safetensors", "pytorch_model.bin") if (weights / name).is_file()), weights)
    kind: Any = type(net)
    loaded, info = kind.from_pretrained(
        None, config=settings, state_dict=read_state(file), ignore_mismatched_sizes=True, output_loading_info=True
    )
    fresh = {*info["missing_keys"], *(key[0] if isinstance(key, tuple) else key for key in info["mismatched_keys"])}
    own = {name for name, _ in loaded.named_parameters()}
    if len(own & fresh) > len(own) / 2:
        raise TrainerError(
            "missing_weights",
            f'"{file}" does not fit the model: {len(own & fresh)} of its {len(own)} tensors are not in there',
            "Choose the model that the weights were made with.",
        )
    return loaded, [describe_loaded(file, sorted(own & fresh))]


def _fit_queries(settings: Any, size: tuple[int, int]) -> None:  # noqa: ANN401
    """RT-DETR chooses its queries among the places of its maps, of which small images have few."""
    strides = getattr(settings, "feat_strides", None)
    if strides and hasattr(settings, "num_queries"):
        places = sum(-(-size[0] // stride) * -(-size[1] // stride) for stride in strides)
        settings.num_queries = min(settings.num_queries, places)


def normalisation(kind: str) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean and deviation with which a family was trained."""
    if kind.startswith("rt_detr") or kind == "d_fine":
        return (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    if kind in ("vit", "mobilenet_v1", "mobilenet_v2", "beit", "siglip"):
        return _half, _half
    return _imagenet_mean, _imagenet_deviation
