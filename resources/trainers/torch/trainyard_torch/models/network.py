"""What the training loop knows of a network."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trainyard_torch.data.truth import Truth


@dataclass(frozen=True)
class InputFormat:
    """How an image goes in: stretched to the size, divided by 255, less the mean, divided by the deviation (by channel: red, green, blue)."""

    height: int
    width: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


class Network(nn.Module):
    """A network with its loss. `net` alone holds all weights: its names are those in the saved files."""

    def __init__(self, net: nn.Module, input_format: InputFormat) -> None:
        super().__init__()
        self.net = net
        self.input_format = input_format
        self.register_buffer("_mean", torch.tensor(input_format.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("_deviation", torch.tensor(input_format.deviation).view(1, 3, 1, 1), persistent=False)

    def normalise(self, images: Tensor) -> Tensor:
        """Images [n, 3, height, width] on the scale 0 to 1 as the network wants them."""
        return (images - self._mean) / self._deviation  # type: ignore[no-any-return, operator]

    def forward(self, images: Tensor, truths: list[Truth], others: list[Truth] | None, share: float) -> dict[str, Tensor]:
        """`loss`, the mean over a batch of images (0 to 1), and what else is counted while training (`correct`).

        `share` of the loss is that of `truths`, the rest that of `others`, where there are any.
        """
        raise NotImplementedError

    def validate(self, images: Tensor, truths: list[Truth]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The loss as in training, without chance and without learning, and the answers as `predict` gives them."""
        raise NotImplementedError

    def predict(self, images: Tensor) -> tuple[Tensor, ...]:
        """The answers for images [n, 3, height, width] on the scale 0 to 1, named by `outputs`."""
        raise NotImplementedError

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what `predict` returns."""
        raise NotImplementedError

    def head_names(self) -> tuple[str, ...]:
        """Beginnings of the names in `net` of what a frozen backbone leaves to learn."""
        raise NotImplementedError


def freeze_backbone(network: Network) -> int:
    """Lets only the head learn. Returns how many weights still do."""
    heads = network.head_names()
    for name, weight in network.net.named_parameters():
        if not name.startswith(heads):
            weight.requires_grad_(False)
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def set_training(network: Network, *, frozen: bool, images: int) -> None:
    """Training mode. A frozen backbone keeps its statistics, and so does a batch of one image, which has none of its own."""
    network.train()
    heads = network.head_names()
    for name, module in network.net.named_modules():
        is_norm = isinstance(module, nn.modules.batchnorm._BatchNorm)  # noqa: SLF001 - its subclasses have no other name in common
        if is_norm and (images < 2 or (frozen and not name.startswith(heads))):
            module.eval()
