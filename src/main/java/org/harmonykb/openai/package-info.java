/** OpenAI-compatible endpoints. */
@NullMarked
package org.harmonykb.openai;

import org.jspecify.annotations.NullMarked;
