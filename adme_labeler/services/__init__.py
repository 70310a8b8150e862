"""What the program can do, without a window: plain Python, no Qt, no torch.

Every function that changes a project takes the `Session` first and returns `Changes`.
"""
