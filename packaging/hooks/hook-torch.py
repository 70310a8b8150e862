"""torch for the CPU without its tests, headers and tools for building extensions."""

from pathlib import Path

from PyInstaller.utils.hooks import collect_dynamic_libs, collect_submodules, get_package_paths

_TORCH = Path(get_package_paths("torch")[1])
_LEFT_OUT = (
    "torch.testing._internal",
    "torch.utils.benchmark",
    "torch.utils.tensorboard",
    "torch.utils.bottleneck",
    "torch.utils.hipify",
    "torch._inductor",
    "torch.distributed.rpc",
    "torch.distributed.pipelining",
    "torch.distributed._shard",
    "torch.distributed._sharded_tensor",
    "torch.distributed._sharding_spec",
    "torch.distributed.elastic",
    "torch.distributed.run",
    "torch.distributed.launcher",
)
"""What is imported of these is found by looking at who imports it."""

module_collection_mode = (
    "pyz+py"  # torch reads the source of its settings, and torch.jit.script of more
)
warn_on_missing_hiddenimports = False
hiddenimports = collect_submodules(
    "torch",
    filter=lambda name: not any(name == left or name.startswith(left + ".") for left in _LEFT_OUT),
    on_error="ignore",
)
binaries = [
    (source, target)
    for source, target in collect_dynamic_libs(
        "torch", search_patterns=["*.so", "*.so.*", "*.dll", "*.dylib"]
    )
    if "test" not in source.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
]
binaries += [
    (program, "torch/bin")  # torch looks for it when it is imported
    for program in map(str, _TORCH.glob("bin/torch_shm_manager*"))
]
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
