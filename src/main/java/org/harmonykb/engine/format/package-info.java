/** Model files: reading and writing GGUF, tensor types and their block layouts. */
@NullMarked
package org.harmonykb.engine.format;

import org.jspecify.annotations.NullMarked;
