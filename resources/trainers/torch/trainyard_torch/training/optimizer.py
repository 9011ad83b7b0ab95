"""Optimizers of the config, and the weights' moving average."""

import copy

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from trainyard_torch.directory.config import Training
from trainyard_torch.models.network import Network


def make_optimizer(network: nn.Module, training: Training) -> Optimizer:
    """`momentum` is SGD's and RMSprop's, and Adam's β₁. Biases and what normalises don't decay.

    `fused`: all of a weight's update in one pass over memory, which takes a third of the time on the processor.
    """
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in learning if weight.ndim > 1], "weight_decay": training.weight_decay},
        {"params": [weight for weight in learning if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    rate, momentum = training.learning_rate, training.momentum
    if training.optimizer == "sgd":
        descent = SGD(groups, lr=rate, momentum=momentum, fused=True)
        if momentum != 0:
            # Else torch begins with whatever lies in memory where the scaler skips the first step.
            for weight in learning:
                descent.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
        return descent
    if training.optimizer == "rmsprop":
        return RMSprop(groups, lr=rate, momentum=momentum)
    kind = AdamW if training.optimizer == "adamw" else Adam
    return kind(groups, lr=rate, betas=(momentum, 0.999), fused=True)


class Average:
    """The weights' moving average: it follows slowly in the end, faster in the first updates, when they still change quickly."""

    def __init__(self, network: Network) -> None:
        self.network = copy.deepcopy(network).eval()
        self.network.requires_grad_(requires_grad=False)

    @torch.no_grad()
    def follow(self, network: Network, updates: int) -> None:
        kept = min(0.999, (1 + updates) / (10 + updates))
        own = self.network.state_dict()
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                own[name].lerp_(value, 1 - kept)
            else:
                own[name].copy_(value)
