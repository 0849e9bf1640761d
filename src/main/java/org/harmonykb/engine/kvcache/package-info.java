/** Cached keys and values, and the search for the longest reusable prefix. */
@NullMarked
package org.harmonykb.engine.kvcache;

import org.jspecify.annotations.NullMarked;
