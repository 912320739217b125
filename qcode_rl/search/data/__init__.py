"""The pretrained policy, and the targets that it was never trained on."""
