"""Where and how tensors are computed: device, dtype, threads; a probe chooses once per worker."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

BF16_GAIN = 1.5
"""How many times faster a bf16 matrix product must be before bf16 is chosen (it is 50 times
slower on processors without native support, several times faster on those with it)."""

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Compute:
    """`device`: "cpu" or "cuda"; `dtype`: "float32" or "bfloat16"; `threads` of the CPU."""

    device: str
    dtype: str
    threads: int

    @property
    def torch_dtype(self) -> torch.dtype:
        return DTYPES[self.dtype]

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Forward pass of training: weights stay fp32, matrix products run in `dtype`."""
        if self.dtype == "float32":
            yield
            return
        with torch.autocast(self.device, dtype=self.torch_dtype):
            yield


def choose(threads: int = 0, dtype: str = "") -> Compute:
    """Settings for this process, which it also applies.

    `threads` 0 leaves one core to the window; `dtype` "" asks a probe of a few milliseconds.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    chosen = threads if threads > 0 else max(1, _usable_cores() - 1)
    torch.set_num_threads(chosen)
    if dtype not in DTYPES:
        dtype = "bfloat16" if _bf16_gain(device) >= BF16_GAIN else "float32"
    return Compute(device=device, dtype=dtype, threads=chosen)


def gemm_rate(device: str, dtype: torch.dtype, seconds: float = 0.01) -> float:
    """Floating-point operations a second of a matrix product as an encoder layer does them."""
    left = torch.ones(512, 384, dtype=dtype, device=device)
    right = torch.ones(384, 1536, dtype=dtype, device=device)
    runs, spent = 0, 0.0
    _timed(left, right)
    while spent < seconds:
        spent += _timed(left, right)
        runs += 1
    return runs * 2.0 * 512 * 384 * 1536 / spent


def lower_priority(by: int) -> None:
    """Let the window go first. Windows has no `nice`; there the call does nothing."""
    if hasattr(os, "nice"):
        os.nice(by)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch means that memory ran out, on whatever device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "can't allocate memory" in text or "out of memory" in text or "not enough memory" in text
    )


def count_parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _bf16_gain(device: str) -> float:
    try:
        return gemm_rate(device, torch.bfloat16) / gemm_rate(device, torch.float32)
    except RuntimeError:  # a build of torch without bf16 products for this processor
        return 0.0


def _timed(left: Tensor, right: Tensor) -> float:
    start = time.perf_counter()
    result = left @ right
    if result.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - start
