"""Programs that run inside the boxes: standard library only, nothing of ours imported."""
