"""Text in words: what engines need that read no numbers, signs and abbreviations themselves.

``atoms`` finds what is read as one; ``verbalize`` replaces it by words and keeps, for every word, the
span of the written text it comes from. Both take time linear in the text.
"""

from polyvox.text.verbalize.atoms import Atom, AtomKind, Piece, Verbalized, Word
from polyvox.text.verbalize.speech import atoms, respell, verbalize

__all__ = ["Atom", "AtomKind", "Piece", "Verbalized", "Word", "atoms", "respell", "verbalize"]
