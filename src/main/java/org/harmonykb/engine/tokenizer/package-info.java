/** Byte-level BPE. */
@NullMarked
package org.harmonykb.engine.tokenizer;

import org.jspecify.annotations.NullMarked;
