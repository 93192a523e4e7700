//! What fuzzing found, each with what it was. Every one is mended.
