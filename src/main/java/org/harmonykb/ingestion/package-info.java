/** From an accepted file to searchable passages: parse, chunk, embed, index. */
@NullMarked
package org.harmonykb.ingestion;

import org.jspecify.annotations.NullMarked;
