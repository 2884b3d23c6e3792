# Unit tests of language.
