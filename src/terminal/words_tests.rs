//! Words that are being typed and corrected.

use super::*;
