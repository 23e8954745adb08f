"""fieldbench: published claims of the field theory of deep learning, turned into evidence that can fail."""
