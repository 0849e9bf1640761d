/** From a question to a verified answer with citations. */
@NullMarked
package org.harmonykb.answering;

import org.jspecify.annotations.NullMarked;
