/** Makes model files: quantised, synthetic; and measures what quantisation has lost. */
@NullMarked
package org.harmonykb.engine.quantization;

import org.jspecify.annotations.NullMarked;
