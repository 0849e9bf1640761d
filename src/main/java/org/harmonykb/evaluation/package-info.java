/** Measures retrieval and answers on question sets. */
@NullMarked
package org.harmonykb.evaluation;

import org.jspecify.annotations.NullMarked;
