"""PL-BERT (Li et al. 2023): ALBERT over phonemes, which knows what a text means for its prosody."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers import AlbertConfig, AlbertModel

from polyvox.providers.styletts2.network.padding import inside
from polyvox.providers.styletts2.network.sizes import BertSizes

EPSILON = 1e-12
"""Of its layer norms."""


class PLBert(AlbertModel):  # type: ignore[no-untyped-call]
    def __init__(self, sizes: BertSizes) -> None:
        super().__init__(
            AlbertConfig(
                vocab_size=sizes.symbols,
                embedding_size=sizes.embedding,
                hidden_size=sizes.hidden,
                intermediate_size=sizes.middle,
                max_position_embeddings=sizes.positions,
                num_hidden_layers=sizes.layers,
                num_attention_heads=sizes.heads,
                hidden_act="gelu_new",
                layer_norm_eps=EPSILON,
            )
        )
        # Tensors that no checkpoint holds: they must be real where the weights are not yet.
        positions = torch.arange(sizes.positions, device="cpu")[None]
        self.embeddings.register_buffer("position_ids", positions, persistent=False)
        self.embeddings.register_buffer(
            "token_type_ids", torch.zeros_like(positions), persistent=False
        )

    def encode(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """[B, T, hidden] of ``ids`` [B, T] with ``lengths`` [B]; what is past them means nothing."""
        encoded: Tensor = self(ids, attention_mask=inside(lengths, ids.shape[1])).last_hidden_state
        return encoded
