"""Where and how tensors are computed: device, dtype, threads; a probe chooses once per worker."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_log = logging.getLogger(__name__)

BF16_GAIN = 1.5
"""How many times faster a bf16 matrix product must be before bf16 is chosen (it is 50 times
slower on processors without native support, several times faster on those with it). With
AVX512-BF16 the product is 4 times as fast, suggesting 2.5 times and a training step 2 times: the
rest of the work gains less, so a product that gains little would lose."""

PROBES = 8
"""Products of each dtype. The fastest of each counts, by processor time where that is told finely:
by wall time, a busy machine has called bf16 slower where it is 4 times as fast."""

_clock = time.perf_counter if os.name == "nt" else time.thread_time

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
    why = "as the run began"
    if dtype not in DTYPES and device == "cuda":
        # A product small enough for a probe would time the call, not the product.
        dtype = "bfloat16" if torch.cuda.get_device_capability() >= (8, 0) else "float32"
        why = "by the generation of the GPU"
    elif dtype not in DTYPES:
        gain = bf16_gain()
        dtype = "bfloat16" if gain >= BF16_GAIN else "float32"
        why = f"bf16 products are {gain:.2g} times as fast as fp32"
    _log.info(
        "Computing on %s in %s (%s), %d thread(s), OMP_WAIT_POLICY=%s, torch %s",
        device,
        dtype,
        why,
        chosen,
        os.environ.get("OMP_WAIT_POLICY", "as the library likes"),
        torch.__version__,
    )
    return Compute(device=device, dtype=dtype, threads=chosen)


def bf16_gain() -> float:
    """How many times as fast a bf16 product of this processor is; some milliseconds. 0 without any.

    The two dtypes take turns, so that a neighbour who slows one down slows down the other too.
    """
    best = dict.fromkeys((torch.float32, torch.bfloat16), float("inf"))
    try:
        pairs = {dtype: _factors(dtype) for dtype in best}
        for _ in range(PROBES):
            for dtype, (left, right) in pairs.items():
                best[dtype] = min(best[dtype], _timed(left, right))
            if best[torch.bfloat16] > 10 * best[torch.float32]:
                break  # no native support: do not wait for more of it
    except RuntimeError:  # a build of torch without bf16 products for this processor
        return 0.0
    return best[torch.float32] / best[torch.bfloat16]


def lower_priority(by: int) -> None:
    """Let the window go first. Windows has no `nice`; there the call does nothing."""
    if hasattr(os, "nice"):
        os.nice(by)


_NO_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "out of memory",
    "not enough memory",
    "bad_alloc",
    # What oneDNN says when it gets no memory for its buffers.
    "could not create a primitive",
    "could not create a memory",
    "could not execute a primitive",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch means that memory ran out, on whatever device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in text for sign in _NO_MEMORY)


def count_parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _factors(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """A product as a layer of a small encoder has it; once done, so that kernels are loaded."""
    left = torch.ones(128, 384, dtype=dtype)
    right = torch.ones(384, 1536, dtype=dtype)
    _timed(left, right)
    return left, right


def _timed(left: Tensor, right: Tensor) -> float:
    start = _clock()
    _ = left @ right
    return _clock() - start
