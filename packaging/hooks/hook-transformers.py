"""transformers reads the source files of its models to learn what they hold; and versions."""

from PyInstaller.utils.hooks import copy_metadata

module_collection_mode = "pyz+py"  # the sources of models also for torch.jit.script (DeBERTa)

datas = []
for name in (
    "tqdm",
    "regex",
    "packaging",
    "filelock",
    "numpy",
    "tokenizers",
    "huggingface-hub",
    "safetensors",
    "pyyaml",
    "typer",
    "torch",
    "transformers",
):
    datas += copy_metadata(name)
