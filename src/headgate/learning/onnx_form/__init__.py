"""The ONNX form of a model: from its columns to the probability, converted from its portable form."""
