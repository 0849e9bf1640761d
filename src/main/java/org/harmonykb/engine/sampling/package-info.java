/** From logits to a token. */
@NullMarked
package org.harmonykb.engine.sampling;

import org.jspecify.annotations.NullMarked;
