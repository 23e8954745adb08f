"""A softmax attention head as an energy, and what is read of it on inputs that it was not taught."""

from fieldbench.sampling.attention.head import AttentionHead as AttentionHead
from fieldbench.sampling.attention.head import HeadWeights as HeadWeights
from fieldbench.sampling.attention.head import attention_head as attention_head
from fieldbench.sampling.attention.head import head_outputs as head_outputs
